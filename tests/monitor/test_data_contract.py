"""The data contract: each way to break it is told once, and what a plant may do is none."""

import numpy as np
import pytest

from bobae.core import Contract, Input, speaking
from bobae.evidence.shift import Usual
from bobae.monitor.data_contract import Breach, Came, violations

ROWS = 500
INPUTS = ("oil", "pump", "flow")
FINE = Came(ROWS, 0, "Cel", (0.0, 200.0))


def rows(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(60, 2, (ROWS, len(INPUTS)))


def found(x: np.ndarray, came: dict[str, Came] | None = None, categories: tuple[str, ...] | None = None):
    inputs = [Input(name=name, unit="Cel") for name in INPUTS]
    if categories is not None:
        inputs[1] = Input(name="pump", categories=categories)
    usual = {name: Usual.of(column) for name, column in zip(INPUTS, rows(1).T, strict=True)}
    given = [(came or {}).get(name, Came(ROWS, 0) if name == "pump" else FINE) for name in INPUTS]
    with speaking("en"):
        told = violations(Contract(inputs=tuple(inputs), outputs=()), usual, given, x, np.ones(len(x), dtype=bool))
        assert all(one.name in str(one.said) for one in told)
    return [(one.breach, one.name) for one in told]


def changed(column: int, values: object, rows_from: int = 0) -> np.ndarray:
    x = rows()
    x[rows_from:, column] = values
    return x


def test_a_day_as_promised_breaks_nothing() -> None:
    assert found(rows()) == []


@pytest.mark.parametrize(
    ("breach", "x", "came"),
    [
        (Breach.UNIT, rows(), {"oil": Came(ROWS, 0, "[degF]")}),
        (Breach.SILENT, changed(0, np.nan), {"oil": Came(0, 0, "Cel")}),
        (Breach.SILENT, rows(), {"oil": Came(0, 3, "Cel")}),
        (Breach.BAD, rows(), {"oil": Came(400, 100, "Cel")}),
        (Breach.MISSING, changed(0, np.nan, ROWS // 2), None),
        (Breach.IMPOSSIBLE, changed(0, 999.0, ROWS - 5), None),
        (Breach.STUCK, changed(0, 61.0), None),
    ],
)
def test_each_breach_is_told_once_and_of_the_input_that_breaks(breach, x, came) -> None:
    assert found(x, came) == [(breach, "oil")]


def test_a_category_never_seen_is_a_breach_and_one_that_was_is_none() -> None:
    x = changed(1, 0.0)
    assert found(x, categories=("a", "b")) == []
    x[: ROWS // 10, 1] = -1.0
    assert found(x, categories=("a", "b")) == [(Breach.UNSEEN, "pump")]


def test_a_state_that_the_model_never_judged_is_no_breach() -> None:
    contract = Contract(inputs=(Input(name="state", categories=("idle", "run")),), outputs=())
    usual = {"state": Usual.of(np.repeat([-1.0, 0.0, 1.0], [500, 200, 300]))}  # half of the time it is off
    weekend = np.repeat([-1.0, 1.0], [900, 100])
    assert violations(contract, usual, [Came(9, 0)], weekend[:, None], weekend >= 0) == []


def test_a_machine_that_stands_is_not_three_sensors_that_are_stuck() -> None:
    assert found(np.full((ROWS, len(INPUTS)), 20.0)) == []


def test_a_sensor_that_stands_while_the_machine_does_is_not_stuck() -> None:
    x, judged = changed(0, 61.0), np.zeros(ROWS, dtype=bool)
    contract = Contract(inputs=tuple(Input(name=name) for name in INPUTS), outputs=())
    usual = {name: Usual.of(column) for name, column in zip(INPUTS, rows(1).T, strict=True)}
    assert violations(contract, usual, [FINE] * 3, x, judged) == []


def test_a_source_that_tells_only_changes_may_have_none() -> None:
    assert found(rows(), {"oil": Came(0, 0, "Cel")}) == []
