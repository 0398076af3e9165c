"""One sealed model on one asset: which tags go in, what their words mean to it, where a stretch of rows begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bobae.core import Contract, Floats, Reference

NS = 1_000_000_000


def step_ns(contract: Contract) -> int:
    """The time between two rows of a model, ns.

    Three digits: the median of jittered clocks is no round number, and rows stand on whole steps.
    """
    return round(float(f"{contract.sampling_s or 1.0:.3g}") * NS)


@dataclass(frozen=True, eq=False)
class Proof:
    """The windows that a graph must reproduce, and how far a score may be off, as a part of its range."""

    reference: Reference
    tolerance: float


@dataclass(frozen=True, eq=False)
class LiveRow:
    """What a model said about one row.

    Attributes:
        model: its name in the line.
        time_ns: of the row, ns UTC.
        x: the model's inputs (inputs,), NaN where missing.
        answers: output name -> (*shape); None where every input was missing, so that nothing can be said.
    """

    model: str
    time_ns: int
    x: Floats
    answers: Mapping[str, Floats] | None


class LiveModel:
    """One sealed model on the tags of one asset.

    Args:
        name: in the line.
        tags: path of each input of the contract, in its order.
        contract: what goes in and out; its sampling is the step between rows.
        graph: the sealed graph.
        proof: what shows that it gives the same where many assets are scored at once; None: each is scored alone.
    """

    def __init__(
        self, name: str, tags: Sequence[str], contract: Contract, graph: bytes, *, proof: Proof | None = None
    ) -> None:
        self.name, self.tags, self.contract, self.graph, self.proof = name, tuple(tags), contract, graph, proof
        self.step_ns = step_ns(contract)

    @property
    def alike(self) -> tuple[object, ...]:
        """Equal for models that differ in nothing but their asset."""
        return self.graph, self.contract.max_gap_s, tuple(wanted.categories for wanted in self.contract.inputs)
