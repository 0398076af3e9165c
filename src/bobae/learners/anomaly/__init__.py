"""Anomaly detection: what is not normal, since when, and which sensors say so."""

from bobae.learners.anomaly.detector import AnomalyDetector
from bobae.learners.anomaly.learner import AnomalyLearner

LEARNER = AnomalyLearner

__all__ = ["LEARNER", "AnomalyDetector", "AnomalyLearner"]
