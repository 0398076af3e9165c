"""Modes: a line of its own for each chamber, stage or recipe, and one for all where a mode has few rows or is new."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.graph import ByCode, GraphBuilder
from bobae.learners.making.heads import Examples, Head, Learns, Owner

FEWEST_IN_MODE = 20
_KINDS = 12
_MOST = 2
_NO_CODE = -2.0


@dataclass(frozen=True, eq=False)
class ModeHead:
    """For each row the head of its mode.

    Attributes:
        column: of the design that names the mode.
        codes: of the modes that have a head of their own (modes,).
        heads: the common one, then those of the modes.
        shift: added to what a head says (1 + modes, 1 + inputs): that a mode's usual row differs from the usual row of
            all is put down to the input that names the mode.
    """

    column: int
    codes: Floats
    heads: tuple[Head, ...]
    shift: Floats

    def run(self, columns: Floats) -> Floats:
        """See `Head`."""
        mode = self._which.run(columns[:, [self.column]])[0]
        out = self.heads[0].run(columns)
        for number, head in enumerate(self.heads[1:], start=1):
            if (mine := mode == number).any():
                out[mine] = head.run(columns[mine])
        return np.asarray(out + self.shift[mode])

    def emit(self, b: GraphBuilder, columns: str) -> str:
        """See `Head`."""
        mode = self._which.emit(b, b.columns(columns, [self.column]))[0]
        said = b.node("Concat", *(head.emit(b, columns) for head in self.heads), axis=0)
        return b.node("Gather", b.node("Add", said, self.shift), mode, axis=0)

    @cached_property
    def _which(self) -> ByCode:
        return ByCode(np.concatenate([[_NO_CODE], self.codes])[:, None])


@dataclass(frozen=True)
class ByMode:
    """A line for all rows, and one for each mode that has enough of them.

    Attributes:
        line: how each is learned; what it says is the sum of its inputs' shares and a constant.
        column: of the design that names the mode.
    """

    line: Learns
    column: int

    def __call__(self, given: Examples, *, seed: int) -> Head:
        """See `Learns`."""
        common = self.line(given, seed=seed)
        found, counts = np.unique(given.columns[:, self.column], return_counts=True)
        codes = found[(counts >= FEWEST_IN_MODE) & (found >= 0.0)]
        if len(codes) == 0:
            return common
        own = [self.line(given.chosen(given.columns[:, self.column] == code), seed=seed) for code in codes]
        heads = (common, *own)
        usual = np.array([_usual(head, given.columns[:1]) for head in heads])
        share = given.owner.shares[self.column]
        shift = np.zeros((len(heads), 1 + given.owner.inputs))
        shift[:, 1:] = (usual - usual[0])[:, None] * share
        return ModeHead(self.column, codes, heads, shift)


def mode_columns(columns: Floats, known: Bools, sizes: tuple[int, ...], owner: Owner) -> dict[int, int]:
    """Inputs that name a mode -> the column of the design that holds it: of few kinds, two of them with enough rows."""
    found: dict[int, int] = {}
    for column, size in enumerate(sizes):
        first, second = owner.of[column].tolist()
        if first == second and first not in found and 2 <= size <= _KINDS:
            counts = np.unique(columns[known & (columns[:, column] >= 0.0), column], return_counts=True)[1]
            if (counts >= FEWEST_IN_MODE).sum() >= 2:
                found[first] = column
    few: Ints = np.argsort([sizes[column] for column in found.values()], kind="stable")[:_MOST]
    names = list(found)
    return {names[i]: found[names[i]] for i in few.tolist()}


def _usual(head: Head, row: Floats) -> float:
    said = head.run(row)[0]
    return float(said[0] - said[1:].sum())
