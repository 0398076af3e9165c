"""The classifier: chances of each kind, the kind that costs least to say, and why; in numpy, and as one graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bobae.core import Contract, Floats, HeldOut, Input, Output
from bobae.graph import GraphBuilder
from bobae.learners.classify.voices import Trust, Voice
from bobae.learners.making.designs import Design
from bobae.learners.making.domain import Domain


@dataclass(frozen=True, eq=False)
class Classifier:
    """The mean chances of voices, made trustworthy.

    Attributes:
        inputs: what it is asked with.
        classes: names of the kinds, in the order of their numbers.
        design: makes the columns.
        voices: averaged.
        trust: makes chances come true as often as they say.
        costs: of saying a class (column) where another is true (row).
        domain: whether a row is like those learned from.
        held_out: what models like it said of rows they had not seen.
    """

    inputs: tuple[Input, ...]
    classes: tuple[str, ...]
    design: Design
    voices: tuple[Voice, ...]
    trust: Trust
    costs: Floats
    domain: Domain
    held_out: HeldOut

    @cached_property
    def contract(self) -> Contract:
        """What goes in and out."""
        outputs = (
            Output(name="prediction", kind="decision"),
            Output(name="chances", kind="score", shape=(len(self.classes),)),
            Output(name="contribution", kind="score", shape=(len(self.inputs),)),
            Output(name="strange", kind="score"),
        )
        return Contract(inputs=self.inputs, outputs=outputs, states=self._built.states)

    def run(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        """Prediction (rows,), chances (rows, classes), contribution (rows, inputs) to it, and strange (rows,)."""
        columns = self.design.run(x, gap)
        told = [voice.run(columns) for voice in self.voices]
        chances = self.trust.run(np.mean([said for said, _ in told], axis=0))
        prediction = decided(chances, self.costs)
        why = np.mean([why for _, why in told if why is not None], axis=0)
        return {
            "prediction": prediction,
            "chances": chances,
            "contribution": reasons(why, prediction, len(self.classes)),
            "strange": self.domain.run(x)[:, 0],
        }

    def graph(self) -> bytes:
        """The same as one ONNX model."""
        return self._built.serialise(self.contract)

    @cached_property
    def _built(self) -> GraphBuilder:
        b, classes, inputs = GraphBuilder(inputs=len(self.inputs)), len(self.classes), len(self.inputs)
        columns = self.design.emit(b, "design")
        told = [voice.emit(b, columns) for voice in self.voices]
        chances = self.trust.emit(b, b.mean([said for said, _ in told]))
        number = b.node("ArgMin", b.node("MatMul", chances, self.costs), axis=1, keepdims=0)  # (1,)
        each = b.node("Reshape", b.mean([why for _, why in told if why is not None]), np.array([classes, inputs]))
        apart = b.node("Sub", each, b.node("ReduceMean", each, np.array([0]), keepdims=1))
        b.output("prediction", b.node("Cast", number, to=11))
        b.output("chances", chances, shape=(classes,))
        b.output("contribution", b.node("Gather", apart, number, axis=0), shape=(inputs,))
        b.output("strange", self.domain.emit(b, b.x))
        return b


def decided(chances: Floats, costs: Floats) -> Floats:
    """The number of the class that costs least to say (rows,), from chances (rows, classes)."""
    return np.asarray((chances @ costs).argmin(axis=1), dtype=np.float64)


def reasons(why: Floats, prediction: Floats, classes: int) -> Floats:
    """What each input brought about for the class said, against the mean of all classes (rows, inputs).

    Args:
        why: class after class (rows, classes * inputs).
        prediction: the number of the class said (rows,).
        classes: how many.
    """
    each = why.reshape(len(why), classes, -1)
    each = each - each.mean(axis=1, keepdims=True)
    return np.asarray(each[np.arange(len(why)), prediction.astype(np.int64)])
