"""Runs one graph for many streams at once: the rows of many assets with one model, one call for all of them."""

from collections.abc import Mapping

import numpy as np
import onnx
import onnxruntime as ort

from bobae.core import Contract, Floats, Ints
from bobae.graph.runner import options

_MANY = "streams"


class Streams:
    """Many streams through one graph, each with a state of its own; one session for all.

    A graph is written for one row (1, k). Its pieces broadcast over the first axis, so the same nodes take many rows
    (streams, k); whether this graph does must be proved before it is relied on, see `bobae.serve`.

    Args:
        graph: a serialised ONNX model; only graphs that were made here or passed the import gate may come in.
        contract: what goes in and out.
        count: how many streams.
    """

    def __init__(self, graph: bytes, contract: Contract, count: int) -> None:
        self.contract = contract
        self._session = ort.InferenceSession(_for_many(graph), options(), providers=["CPUExecutionProvider"])
        self._names = [output.name for output in contract.outputs]
        self._states = {state.name: np.zeros((count, *state.shape)) for state in contract.states}
        self._asked = [*self._names, *(f"state_{name}_next" for name in self._states)]

    def step(self, x: Floats, gap: Floats, at: Ints) -> Mapping[str, Floats]:
        """The next row of some streams; the others stand still.

        Args:
            x: (rows, inputs), NaN where missing.
            gap: (rows,), as in `Contract`.
            at: which stream each row is of (rows,), none twice.

        Returns:
            Output name -> (rows, *shape).
        """
        fed = {"x": np.ascontiguousarray(x)} | {f"state_{name}": held[at] for name, held in self._states.items()}
        if self._states:
            fed["gap"] = gap.reshape(-1, 1)
        answers = dict(zip(self._asked, self._session.run(self._asked, fed), strict=True))
        for name, held in self._states.items():
            held[at] = answers.pop(f"state_{name}_next")
        return answers

    def more(self, count: int) -> None:
        """So many streams more, which have seen nothing yet."""
        for name, held in self._states.items():
            self._states[name] = np.concatenate([held, np.zeros((count, *held.shape[1:]))])

    def forget(self, stream: int) -> None:
        """Forget every row of one stream."""
        for held in self._states.values():
            held[stream] = 0.0

    def keep(self, at: Ints) -> None:
        """Only these streams from now on, in this order."""
        for name, held in self._states.items():
            self._states[name] = held[at]


def _for_many(graph: bytes) -> bytes:
    """The same graph with any number of rows in its inputs and outputs."""
    model = onnx.load_from_string(graph)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = _MANY
    del model.graph.value_info[:]
    return bytes(model.SerializeToString(deterministic=True))
