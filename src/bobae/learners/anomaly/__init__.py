"""Anomaly detection: what is not normal, since when, and which sensors say so."""

from bobae.learners.anomaly.detector import AnomalyDetector
from bobae.learners.anomaly.fleet import Fleet, fit_fleet
from bobae.learners.anomaly.learner import AnomalyLearner

LEARNER = AnomalyLearner  # what a learner's plugin is asked for: a class whose fields are its settings

__all__ = ["LEARNER", "AnomalyDetector", "AnomalyLearner", "Fleet", "fit_fleet"]
