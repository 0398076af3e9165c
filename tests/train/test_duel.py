"""Two sealed models on rows that neither has learned from: better, worse, the same, or too little to tell."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from bobae.core import Candidate, Dataset, Floats
from bobae.evidence.value import Prices
from bobae.train.duel import Duel, Fighter, duel
from bobae.train.outcome import Outcome
from bobae.train.proof import Terms

DAY_NS = 24 * 3600 * 1_000_000_000
TERMS = Terms(1.0, Prices(missed=5e6, false=2e5, late=0.0, assumed=False), "KRW", 0)


def fighter(candidate: Candidate, change: Callable[[Floats], Floats] = lambda score: score) -> Fighter:
    """The model that tells anomalies by how far the third sensor is from its middle, its score changed."""

    def run(x: Floats, gap: Floats) -> Mapping[str, Floats]:
        smooth = np.convolve(np.nan_to_num(x[:, 2]), np.ones(12) / 12, mode="same")
        score = change(np.abs(smooth) / 1.2)
        return {"score": score, "alarm": (score > 1.0).astype(np.float64)}

    return Fighter(candidate.manifest, run)


@pytest.fixture(scope="module")
def candidate(outcome: Outcome) -> Candidate:
    assert outcome.candidate is not None
    return outcome.candidate


@pytest.fixture(scope="module")
def known(machine: Callable[..., Dataset]) -> Dataset:
    return machine(40, faults=24, seed=3)


@pytest.fixture(scope="module")
def unknown(machine: Callable[..., Dataset]) -> Dataset:
    return machine(40, faults=0, seed=3, labelled=False)


def held(data: Dataset, champion: Fighter, challenger: Fighter, days: float = 20) -> Duel:
    times = data.time_ns()
    assert times is not None
    return duel(data, champion, challenger, TERMS, from_ns=int(times[-1]) - round(days * DAY_NS))


def blind(score: Floats) -> Floats:
    return score * 0.0


def nervous(score: Floats) -> Floats:
    return np.where(np.arange(len(score)) % 60 < 2, 2.0, score)


def test_one_that_finds_what_the_live_one_misses_is_better_in_money(candidate: Candidate, known: Dataset) -> None:
    found = held(known, fighter(candidate, blind), fighter(candidate))
    assert (found.outcome, found.figure) == ("better", "saved_per_quarter")
    assert found.difference.low > 0
    assert found.challenger.detected > found.champion.detected == 0
    assert found.weeks == pytest.approx(20 / 7, rel=0.01)


def test_one_that_misses_what_the_live_one_finds_is_worse(candidate: Candidate, known: Dataset) -> None:
    found = held(known, fighter(candidate), fighter(candidate, blind))
    assert found.outcome == "worse"


def test_the_same_model_is_the_same_and_the_difference_is_none(candidate: Candidate, known: Dataset) -> None:
    found = held(known, fighter(candidate), fighter(candidate))
    assert found.outcome == "same"
    assert (found.difference.low, found.difference.value, found.difference.high) == (0, 0, 0)


def test_one_that_breaks_the_budget_is_worse(candidate: Candidate, unknown: Dataset) -> None:
    assert held(unknown, fighter(candidate), fighter(candidate, nervous)).outcome == "worse"


def test_without_known_faults_the_calmer_one_is_better(candidate: Candidate, unknown: Dataset) -> None:
    found = held(unknown, fighter(candidate, nervous), fighter(candidate))
    assert (found.outcome, found.figure) == ("better", "false_per_week")


def test_one_that_is_calm_because_it_is_blind_is_worse(candidate: Candidate, unknown: Dataset) -> None:
    found = held(unknown, fighter(candidate), fighter(candidate, blind))
    assert found.outcome == "worse"
    assert found.challenger.made == 0 < found.champion.made


def test_hours_are_too_little_evidence(candidate: Candidate, unknown: Dataset) -> None:
    found = held(unknown, fighter(candidate), fighter(candidate), days=0.5)
    assert found.outcome == "not_enough_evidence"
    assert math.isnan(found.difference.value)
