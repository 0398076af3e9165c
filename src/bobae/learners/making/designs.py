"""Designs: the numbers that a model learns from, made from the inputs of a row and of the rows before it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph import FillLast, GraphBuilder, Lags, Wear


class Design(Protocol):
    """Makes the columns of a model from its inputs."""

    @property
    def owner(self) -> Ints:
        """Which input each column is made from (columns, 2): the same twice, or two inputs; -1 for none."""
        ...

    def run(self, x: Floats, gap: Floats) -> Floats:
        """(rows, inputs) -> (rows, columns), NaN where a value is missing and the design does not fill it."""
        ...

    def emit(self, b: GraphBuilder, name: str) -> str:
        """The same as nodes, from `b.x`: (1, columns)."""
        ...


@dataclass(frozen=True, eq=False)
class Plain:
    """The inputs as they are, then products of pairs and differences of pairs that are measured in the same unit.

    Attributes:
        inputs: how many.
        products: pairs of inputs that are multiplied (pairs, 2).
        differences: pairs of which the second is taken from the first (pairs, 2).
    """

    inputs: int
    products: Ints
    differences: Ints

    @property
    def owner(self) -> Ints:
        """See `Design`."""
        own = np.repeat(np.arange(self.inputs)[:, None], 2, axis=1)
        return np.concatenate([own, self.products, self.differences])

    def run(self, x: Floats, gap: Floats) -> Floats:  # noqa: ARG002 - a row of its own
        """See `Design`."""
        (a, b), (c, d) = self.products.T, self.differences.T
        return np.concatenate([x, x[:, a] * x[:, b], x[:, c] - x[:, d]], axis=1)

    def emit(self, b: GraphBuilder, name: str) -> str:  # noqa: ARG002 - keeps nothing
        """See `Design`."""
        parts = [b.x]
        for op, pairs in (("Mul", self.products), ("Sub", self.differences)):
            if len(pairs):
                parts.append(b.node(op, *(b.columns(b.x, column) for column in pairs.T)))
        return b.node("Concat", *parts, axis=1) if len(parts) > 1 else b.x


@dataclass(frozen=True, eq=False)
class Lagged:
    """The inputs with holes filled by the last value, and those of the rows before.

    Attributes:
        fill: stands in for missing inputs.
        lags: the rows before.
    """

    fill: FillLast
    lags: Lags

    @property
    def owner(self) -> Ints:
        """See `Design`."""
        own = np.tile(np.arange(self.lags.inputs), self.lags.lags + 1)
        return np.stack([own, own], axis=1)

    def run(self, x: Floats, gap: Floats) -> Floats:
        """See `Design`."""
        return self.lags.run(self.fill.run(x, gap)[0], gap)[0]

    def emit(self, b: GraphBuilder, name: str) -> str:
        """See `Design`."""
        return self.lags.emit(b, f"{name}_lags", self.fill.emit(b, f"{name}_fill", b.x)[0])[0]


@dataclass(frozen=True, eq=False)
class Worn:
    """What the measured inputs tell of a machine's life, then the other inputs as they are.

    Attributes:
        fill: stands in for missing inputs.
        wear: of the measured ones, which come first.
    """

    fill: FillLast
    wear: Wear

    @property
    def owner(self) -> Ints:
        """See `Design`."""
        own = np.array([*self.wear.owner, *range(self.wear.inputs, len(self.fill.default))])
        return np.stack([own, own], axis=1)

    def run(self, x: Floats, gap: Floats) -> Floats:
        """See `Design`."""
        filled = self.fill.run(x, gap)[0]
        measured = self.wear.inputs
        return np.concatenate([self.wear.run(filled[:, :measured], gap), filled[:, measured:]], axis=1)

    def emit(self, b: GraphBuilder, name: str) -> str:
        """See `Design`."""
        filled, measured = self.fill.emit(b, f"{name}_fill", b.x)[0], self.wear.inputs
        if measured == len(self.fill.default):
            return self.wear.emit(b, f"{name}_wear", filled)
        own, rest = np.arange(measured), np.arange(measured, len(self.fill.default))
        worn = self.wear.emit(b, f"{name}_wear", b.columns(filled, own))
        return b.node("Concat", worn, b.columns(filled, rest), axis=1)
