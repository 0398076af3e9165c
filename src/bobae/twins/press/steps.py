"""All steps of a run in one compiled loop: faults, physics, maintenance, sensors."""

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np

from bobae.core import Floats, Ints
from bobae.twins.press.dice import Dice
from bobae.twins.press.kinds import F
from bobae.twins.press.physics import REPAIR_S, advance, maintain
from bobae.twins.press.sensors import measure, truth
from bobae.twins.press.shifts import SEOUL_S, Mode

KINDS_OF_FAULTS = len(F)


@functools.cache
def compiled_steps() -> Callable[..., None]:
    """The loop, compiled at the first use of this version of the press and kept on disk from then on."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return _compiled(hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest())


def _compiled(version: str) -> Callable[..., None]:
    @numba.njit(cache=True)
    def steps(
        state: Floats,
        logged: Floats,
        dice: Dice,
        clock_s: Floats,
        step_s: float,
        mode: Ints,
        product: Ints,
        faults: Floats,
        values: Floats,
    ) -> None:
        """Every step of a run; `mode` holds the plan and is overwritten with what the press did."""
        # numba looks for changes in this file alone; naming the version makes all files of the press count
        assert len(version) > 0
        bad = np.empty(KINDS_OF_FAULTS)
        repaired = np.empty(KINDS_OF_FAULTS)
        broken = np.empty((3, values.shape[1]))
        true = np.empty(values.shape[1])
        for i in range(len(clock_s)):
            planned = mode[i]
            if _faults_now(faults, clock_s[i], bad, repaired, broken):
                planned = Mode.OFF
            mode[i] = advance(state, planned, product[i], clock_s[i] + SEOUL_S, step_s, bad, dice)
            maintain(state, repaired, mode[i], clock_s[i])
            truth(state, mode[i], bad, true)
            measure(true, broken, logged, dice, values[i])

    kept: Callable[..., None] = steps
    return kept


@numba.njit(cache=False)
def _faults_now(faults: Floats, now_s: float, bad: Floats, repaired: Floats, broken: Floats) -> bool:
    """How bad each fault is now; True while the press stands still to be repaired."""
    bad[:] = 0.0
    repaired[:] = 0.0
    broken[:] = 0.0
    standing = False
    for f in range(len(faults)):
        kind = int(faults[f, 0])
        start_s, full_s, end_s, severity = faults[f, 1], faults[f, 2], faults[f, 3], faults[f, 4]
        if not start_s <= now_s < end_s:
            continue
        grown = severity * min(1.0, (now_s - start_s) / max(full_s - start_s, 1.0))
        if kind >= F.SENSOR_DRIFT:
            broken[kind - F.SENSOR_DRIFT, int(faults[f, 5])] = grown if kind == F.SENSOR_DRIFT else 1.0
            continue
        bad[kind] = max(bad[kind], grown)
        if end_s - now_s <= REPAIR_S:
            standing = True
            repaired[kind] = 1.0
    return standing
