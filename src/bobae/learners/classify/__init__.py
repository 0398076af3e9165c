"""Classification: which kind of result a part or a run will have, or which fault it is."""

from bobae.learners.classify.learner import ClassifyLearner

LEARNER = ClassifyLearner

__all__ = ["LEARNER", "ClassifyLearner"]
