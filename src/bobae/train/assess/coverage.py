"""When there are rows, when the machine stood still, when faults are known: stretches along one time axis."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Ints, Role, Text, text
from bobae.page.charts import Band, Lane, Tone
from bobae.train.assess.look import NS, Look
from bobae.train.assess.profile import codes

_LANES = 10  # machines drawn; the largest where there are more
_SEEN = 600  # a hole shorter than this part of the whole is not seen


@dataclass(frozen=True, eq=False)
class Stretches:
    """One lane: what it shows and where, in seconds since 1970 (stretches, 2)."""

    name: Text | str
    tone: Tone
    spans: Floats

    def lane(self) -> Lane:
        """The lane as it is drawn, in the current language."""
        return Lane(str(self.name), tuple(Band(start, end, self.tone) for start, end in self.spans.tolist()))


def coverage(look: Look) -> tuple[Stretches, ...]:
    """Lanes of rows by machine, of standing still and of known faults; none without dates."""
    if look.time_ns is None or not look.has_dates or np.ptp(look.time_ns[look.timed]) == 0:
        return ()
    seconds = look.time_ns / NS
    hole = max(float(np.ptp(seconds[look.timed])) / _SEEN, 3 * (look.sampling_s or 0.0))
    lanes = [Stretches(name, "set", _spans(seconds[rows], hole)) for name, rows in _machines(look)]
    still = look.standing_still & look.timed
    if still.any():
        lanes.append(Stretches(text("standing still"), "learned", _spans(seconds[still], hole)))
    target = look.target
    if target is not None and target.is_mark:
        marked = (look.dataset.values(target.column.name) == target.high) & look.timed
        if 0 < marked.mean() < 0.5:
            lanes.append(Stretches(target.column.name, "fault", _spans(seconds[marked], hole)))
    return tuple(lanes)


def _machines(look: Look) -> list[tuple[Text | str, Bools]]:
    asset = look.dataset.name_of(Role.ASSET)
    if asset is None:
        return [(text("rows"), look.timed)]
    of, names = codes(look.dataset, asset)
    largest: Ints = np.argsort(-np.bincount(of, minlength=len(names)), kind="stable")[:_LANES]
    return [(names[i], (of == i) & look.timed) for i in sorted(largest.tolist()) if np.any((of == i) & look.timed)]


def _spans(seconds: Floats, hole: float) -> Floats:
    at = np.sort(seconds)
    ends = np.flatnonzero(np.diff(at) > hole)
    return np.column_stack([at[np.concatenate(([0], ends + 1))], at[np.concatenate((ends, [len(at) - 1]))]])
