"""The forecaster: a value some rows ahead, for several horizons, each with its own interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bobae.core import Contract, Floats, HeldOut, Input, Output
from bobae.graph import Bands, GraphBuilder
from bobae.learners.forecast.ahead import Ahead
from bobae.learners.making.heads import Head


@dataclass(frozen=True, eq=False)
class Forecaster:
    """For each horizon the mean of heads over that horizon's columns.

    Attributes:
        inputs: what it is asked with.
        ahead: makes the columns.
        heads: for each horizon.
        bands: for each horizon the errors that are usual.
        sampling_s, max_gap_s: the rows it was made for.
        held_out: what models like it said of rows they had not seen.
    """

    inputs: tuple[Input, ...]
    ahead: Ahead
    heads: tuple[tuple[Head, ...], ...]
    bands: tuple[Bands, ...]
    sampling_s: float
    max_gap_s: float | None
    held_out: HeldOut

    @cached_property
    def contract(self) -> Contract:
        """What goes in and out."""
        shape = (len(self.heads),)
        outputs = tuple(Output(name=name, kind="score", shape=shape) for name in ("prediction", "low", "high"))
        shares = Output(name="contribution", kind="score", shape=(len(self.inputs),))
        return Contract(
            inputs=self.inputs,
            outputs=(*outputs, shares),
            states=self._built.states,
            sampling_s=self.sampling_s,
            max_gap_s=self.max_gap_s,
        )

    def run(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        """Prediction, low, high (rows, horizons); contribution (rows, inputs), the mean over horizons."""
        said, errors, shares = [], [], []
        for columns, heads, bands in zip(self.ahead.run(x, gap), self.heads, self.bands, strict=True):
            told = np.mean([head.run(columns) for head in heads], axis=0)
            said.append(told[:, 0])
            errors.append(bands.run(told[:, :1])[:, :2])
            shares.append(told[:, 1:])
        prediction = np.stack(said, axis=1)
        off = np.stack(errors, axis=1)
        return {
            "prediction": prediction,
            "low": prediction + off[:, :, 0],
            "high": prediction + off[:, :, 1],
            "contribution": np.mean(shares, axis=0),
        }

    def graph(self) -> bytes:
        """The same as one ONNX model."""
        return self._built.serialise(self.contract)

    @cached_property
    def _built(self) -> GraphBuilder:
        b, inputs = GraphBuilder(inputs=len(self.inputs)), len(self.inputs)
        said, low, high, shares = [], [], [], []
        for columns, heads, bands in zip(self.ahead.emit(b), self.heads, self.bands, strict=True):
            told = b.mean([head.emit(b, columns) for head in heads])
            prediction = b.columns(told, [0])
            errors = bands.emit(b, prediction)
            said.append(prediction)
            low.append(b.node("Add", prediction, b.columns(errors, [0])))
            high.append(b.node("Add", prediction, b.columns(errors, [1])))
            shares.append(b.columns(told, np.arange(1, inputs + 1)))
        for name, values in (("prediction", said), ("low", low), ("high", high)):
            b.output(name, b.node("Concat", *values, axis=1), shape=(len(values),))
        b.output("contribution", b.mean(shares), shape=(inputs,))
        return b
