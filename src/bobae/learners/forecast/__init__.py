"""Forecast: how a value will go on over the next hours or days."""

from bobae.learners.forecast.learner import ForecastLearner

LEARNER = ForecastLearner

__all__ = ["LEARNER", "ForecastLearner"]
