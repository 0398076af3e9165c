"""Where on the time axis: dates where the data have them, row numbers where they have not."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints, Text, text
from bobae.page import duration, moment
from bobae.page.axes import AxisKind
from bobae.train.proven import Proven

NS = 1_000_000_000


@dataclass(frozen=True)
class When:
    """How this outcome tells time."""

    has_time: bool
    sampling_s: float

    @classmethod
    def of(cls, outcome: Proven) -> "When":
        """As the outcome's data tell it."""
        return cls(outcome.has_time, outcome.sampling_s)

    @property
    def kind(self) -> AxisKind:
        """What an axis of it holds."""
        return "time" if self.has_time else "count"

    def at(self, time_ns: int) -> Text | str:
        """A moment in words."""
        return moment(time_ns) if self.has_time else text("row {n}", n=f"{self._row(time_ns):,}")

    def lasted(self, start_ns: int, end_ns: int) -> Text:
        """From the first to the last row, that row's own time counted in."""
        if self.has_time:
            return duration((end_ns - start_ns) / NS + self.sampling_s)
        return text("{n} rows", n=f"{self._row(end_ns) - self._row(start_ns) + 1:,}")

    def delayed(self, seconds: float) -> Text:
        """A delay in words."""
        return duration(seconds) if self.has_time else text("{n} rows", n=f"{round(seconds / self.sampling_s):,}")

    def x(self, time_ns: Ints) -> Floats:
        """Places on an axis: seconds since 1970, or row numbers."""
        seconds = np.asarray(time_ns) / NS
        return seconds if self.has_time else seconds / self.sampling_s

    def _row(self, time_ns: int) -> int:
        return round(time_ns / NS / self.sampling_s) + 1
