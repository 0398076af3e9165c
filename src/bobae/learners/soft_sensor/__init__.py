"""Soft sensor, or virtual metrology: a quality value told between two measurements."""

from bobae.learners.soft_sensor.learner import SoftSensorLearner

LEARNER = SoftSensorLearner

__all__ = ["LEARNER", "SoftSensorLearner"]
