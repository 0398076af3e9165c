"""What a small plant draws from the mains: shifts, a press line, a furnace, a compressor, light; and what the mains do.

A low-voltage supply of 220 V from each phase to neutral, 60 Hz, in Korea: two shifts from Monday to Friday, one on
Saturday. Powers in kW.
"""

from collections.abc import Sequence

import numpy as np

from bobae.core import Floats, Ints
from bobae.twins.meter.chance import Chance
from bobae.twins.meter.faults import Fault

NS = 1_000_000_000
HOUR_S, DAY_S = 3_600, 86_400
SEOUL_S = 9 * HOUR_S
IDLE_KW, LIGHT_KW, LINE_KW, FURNACE_KW, COMPRESSOR_KW = 14.0, 11.0, 120.0, 60.0, 37.0
SHARES = np.array([0.352, 0.331, 0.317])  # of the single-phase loads, which are never spread evenly
_LEAKS = 0.08  # share of the time that the compressor loads at night, since every plant leaks a little
_BREAKS_H = ((10.0, 10.25), (12.0, 12.7), (16.0, 16.25), (18.0, 18.7))


class Load:
    """The load of one plant and the mains it hangs on.

    Args:
        seed: of the plant.
    """

    def __init__(self, seed: int) -> None:
        self._line, self._furnace, self._air, self._light, self._mains, self._hertz, self._factor = (
            Chance(seed, stream) for stream in range(7)
        )
        self._noise = [Chance(seed, 10 + column) for column in range(8)]

    def work(self, time_ns: Ints) -> Floats:
        """How much is produced, 0 - 1 (rows,): it takes twenty minutes to get going, breaks stop most of it."""
        clock = time_ns / NS + SEOUL_S
        hour = clock / HOUR_S % 24.0
        weekday = (np.floor(clock / DAY_S) + 3) % 7
        end = np.where(weekday == 5, 14.0, 22.0)
        going = np.clip((hour - 6.0) * 3.0, 0.0, 1.0) * np.clip((end - hour) * 6.0, 0.0, 1.0)
        for begin, over in _BREAKS_H:
            going = np.where((hour >= begin) & (hour < over), 0.25 * going, going)
        work: Floats = np.where(weekday == 6, 0.0, going)
        return work

    def powers(self, time_ns: Ints, faults: Sequence[Fault]) -> Floats:
        """Active power of each phase (rows, 3)."""
        at_s = time_ns / NS
        work = self.work(time_ns)
        line = LINE_KW * work * (1.0 + 0.08 * self._line.wander(at_s, 240.0) + 0.05 * self._line.wander(at_s, 12.0))
        duty = 0.42 + 0.04 * self._furnace.wander(at_s, 7_200.0)
        furnace = FURNACE_KW * (work > 0.2) * (at_s / 1080.0 % 1.0 < duty)
        air = np.clip(
            _LEAKS + 0.55 * work + 0.05 * self._air.wander(at_s, 600.0) + 0.45 * _bad(faults, "air_leak", time_ns), 0, 1
        )
        compressor = COMPRESSOR_KW * np.where(at_s / 360.0 % 1.0 < air, 1.0, 0.3 * (air > 0.12))
        single = IDLE_KW + LIGHT_KW * (work > 0.0) + 2.0 * self._light.wander(at_s, 900.0)
        three = np.maximum(line, 0.0) + furnace + compressor
        phases = three[:, None] / 3.0 + np.maximum(single, 1.0)[:, None] * SHARES
        moved = 0.25 * np.clip(_bad(faults, "phase_imbalance", time_ns), 0.0, 3.0) * phases[:, 2]
        powers: Floats = phases + moved[:, None] * np.array([0.55, 0.45, -1.0])
        return powers

    def readings(self, time_ns: Ints, faults: Sequence[Fault]) -> Floats:
        """Voltages, currents, frequency, power factor, powers of the phases, their sum, reactive power (rows, 13)."""
        at_s = time_ns / NS
        kw = self.powers(time_ns, faults)
        total = kw.sum(axis=1)
        tick = time_ns // 1_000_000
        noise = np.stack([chance.normal(tick) for chance in self._noise], axis=1)
        weak = 1.5 * _bad(faults, "phase_imbalance", time_ns)
        volts = 222.5 + 1.2 * self._mains.wander(at_s, 1_800.0)[:, None] - 0.045 * kw + 0.06 * noise[:, :3]
        volts[:, 2] -= weak
        factor = 0.905 + 0.05 * np.clip(total / 220.0, 0.0, 1.0) + 0.004 * self._factor.wander(at_s, 300.0)
        amps = kw * 1_000.0 / (volts * factor[:, None]) * (1.0 + 0.001 * noise[:, 3:6])
        hertz = 60.0 + 0.012 * self._hertz.wander(at_s, 40.0) + 0.001 * noise[:, 6]
        reactive = total * np.tan(np.arccos(factor)) * (1.0 + 0.001 * noise[:, 7])
        return np.column_stack([volts, amps, hertz, factor, kw, total, reactive])


def _bad(faults: Sequence[Fault], kind: str, time_ns: Ints) -> Floats:
    bad: Floats = np.zeros(len(time_ns))
    for fault in faults:
        if fault.kind == kind:
            bad += fault.at(time_ns)
    return bad
