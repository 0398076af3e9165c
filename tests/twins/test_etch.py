"""The etch tool: wafers through the steps of a recipe, and two faults that show where they should."""

import numpy as np
import pytest

from bobae.core import BadInput
from bobae.twins.etch import KINDS, NAMES, START_NS, Etcher, Fault, Step

NS = 1_000_000_000
EVER = 2**62


def test_each_wafer_goes_through_the_steps_in_order():
    rows = Etcher(seed=3).run(1200, step_s=0.5)
    changed = np.flatnonzero(np.diff(rows.step)) + 1
    steps = [Step(int(rows.step[0])), *(Step(int(rows.step[i])) for i in changed)]
    assert steps[:13] == [*Step, *Step, Step.TRANSFER]
    assert set(rows.wafer[rows.step == Step.TRANSFER]) == {-1}
    assert list(np.unique(rows.wafer[rows.wafer >= 0])) == list(range(10))
    lengths = [np.count_nonzero(rows.wafer == n) / 2 for n in range(9)]
    assert 50 < min(lengths) < max(lengths) < 56


def test_a_lot_has_25_wafers_and_its_recipe():
    tool = Etcher(seed=3)
    tool.run(585, step_s=2.5)
    assert (tool.lot_id, tool.wafer_id, tool.recipe) == ("LOT0001", "LOT0001.25", "OX-ETCH-A")
    tool.run(60, step_s=2.5)
    assert (tool.lot_id, tool.wafer_id, tool.recipe) == ("LOT0002", "LOT0002.01", "OX-ETCH-B")


def test_power_and_gas_are_there_in_the_main_etch_and_nowhere_else():
    rows = Etcher(seed=1).run(3000, step_s=0.5)
    power, gas = (rows.values[:, NAMES.index(name)] for name in ("rf_forward", "cf4_flow"))
    settled = np.r_[np.zeros(8, bool), rows.step[8:] == rows.step[:-8]]  # four seconds into a step
    assert power[settled & (rows.step == Step.MAIN_ETCH)].min() > 850
    assert gas[settled & (rows.step == Step.TRANSFER)].max() < 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_shows_in_its_tags_more_than_elsewhere(kind):
    fault = Fault(kind, START_NS, START_NS, EVER)
    sound, sick = (Etcher(seed=2, faults=f).run(6000, step_s=0.5) for f in ((), (fault,)))

    def levels(rows):
        etching = rows.values[rows.step == Step.MAIN_ETCH]
        return np.median(etching, axis=0), np.quantile(etching, 0.9, axis=0) - np.quantile(etching, 0.1, axis=0)

    (level, spread), (moved, spread_now) = levels(sound), levels(sick)
    off = np.maximum(np.abs(moved - level), np.abs(spread_now - spread)) / np.maximum(spread, 0.01 * np.abs(level))
    shown = {NAMES[i] for i in np.argsort(off)[::-1][:3]}
    assert len(shown & set(fault.tags)) >= 2
    assert off.max() > 1


def test_a_fault_grows_and_is_repaired():
    fault = Fault("mfc_drift", 100, 300, 500, severity=0.8)
    assert [fault.at(t) for t in (99, 100, 200, 300, 499, 500)] == [0, 0, 0.4, 0.8, 0.8, 0]
    with pytest.raises(BadInput, match="mfc_drift"):
        Fault("leak", 0, 0, 0)
    with pytest.raises(BadInput, match="times rise"):
        Fault("mfc_drift", 5, 3, 9)


def test_a_step_that_the_model_does_not_hold_for_is_refused():
    with pytest.raises(BadInput, match=r"0\.01 s"):
        Etcher().step(0.001)
