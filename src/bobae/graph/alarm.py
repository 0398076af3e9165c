"""From a score to an alarm: limits, and rows in a row."""

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
