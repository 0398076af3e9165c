"""What a learner promises: a dataset in, something that scores and can become one ONNX graph out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bobae.core.dataset import Dataset, Floats

if TYPE_CHECKING:
    from bobae.core.model import Contract, Task


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
