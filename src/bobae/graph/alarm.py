"""From a score to an alarm: limits, rows in a row, and a limit that follows slow change."""

import math
from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import vector
from bobae.graph.stretches import first_rows


@dataclass(frozen=True, eq=False)
class Threshold:
    """1 where a value is above its limit, else 0; NaN is not above.

    Attributes:
        limits: (k,).
    """

    limits: Floats

    def __post_init__(self) -> None:
        vector(self, "limits", self.limits)

    def run(self, values: Floats) -> Floats:
        """(rows, k) -> (rows, k)."""
        return (values > self.limits).astype(np.float64)

    def emit(self, b: GraphBuilder, values: str) -> str:
        """The same as nodes."""
        return b.node("Cast", b.node("Greater", values, self.limits[None]), to=11)


@dataclass(frozen=True)
class Episode:
    """An alarm: open after `open_after` rows in a row over the limit, closed after `close_after` rows in a row under.

    Attributes:
        open_after: 1 or more.
        close_after: 1 or more.
    """

    open_after: int = 1
    close_after: int = 1

    def __post_init__(self) -> None:
        if self.open_after < 1 or self.close_after < 1:
            raise BadInput(
                "Episode: open_after and close_after must be 1 row or more, but are {open} and {close}",
                open=self.open_after,
                close=self.close_after,
            )

    def run(self, over: Floats, gap: Floats) -> Floats:
        """Over (rows, 1) as 0 or 1 -> alarm (rows, 1) as 0 or 1."""
        alarm = np.zeros(len(over))
        count, is_open = 0, False
        for i, (is_over, fresh) in enumerate(zip(over[:, 0].tolist(), first_rows(gap).tolist(), strict=True)):
            count, is_open = self.follow(0 if fresh else count, is_open and not fresh, is_over > 0.5)
            alarm[i] = is_open
        return alarm[:, None]

    def follow(self, count: int, is_open: bool, is_over: bool) -> tuple[int, bool]:
        """One row on: (rows in a row over as a positive count, under as a negative one; whether the alarm is open)."""
        count = max(count, 0) + 1 if is_over else min(count, 0) - 1
        return count, count >= self.open_after or (is_open and count > -self.close_after)

    def emit(self, b: GraphBuilder, name: str, over: str) -> str:
        """The same as nodes."""
        counts = b.node("Add", b.state(f"{name}_counts", (2,)), 1.0)  # rows in a row over, under
        counts = b.node("Mul", counts, b.node("Concat", over, b.node("Sub", 1.0, over), axis=1))
        enough = np.array([[self.open_after, self.close_after]], dtype=np.float64)
        reached = b.node("Cast", b.node("GreaterOrEqual", counts, enough), to=11)
        change = b.node("MatMul", reached, np.array([[1.0], [-1.0]]))
        alarm = b.node("Clip", b.node("Add", b.state(f"{name}_open", (1,)), change), 0.0, 1.0)
        b.set_state(f"{name}_counts", counts)
        b.set_state(f"{name}_open", alarm)
        return alarm


@dataclass(frozen=True)
class OnlineLimit:
    """A limit that moves slowly so that a wanted share of normal rows lies over it, and the alarm that it gives.

    The limit is base * exp(offset). After each row the offset moves by rate * (over - share), so that the share of rows
    over the limit comes to `share` (adaptive conformal inference: Gibbs and Candes, 2021). It stands still while an
    alarm is open or the score is missing, and never leaves -max_offset .. +max_offset: a fault cannot teach the limit
    to accept it.

    Attributes:
        base: the calibrated limit, above 0.
        share: the share of rows wanted over the limit in normal running, 0 .. 1.
        rate: the step; 0 keeps the limit where it is.
        max_offset: the farthest the limit may move, as a logarithm (0.7 is a factor of 2).
        episode: opens and closes the alarm.
    """

    base: float
    share: float
    rate: float
    max_offset: float
    episode: Episode

    def __post_init__(self) -> None:
        sound = math.isfinite(self.base) and self.base > 0 and 0 <= self.share <= 1
        if not sound or self.rate < 0 or self.max_offset < 0:
            raise BadInput(
                "OnlineLimit: base must be above 0, share between 0 and 1, rate and max_offset 0 or more;"
                " they are {base}, {share}, {rate}, {max_offset}",
                base=self.base,
                share=self.share,
                rate=self.rate,
                max_offset=self.max_offset,
            )

    def run(self, score: Floats, gap: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Score (rows, 1) -> (over, alarm, limit, moved), each (rows, 1).

        `limit` is the one this row was held against; `moved` is 1 where the limit stands at its upper end: the normal
        state has moved and a new training is due.
        """
        out = np.zeros((len(score), 4))
        offset, count, is_open = 0.0, 0, False
        for i, (value, fresh) in enumerate(zip(score[:, 0].tolist(), first_rows(gap).tolist(), strict=True)):
            if fresh:
                offset, count, is_open = 0.0, 0, False
            limit = self.base * math.exp(offset)
            over = value > limit
            count, is_open = self.episode.follow(count, is_open, over)
            if not is_open and value == value:
                offset += self.rate * ((1.0 if over else 0.0) - self.share)
                offset = min(max(offset, -self.max_offset), self.max_offset)
            out[i] = over, is_open, limit, self._at_end(offset)
        return out[:, 0:1], out[:, 1:2], out[:, 2:3], out[:, 3:4]

    def emit(self, b: GraphBuilder, name: str, score: str) -> tuple[str, str, str, str]:
        """The same as nodes: (over, alarm, limit, moved), each (1, 1)."""
        offset = b.state(f"{name}_offset", (1,))
        limit = b.node("Mul", self.base, b.node("Exp", offset))
        over = b.node("Cast", b.node("Greater", score, limit), to=11)
        alarm = self.episode.emit(b, name, over)
        step = b.node("Mul", b.node("Sub", over, self.share), self.rate)
        still = b.node("Or", b.node("Greater", alarm, 0.5), b.node("IsNaN", score))
        step = b.node("Mul", step, b.node("Cast", b.node("Not", still), to=11))
        offset = b.node("Clip", b.node("Add", offset, step), -self.max_offset, self.max_offset)
        b.set_state(f"{name}_offset", offset)
        end = self.max_offset if self.max_offset > 0 else math.inf
        return over, alarm, limit, b.node("Cast", b.node("GreaterOrEqual", offset, end), to=11)

    def _at_end(self, offset: float) -> bool:
        return 0.0 < self.max_offset <= offset
