"""Ahead: the numbers that tell where a value goes: its own past, this hour yesterday and a week ago, the calendar."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
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

    def owner(self) -> np.ndarray:
        """Which input each column is made from (columns, 2), as in `Design.owner`."""
        others = range(2 + self.days, len(self.fill.default))
        value = len(self.near) + _LOOKED * len(self.seasons) + len(self.averages.rates)
        own = np.array([*[0] * value, 1, 1, 2, *others])
        return np.stack([own, own], axis=1)

    def run(self, x: Floats, gap: Floats) -> list[Floats]:
        """(rows, inputs) -> for each horizon (rows, columns)."""
        filled = self.fill.run(x, gap)[0]
        past = self.delays.run(filled[:, :1], gap)
        place = {ago: i for i, ago in enumerate(self.delays.rows)}
        averages = self.averages.run(filled[:, :1], gap)
        out = []
        for step in self.steps:
            looked = [place[ago] for ago in (*self.near, *self._seasonal(step))]
            minute = np.mod(filled[:, 1:2] + step * self.step_min, WEEK)
            day = np.floor(minute / DAY)
            later = np.floor((np.mod(filled[:, 1:2], DAY) + step * self.step_min) / DAY)
            free = np.zeros_like(minute)
            for ahead in range(self.days):
                free = free + filled[:, 2 + ahead : 3 + ahead] * (later == ahead)
            others = filled[:, 2 + self.days :]
            out.append(np.concatenate([past[:, looked], averages, minute - DAY * day, day, free, others], axis=1))
        return out

    def emit(self, b: GraphBuilder) -> list[str]:
        """The same as nodes."""
        filled = self.fill.emit(b, "fill", b.x)[0]
        value, now = b.columns(filled, [0]), b.columns(filled, [1])
        past = self.delays.emit(b, "delays", value)
        averages = self.averages.emit(b, "averages", value)
        place = {ago: i for i, ago in enumerate(self.delays.rows)}
        others = np.arange(2 + self.days, len(self.fill.default))
        out = []
        for step in self.steps:
            looked = [place[ago] for ago in (*self.near, *self._seasonal(step))]
            minute = b.node("Mod", b.node("Add", now, step * self.step_min), WEEK, fmod=1)
            day = b.node("Floor", b.node("Div", minute, DAY))
            later = b.node(
                "Floor", b.node("Div", b.node("Add", b.node("Mod", now, DAY, fmod=1), step * self.step_min), DAY)
            )
            hits = [
                b.node(
                    "Mul", b.columns(filled, [2 + ahead]), b.node("Cast", b.node("Equal", later, float(ahead)), to=11)
                )
                for ahead in range(self.days)
            ]
            free = hits[0]
            for hit in hits[1:]:
                free = b.node("Add", free, hit)
            parts = [b.columns(past, looked), averages, b.node("Sub", minute, b.node("Mul", day, DAY)), day, free]
            parts += [b.columns(filled, others)] if len(others) else []
            out.append(b.node("Concat", *parts, axis=1))
        return out
