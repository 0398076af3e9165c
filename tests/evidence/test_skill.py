"""The verdict of a prediction: nearer than the best simple rule with its whole interval, or not."""

import numpy as np
import pytest

from bobae.core import Verdict, text
from bobae.evidence.intervals import Figure
from bobae.evidence.skill import Witnesses, decide_by_skill, skill

RULE = text("always the mean")


def witnesses(groups: np.ndarray) -> Witnesses:
    return Witnesses(groups, np.ones(len(groups)), in_time=False)


def test_half_the_loss_is_half_the_skill() -> None:
    groups = np.arange(100) // 5
    found = skill(np.ones(100), 2 * np.ones(100), witnesses(groups))
    assert found.value == found.low == found.high == pytest.approx(0.5)


def test_the_interval_counts_groups_not_rows() -> None:
    """One group of two wins by much, the other loses: a thousand rows of each prove nothing."""
    groups = np.repeat([0, 1], 1000)
    ours = np.where(groups == 0, 0.0, 1.2)
    found = skill(ours, np.ones(2000), witnesses(groups))
    assert found.low < 0 < found.value
    lone = skill(ours, np.ones(2000), witnesses(np.arange(2000)))
    assert lone.low > 0


def test_rows_without_an_answer_count_for_neither() -> None:
    theirs = np.ones(10)
    theirs[:5] = np.nan
    ours = np.concatenate([np.full(5, 100.0), np.full(5, 0.5)])
    assert skill(ours, theirs, witnesses(np.arange(10))).value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("found", "count", "verdict"),
    [
        (Figure(0.4, 0.2, 0.6), 20, Verdict.USEFUL),
        (Figure(0.4, 0.2, 0.6), 4, Verdict.NOT_ENOUGH_EVIDENCE),
        (Figure(0.4, -0.1, 0.6), 20, Verdict.NOT_ENOUGH_EVIDENCE),
        (Figure(0.0, -0.1, 0.1), 20, Verdict.NO_BETTER_THAN_BASELINE),
        (Figure(-0.2, -0.4, -0.1), 3, Verdict.NO_BETTER_THAN_BASELINE),
    ],
)
def test_the_verdict_follows_the_table(found: Figure, count: int, verdict: Verdict) -> None:
    weighed = decide_by_skill(found, count, best=RULE)
    assert weighed.verdict is verdict
    assert len(weighed.said) == 2
