"""The regressor: a number foretold, how far off it may be, and which inputs made it so; in numpy, and as one graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bobae.core import Contract, Floats, HeldOut, Input, Output
from bobae.evidence.conformal import LEVELS
from bobae.graph import Bands, GraphBuilder, LateBias
from bobae.learners.making.designs import Design
from bobae.learners.making.domain import Domain
from bobae.learners.making.heads import Head


@dataclass(frozen=True, eq=False)
class Regressor:
    """The mean of heads over one design, with intervals; late measured values may move it.

    Attributes:
        inputs: what it is asked with; the last of them is the late value where there is a bias.
        design: makes the columns.
        heads: averaged.
        bands: the errors usual for such a prediction: to the lower and upper end of the interval, then quantiles.
        least, most: what can be foretold.
        domain: whether a row is like those learned from; None: nothing is said about it.
        horizon: the chance to be at most this is told; None: it is not.
        sampling_s, max_gap_s: the rows it was made for.
        held_out: what models like it said of rows they had not seen.
        bias: added to what the heads say, by late values; None: nothing is.
    """

    inputs: tuple[Input, ...]
    design: Design
    heads: tuple[Head, ...]
    bands: Bands
    least: float
    most: float
    domain: Domain | None
    horizon: float | None
    sampling_s: float | None
    max_gap_s: float | None
    held_out: HeldOut
    bias: LateBias | None = None

    @cached_property
    def contract(self) -> Contract:
        """What goes in and out."""
        outputs = [
            Output(name="prediction", kind="score"),
            Output(name="low", kind="score"),
            Output(name="high", kind="score"),
            Output(name="contribution", kind="score", shape=(len(self.inputs),)),
        ]
        if self.horizon is not None:
            outputs.append(Output(name="chance", kind="score"))
        if self.domain is not None:
            outputs.append(Output(name="strange", kind="score"))
        return Contract(
            inputs=self.inputs,
            outputs=tuple(outputs),
            states=self._built.states,
            sampling_s=self.sampling_s,
            max_gap_s=self.max_gap_s,
        )

    def run(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        """Prediction, low, high (rows,) and contribution (rows, inputs); chance and strange (rows,) where told."""
        x, late = (x, None) if self.bias is None else (x[:, :-1], x[:, -1:])
        columns = self.design.run(x, gap)
        said = np.mean([head.run(columns) for head in self.heads], axis=0)
        if self.bias is not None and late is not None:
            bias = self.bias.run(said[:, :1], late, gap)
            said = np.concatenate([said[:, :1] + bias, said[:, 1:], bias], axis=1)
        prediction = np.clip(said[:, :1], self.least, self.most)
        errors = self.bands.run(prediction)
        answers = {
            "prediction": prediction[:, 0],
            "low": np.clip(prediction + errors[:, :1], self.least, self.most)[:, 0],
            "high": np.clip(prediction + errors[:, 1:2], self.least, self.most)[:, 0],
            "contribution": said[:, 1:],
        }
        if self.horizon is not None:
            answers["chance"] = (prediction + errors[:, 2:] <= self.horizon).mean(axis=1)
        if self.domain is not None:
            answers["strange"] = self.domain.run(x)[:, 0]
        return answers

    def graph(self) -> bytes:
        """The same as one ONNX model."""
        return self._built.serialise(self.contract)

    @cached_property
    def _built(self) -> GraphBuilder:
        b, inputs = GraphBuilder(inputs=len(self.inputs)), len(self.inputs)
        late = b.x
        if self.bias is not None:
            late, b.x = b.columns(b.x, [inputs - 1]), b.columns(b.x, np.arange(inputs - 1))
        columns = self.design.emit(b, "design")
        said = b.mean([head.emit(b, columns) for head in self.heads])
        if self.bias is not None:
            bias = self.bias.emit(b, "late", b.columns(said, [0]), late)
            moved = b.node("Add", b.columns(said, [0]), bias)
            said = b.node("Concat", moved, b.columns(said, np.arange(1, inputs)), bias, axis=1)
        prediction = self._kept(b, b.columns(said, [0]))
        errors = self.bands.emit(b, prediction)
        b.output("prediction", prediction)
        for place, name in enumerate(("low", "high")):
            b.output(name, self._kept(b, b.node("Add", prediction, b.columns(errors, [place]))))
        b.output("contribution", b.columns(said, np.arange(1, inputs + 1)), shape=(inputs,))
        if self.horizon is not None:
            values = b.node("Add", prediction, b.columns(errors, np.arange(2, 2 + len(LEVELS))))
            under = b.node("Cast", b.node("LessOrEqual", values, self.horizon), to=11)
            b.output("chance", b.node("ReduceMean", under, np.array([1])))
        if self.domain is not None:
            b.output("strange", self.domain.emit(b, b.x))
        return b

    def _kept(self, b: GraphBuilder, value: str) -> str:
        if not np.isfinite([self.least, self.most]).any():
            return value
        return b.node("Clip", value, self.least, self.most)
