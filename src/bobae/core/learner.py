"""What a learner promises: a dataset in, something that scores and can become one ONNX graph out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bobae.core.dataset import Bools, Dataset, Floats, Ints
from bobae.core.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np

    from bobae.core.model import Contract, Task
else:
    np = LazyModule("numpy")


@runtime_checkable
class Fitted(Protocol):
    """What a learner returns: it scores rows and can be written as one ONNX graph with the same answers."""

    @property
    def contract(self) -> Contract:
        """What goes in and out, one row at a time."""
        ...

    def run(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        """The outputs for rows x (rows, inputs) in time order; gap (rows,) as in `Contract`."""
        ...

    def graph(self) -> bytes:
        """The same as one serialised ONNX model that keeps `contract`."""
        ...


@runtime_checkable
class Learner(Protocol):
    """Turns a dataset into a model: says how it fits and explains, nothing about splits, baselines or files.

    A learner is a frozen dataclass whose fields are its settings.
    """

    @property
    def name(self) -> str:
        """The name it is registered under."""
        ...

    @property
    def task(self) -> Task:
        """The question it answers."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        ...

    def fit(self, data: Dataset, *, seed: int, budget_s: float | None = None) -> Fitted:
        """Learn from every row of `data` (the caller has split it).

        Raises:
            NotEnoughEvidence: too few rows or assets to learn from; says how many are needed.
        """
        ...


Fold = tuple[Bools, Bools]  # rows to learn from and rows to be tried on, both (rows,)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What a learner's models said of rows that they had not seen: the evidence that a prediction is judged by.

    Attributes:
        fold: in which fold each row was tried (rows,); -1 for rows that were tried in none.
        truth: what was to be predicted (rows, *shape); NaN where it is not known.
        answers: output name -> what was said (rows, *shape); anything where `fold` is -1.
        said: candidate -> its loss over all folds, least first: what was tried, and what came of it.
    """

    fold: Ints
    truth: Floats
    answers: Mapping[str, Floats]
    said: Mapping[str, float]

    @property
    def tried(self) -> Bools:
        """Rows that were tried and whose truth is known (rows,)."""
        known = np.isfinite(self.truth.reshape(len(self.fold), -1)).any(axis=1)
        return (self.fold >= 0) & known


@runtime_checkable
class Predicted(Fitted, Protocol):
    """What a predictor returns: a model, and what models like it said of rows they had not seen."""

    @property
    def held_out(self) -> HeldOut:
        """Row for row as the data were given."""
        ...


@runtime_checkable
class Predictor(Protocol):
    """A learner whose models foretell a target: everything but 'anomaly'.

    The target is the column with the role TARGET; rows where it is empty teach nothing, and are predicted.
    """

    @property
    def name(self) -> str:
        """The name it is registered under."""
        ...

    @property
    def task(self) -> Task:
        """The question it answers."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        ...

    def fit(self, data: Dataset, *, folds: Sequence[Fold], seed: int, budget_s: float | None = None) -> Predicted:
        """Learn from every row of `data`, which come stream by stream in time order.

        The models that speak of a row in `held_out` have learned only from the rows to learn from of the fold in which
        it is tried. Which kind of model speaks, and how wide the interval is, rest on errors in the other folds.

        Raises:
            NotEnoughEvidence: too few rows, machines or lots to learn from; says how many are needed.
        """
        ...
