"""Remaining useful life: how long a machine will last, with the chance that it fails soon."""

from bobae.learners.rul.learner import RulLearner

LEARNER = RulLearner

__all__ = ["LEARNER", "RulLearner"]
