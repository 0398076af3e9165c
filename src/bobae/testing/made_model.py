"""A trained model of the made machine, for tests and benchmarks of what is done with models."""

from bobae.app import discovery
from bobae.core import Candidate
from bobae.testing.made_machine import machine
from bobae.train.train import train


def made_model() -> Candidate:
    """Called 'press'; learned from 3,000 rows; the same each time."""
    learner, rows = discovery.learner_for("anomaly"), machine(3_000, seed=1)
    outcome = train(rows, learner, alarm_budget=1.0, costs={}, currency="KRW", log=None, seed=0, name="press")
    assert outcome.candidate is not None
    return outcome.candidate
