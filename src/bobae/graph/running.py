"""Running: when a machine runs, and for how many rows it has run the same way."""

import functools
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph.builder import GraphBuilder
from bobae.graph.stretches import first_rows


@dataclass(frozen=True)
class Running:
    """Starts what follows afresh while the machine stands, when it starts again and when its regime changes.

    Attributes:
        column: the input that tells whether the machine runs; None where nothing does: it always runs.
        limit: it stands while that input is below.
    """

    column: int | None = None
    limit: float = 0.0

    def run(self, filled: Floats, regime: Ints, gap: Floats) -> tuple[Floats, Ints]:
        """(fresh, since), both (rows,): 1.0 where rows start afresh, and rows since, 1 at a fresh row, 0 standing."""
        standing = np.zeros(len(filled), dtype=bool) if self.column is None else filled[:, self.column] < self.limit
        first = first_rows(gap)
        fresh = first.copy()
        fresh[1:] |= (standing[1:] != standing[:-1]) | (np.diff(regime) != 0)
        rows = np.arange(len(filled))
        since = rows - np.maximum.accumulate(np.where(fresh, rows, 0)) + 1
        return fresh.astype(np.float64), np.where(standing, 0, since)

    def emit(self, b: GraphBuilder, name: str, filled: str, regime: str | None) -> str:
        """The same as nodes: since (1, 1). States declared after it start afresh with it.

        Args:
            b: the graph.
            name: of its states.
            filled: the inputs (1, inputs), none missing.
            regime: int64 (1,), None where there is only one.
        """
        breaks = []
        if regime is not None:
            now = b.node("Reshape", b.node("Cast", regime, to=11), np.array([-1, 1]))
            breaks.append(self._changed(b, f"{name}_regime", now))
        standing = ""
        if self.column is not None:
            standing = b.node("Cast", b.node("Less", b.columns(filled, [self.column]), self.limit), to=11)
            breaks.append(self._changed(b, f"{name}_standing", standing))
        if not breaks:
            return b.rows
        since = b.restart(name, functools.reduce(lambda one, other: b.node("Or", one, other), breaks))
        return b.node("Mul", since, b.node("Sub", 1.0, standing)) if standing else since

    def _changed(self, b: GraphBuilder, name: str, now: str) -> str:
        before = b.state(name, (1,), start=now)
        b.set_state(name, now)
        return b.node("Greater", b.node("Abs", b.node("Sub", now, before)), 0.5)
