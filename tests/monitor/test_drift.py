"""Drift: which inputs have moved, and what that does to a model's decisions."""

from collections.abc import Mapping

import numpy as np
import pytest

from bobae.core import Contract, Input
from bobae.evidence.shift import Usual
from bobae.monitor.drift import MATTERS, influence, inputs_moved, rows_judged

ROWS, WARM = 1_000, 100
CONTRACT = Contract(
    inputs=(Input(name="a", unit="bar"), Input(name="b"), Input(name="kind", categories=("x", "y"))), outputs=()
)
JUDGED = np.ones(WARM + ROWS, dtype=bool)
TIMES = np.arange(WARM + ROWS) * 10**9


def rows(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = rng.normal(10, 1, WARM + ROWS)
    return np.column_stack([a, 2 * a + rng.normal(0, 0.1, len(a)), rng.integers(0, 2, len(a))])


USUAL: Mapping[str, Usual] = {name: Usual.of(column) for name, column in zip("ab", rows(7).T[:2], strict=True)}  # type: ignore[misc]


def too_high(x: np.ndarray, gap: np.ndarray) -> Mapping[str, np.ndarray]:
    """A model that alarms where a is above 14."""
    return {"alarm": (x[:, 0] > 14).astype(float), "score": x[:, 0] / 14}


def out_of_step(x: np.ndarray, gap: np.ndarray) -> Mapping[str, np.ndarray]:
    """A model that alarms where b is not twice a."""
    off = np.abs(x[:, 1] - 2 * x[:, 0])
    return {"alarm": (off > 1).astype(float), "score": off}


def both(x: np.ndarray, model=too_high):
    moved = inputs_moved(CONTRACT, USUAL, TIMES, x, JUDGED, warm=WARM)
    moving = [one for one in moved if one.shift.moved]
    return moving, influence(CONTRACT, model, USUAL, moving, TIMES, x, np.zeros(len(x)), JUDGED, warm=WARM)


def test_nothing_has_moved_in_rows_like_those_it_learned_from() -> None:
    moving, effect = both(rows())
    assert moving == []
    assert (effect.rows, effect.alarming, effect.factor, effect.matters) == (ROWS, 0, 1, False)


def test_a_move_that_no_decision_hangs_on_is_told_and_does_not_matter() -> None:
    x = rows()
    x[:, 1] += 8
    moving, effect = both(x)
    assert [one.name for one in moving] == ["b"]
    assert moving[0].shift.now - moving[0].shift.before == pytest.approx(8, abs=0.3)
    assert not effect.matters


def test_a_move_that_makes_alarms_matters() -> None:
    x = rows()
    x[WARM + ROWS // 2 :, 0] += 5
    moving, effect = both(x)
    assert [one.name for one in moving] == ["a"]
    assert moving[0].since_ns == pytest.approx(TIMES[WARM + ROWS // 2], abs=60e9)
    assert effect.alarming == pytest.approx(0.42, abs=0.1)  # of half of the rows, those above 14
    assert effect.matters
    assert effect.as_json()["matters"]


def test_rows_that_alarm_only_once_an_input_is_put_back_do_not_count() -> None:
    x = rows()
    x[:, 0] += 5
    x[:, 1] += 10  # b goes with a, as ever; its own place was seen before
    moving = [one for one in inputs_moved(CONTRACT, USUAL, TIMES, x, JUDGED, warm=WARM) if one.name == "a"]
    effect = influence(CONTRACT, out_of_step, USUAL, moving, TIMES, x, np.zeros(len(x)), JUDGED, warm=WARM)
    assert effect.alarming == 0


def test_inputs_that_moved_together_are_put_back_together() -> None:
    x = rows()
    x[:, 0] += 5
    x[:, 1] += 10
    moving, effect = both(x, out_of_step)
    assert {one.name for one in moving} == {"a", "b"}
    assert effect.alarming < MATTERS
    assert effect.factor == pytest.approx(1, abs=0.3)


def test_one_that_came_back_has_not_moved() -> None:
    x = rows()
    x[WARM + 200 : WARM + 700, 0] += 5
    assert both(x)[0] == []


def test_rows_that_the_model_does_not_judge_do_not_count() -> None:
    x = rows()
    standing = np.arange(len(x)) % 2 == 0
    x[standing, 0] = 3.0
    moved = inputs_moved(CONTRACT, USUAL, TIMES, x, ~standing, warm=WARM)
    assert [one.name for one in moved if one.shift.moved] == []
    assert rows_judged({"contribution": np.array([[0.5, 0.5], [0.0, 0.0]])}).tolist() == [True, False]
