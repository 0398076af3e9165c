"""Heads: from the columns of a design to what is foretold and how much of it each input brought about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.graph import GraphBuilder, Linear, Scale

CLIP = 6.0  # spreads from the middle; farther away a line is no longer believed


class Head(Protocol):
    """Foretells from the columns of a design; `Trees` and `Linear` of the graph are such as they are.

    What comes out stands sum after sum (classes of a classifier; one for a number): what is foretold, then for each
    input how much of it that input brought about. The shares of the inputs and what is foretold of a usual row add up
    to what is foretold of this one.
    """

    def run(self, columns: Floats) -> Floats:
        """(rows, columns) -> (rows, sums * (1 + inputs))."""
        ...

    def emit(self, b: GraphBuilder, columns: str) -> str:
        """The same as nodes."""
        ...


@dataclass(frozen=True, eq=False)
class Owner:
    """Whose each column is: (columns, 2) as in `Design.owner`, of so many inputs."""

    of: Ints
    inputs: int

    def sizes(self, of_inputs: Sequence[int]) -> tuple[int, ...]:
        """How many kinds each column has, from those of the inputs; 0 for a number."""
        return tuple(of_inputs[i] if i >= 0 else 0 for i in self.of[:, 0])

    @property
    def shares(self) -> Floats:
        """How a column's part goes to the inputs (columns, inputs): half to each of two; columns of none to none."""
        out = np.zeros((len(self.of), self.inputs))
        for side in self.of.T:
            at = np.flatnonzero(side >= 0)
            np.add.at(out, (at, side[at]), 0.5)
        return out


@dataclass(frozen=True, eq=False)
class Examples:
    """What is learned from; arrays are (rows, ...).

    Attributes:
        columns: of the design.
        aim: what is to be foretold: a number, or the number of a class; NaN where it is not known.
        groups: rows that are one witness together.
        weight: how much a row counts.
        owner: whose each column is.
        least: what the aim is at least where it is not known, NaN where nothing is known of it; None: of no row.
    """

    columns: Floats
    aim: Floats
    groups: Ints
    weight: Floats
    owner: Owner
    least: Floats | None = None

    @property
    def known(self) -> Bools:
        """Rows whose aim is known."""
        return np.isfinite(self.aim)

    def taught_by(self, kind: "Learns") -> Bools:
        """Rows that a way to learn can take: those known, and for one that takes bounds those that have one."""
        if self.least is None or not getattr(kind, "takes_bounds", False):
            return self.known
        return self.known | np.isfinite(self.least)

    def chosen(self, rows: Bools | Ints) -> "Examples":
        """Some of the rows."""
        least = None if self.least is None else self.least[rows]
        return Examples(self.columns[rows], self.aim[rows], self.groups[rows], self.weight[rows], self.owner, least)

    def only(self, columns: Ints) -> "Examples":
        """Some of the columns."""
        return replace(self, columns=self.columns[:, columns], owner=Owner(self.owner.of[columns], self.owner.inputs))


class Learns(Protocol):
    """A way to learn a head from examples that are all known; one whose `takes_bounds` is true also takes others."""

    def __call__(self, given: Examples, *, seed: int) -> Head:
        """The head; `seed` is of everything random."""
        ...


@dataclass(frozen=True, eq=False)
class Prepared:
    """Columns made fit for a line: holes filled with the middle, categories as 0 and 1, all on one scale, then squares.

    Attributes:
        middle: stands in for missing values (columns,).
        picks: for each prepared column the column it is made from (prepared,).
        codes: NaN for a number; else 1 where the column has this code, 0 elsewhere (prepared,).
        scale: of the prepared columns.
        pairs: prepared columns that are multiplied with each other and added at the end (pairs, 2).
    """

    middle: Floats
    picks: Ints
    codes: Floats
    scale: Scale
    pairs: Ints

    @property
    def origin(self) -> Ints:
        """Which columns each number is made from (prepared + pairs, 2)."""
        own = np.stack([self.picks, self.picks], axis=1)
        return np.concatenate([own, self.picks[self.pairs]])

    def run(self, columns: Floats) -> Floats:
        """(rows, columns) -> (rows, prepared + pairs)."""
        filled = np.where(np.isfinite(columns), columns, self.middle)[:, self.picks]
        coded = np.where(self.is_code, filled == self.codes, filled)
        scaled = self.scale.run(coded)
        return np.concatenate([scaled, scaled[:, self.pairs[:, 0]] * scaled[:, self.pairs[:, 1]]], axis=1)

    def emit(self, b: GraphBuilder, columns: str) -> str:
        """The same as nodes."""
        present = b.node("Less", b.node("Abs", columns), np.inf)
        filled = b.node("Where", present, columns, self.middle[None])
        if not np.array_equal(self.picks, np.arange(len(self.middle))):
            filled = b.columns(filled, self.picks)
        if self.is_code.any():
            same = b.node("Cast", b.node("Equal", filled, np.nan_to_num(self.codes)[None]), to=11)
            filled = b.node("Where", self.is_code[None], same, filled)
        scaled = self.scale.emit(b, filled)
        if not len(self.pairs):
            return scaled
        products = b.node("Mul", *(b.columns(scaled, side) for side in self.pairs.T))
        return b.node("Concat", scaled, products, axis=1)

    @property
    def is_code(self) -> Bools:
        """Which prepared columns are codes (prepared,)."""
        return np.isfinite(self.codes)

    @classmethod
    def learned(cls, columns: Floats, sizes: tuple[int, ...], *, squares: bool = False) -> "Prepared":
        """From rows (rows, columns); `sizes` says how many kinds each column has, 0 for a number."""
        with np.errstate(all="ignore"):
            seen = np.where(np.isfinite(columns), columns, np.nan)
            empty = np.isnan(seen).all(axis=0)
            middle = np.where(empty, 0.0, np.nanmedian(np.where(empty, 0.0, seen), axis=0))
        made = [
            (i, code)
            for i, size in enumerate(sizes)
            for code in ([np.nan] if size == 0 else [float(c) for c in range(size)])
        ]
        picks, codes = np.array([i for i, _ in made]), np.array([code for _, code in made])
        filled = np.where(np.isfinite(columns), columns, middle)[:, picks]
        coded = np.where(np.isfinite(codes), filled == codes, filled)
        spread = coded.std(axis=0)
        scale = Scale(coded.mean(axis=0), np.where(spread > 1e-12, spread, 1.0), CLIP)
        numbers = np.flatnonzero(np.isnan(codes))
        a, b = np.triu_indices(len(numbers) if squares else 0)
        pairs = np.stack([numbers[a], numbers[b]], axis=1) if squares else np.empty((0, 2), dtype=np.int64)
        return cls(middle, picks, codes, scale, pairs)


@dataclass(frozen=True, eq=False)
class LinearHead:
    """A weighted sum of prepared columns, for each class of a classifier or for one number.

    Attributes:
        prepared: makes the columns.
        linear: prepared columns -> sums * (1 + inputs).
    """

    prepared: Prepared
    linear: Linear

    def run(self, columns: Floats) -> Floats:
        """See `Head`."""
        return self.linear.run(self.prepared.run(columns))

    def emit(self, b: GraphBuilder, columns: str) -> str:
        """See `Head`."""
        return self.linear.emit(b, self.prepared.emit(b, columns))

    @classmethod
    def of(cls, prepared: Prepared, weights: Floats, bias: Floats, usual: Floats, owner: Owner) -> "LinearHead":
        """From the weights of the prepared columns.

        Args:
            prepared: makes the columns.
            weights: (numbers, sums).
            bias: (sums,).
            usual: the mean of each number (numbers,); what a number brings about is told against it.
            owner: whose each column is.
        """
        share = owner.shares
        owned = (share[prepared.origin[:, 0]] + share[prepared.origin[:, 1]]) / 2  # (numbers, inputs)
        matrix, offset = [], []
        for column, start in zip(weights.T, bias, strict=True):
            parts = column[:, None] * owned
            matrix.append(np.concatenate([column[:, None], parts], axis=1))
            offset.append(np.concatenate([[start], -usual @ parts]))
        return cls(prepared, Linear(np.concatenate(matrix, axis=1), np.concatenate(offset)))
