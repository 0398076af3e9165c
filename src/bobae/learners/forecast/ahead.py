"""Ahead: the numbers that tell where a value goes: its own past, this hour yesterday and a week ago, the calendar."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph import Delays, Ewma, FillLast, GraphBuilder

_LOOKED = 5  # columns for each season
WEEK, DAY = 7 * 24 * 60.0, 24 * 60.0  # minutes


@dataclass(frozen=True, eq=False)
class Ahead:
    """For each horizon the columns that it is foretold from.

    The inputs are the value, the minute of the week, whether today and the days after it are free, then others.

    Attributes:
        fill: stands in for missing inputs.
        steps: rows ahead, one for each horizon.
        step_min: minutes from row to row.
        near: rows ago whose values are shown for every horizon, beginning with 0.
        seasons: rows of a day and of a week, those that the history is long enough for.
        averages: of the value.
        days: how many inputs say whether a day is free: today's and so on.
    """

    fill: FillLast
    steps: tuple[int, ...]
    step_min: float
    near: tuple[int, ...]
    seasons: tuple[int, ...]
    averages: Ewma
    days: int

    @property
    def delays(self) -> Delays:
        """All rows ago that some horizon looks at."""
        ago = {*self.near, *(back for step in self.steps for back in self._seasonal(step)), 1}
        return Delays(tuple(sorted(ago)))

    def _seasonal(self, step: int) -> list[int]:
        """Rows ago that were whole days or weeks before the moment foretold, the nearest with its neighbours."""
        looked = []
        for season in self.seasons:
            first = -(-step // season) * season - step
            looked += [max(0, first - 1), first, first + 1, first + season, first + 2 * season]
        return looked

    def naive(self) -> dict[str, int]:
        """Simple rules as places in the columns: the last value, and the value a day or week before."""
        names = ("same_time_yesterday", "same_time_last_week")
        found = {name: len(self.near) + _LOOKED * i + 1 for i, name in enumerate(names[: len(self.seasons)])}
        return {"last_value": 0} | found

    @property
    def owner(self) -> Ints:
        """Which input each column is made from (columns, 2), as in `Design.owner`."""
        others = range(2 + self.days, len(self.fill.default))
        value = len(self.near) + _LOOKED * len(self.seasons) + len(self.averages.rates)
        own = np.array([*[0] * value, 1, 1, 2, *others], dtype=np.int64)
        return np.stack([own, own], axis=1)

    def run(self, x: Floats, gap: Floats) -> list[Floats]:
        """(rows, inputs) -> for each horizon (rows, columns)."""
        filled = self.fill.run(x, gap)[0]
        past, averages = self.delays.run(filled[:, :1], gap), self.averages.run(filled[:, :1], gap)
        ahead = self.step_min * np.array(self.steps)
        minute = np.mod(filled[:, 1:2] + ahead, WEEK)
        day = np.floor(minute / DAY)
        later = np.floor((np.mod(filled[:, 1:2], DAY) + ahead) / DAY)
        free = np.zeros_like(minute)
        for number in range(self.days):
            free = free + filled[:, 2 + number : 3 + number] * (later == number)
        everything = np.concatenate([past, averages, minute - DAY * day, day, free, filled[:, 2 + self.days :]], axis=1)
        return [everything[:, picks] for picks in self._picks()]

    def emit(self, b: GraphBuilder) -> list[str]:
        """The same as nodes; what horizons share is worked out once, for all of them side by side."""
        filled = self.fill.emit(b, "fill", b.x)[0]
        value, now = b.columns(filled, [0]), b.columns(filled, [1])
        past, averages = self.delays.emit(b, "delays", value), self.averages.emit(b, "averages", value)
        ahead = self.step_min * np.array([self.steps], dtype=np.float64)
        minute = b.node("Mod", b.node("Add", now, ahead), WEEK, fmod=1)
        day = b.node("Floor", b.node("Div", minute, DAY))
        later = b.node("Floor", b.node("Div", b.node("Add", b.node("Mod", now, DAY, fmod=1), ahead), DAY))
        free = b.constant(np.zeros((1, len(self.steps))))
        for number in range(self.days):
            there = b.node("Cast", b.node("Equal", later, float(number)), to=11)
            free = b.node("Add", free, b.node("Mul", b.columns(filled, [2 + number]), there))
        parts = [past, averages, b.node("Sub", minute, b.node("Mul", day, DAY)), day, free]
        if self.others:
            parts.append(b.columns(filled, 2 + self.days + np.arange(self.others)))
        everything = b.node("Concat", *parts, axis=1)
        return [b.columns(everything, picks) for picks in self._picks()]

    @property
    def others(self) -> int:
        """Inputs beside the value and the calendar."""
        return len(self.fill.default) - 2 - self.days

    def _picks(self) -> list[list[int]]:
        """For each horizon the places of its columns among those of all horizons."""
        place = {ago: i for i, ago in enumerate(self.delays.rows)}
        averages, horizons = len(self.averages.rates), len(self.steps)
        calendar = len(place) + averages
        own = list(range(len(place), calendar))
        rest = list(range(calendar + 3 * horizons, calendar + 3 * horizons + self.others))
        return [
            [place[ago] for ago in (*self.near, *self._seasonal(step))]
            + own
            + [calendar + part * horizons + i for part in range(3)]
            + rest
            for i, step in enumerate(self.steps)
        ]
