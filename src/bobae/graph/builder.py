"""Writes one ONNX graph: rows and state in, answers and next state out, with the same bytes every time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

from bobae.core import BadInput, Contract, State

OPSET = 21
OPSETS = {"": OPSET, "ai.onnx.ml": 3}  # trees that answer in float64 came later, and onnxruntime does not run them
IR_VERSION = 10

_TYPES = {
    np.dtype(np.float64): TensorProto.DOUBLE,
    np.dtype(np.int64): TensorProto.INT64,
    np.dtype(bool): TensorProto.BOOL,
}
Part = str | float | npt.NDArray[Any]  # a value of the graph by name, or a constant written in place


class GraphBuilder:
    """Collects nodes, constants and state; `serialise` makes them one checked ONNX model.

    Values are named by strings. Row values have the shape (1, k), numbers are float64.

    Attributes:
        x: the row, float64 (1, inputs), NaN where a value is missing; may be set to some of it for what comes after.

    Example:
        >>> from bobae.core import Input, Output
        >>> from bobae.graph import Runner
        >>> b = GraphBuilder(inputs=2)
        >>> b.output("largest", b.node("ReduceMax", b.x, np.array([1])))
        >>> names = (Input(name="p"), Input(name="q"))
        >>> contract = Contract(inputs=names, outputs=(Output(name="largest", kind="score"),))
        >>> Runner(b.serialise(contract), contract).run(np.array([[1.0, 3.0]]))["largest"]
        array([3.])
    """

    def __init__(self, *, inputs: int) -> None:
        self.x = "x"
        self._inputs = inputs
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[Any, ...], onnx.TensorProto] = {}
        self._states: dict[str, tuple[int, ...]] = {}
        self._next: dict[str, str] = {}
        self._outputs: dict[str, tuple[str, tuple[int, ...]]] = {}
        self._first: str | None = None
        self._made: dict[tuple[Any, ...], str] = {}

    @property
    def states(self) -> tuple[State, ...]:
        """The states that the outputs declared so far stand on, in order, as a contract wants them."""
        needed = self._needed()
        return tuple(State(name=name, shape=shape) for name, shape in self._states.items() if f"state_{name}" in needed)

    @property
    def first(self) -> str:
        """Bool (1, 1): this row starts afresh, either marked by `gap` or the first since the state was zeroed."""
        if self._first is None:
            rows = self._declare("rows", (1,))
            fresh = self.node("Or", self.node("Greater", "gap", 0.5), self.node("Less", rows, 0.5))
            self._first = fresh
            self.set_state("rows", self.node("Add", self.node("Mul", rows, self._kept(fresh)), 1.0))
        return self._first

    @property
    def rows(self) -> str:
        """How many rows of this stretch were seen, this one included: float64 (1, 1), at least 1."""
        _ = self.first
        return self._next["rows"]

    def restart(self, name: str, fresh: str) -> str:
        """From here on states also start afresh where `fresh`, bool (1, 1), holds; states declared before do not.

        Returns the rows since, float64 (1, 1), 1 on the fresh row.
        """
        self._first = self.node("Or", self.first, fresh)
        since = self.node("Add", self.state(f"{name}_since", (1,)), 1.0)
        self.set_state(f"{name}_since", since)
        return since

    def lasting(self, name: str, shape: tuple[int, ...]) -> str:
        """A state that outlives gaps: zero only where another stream begins (gap 2). Set with `set_state`."""
        if not shape or name in self._states or name == "rows":
            raise BadInput("state {name}: the name is taken or the shape {shape} is empty", name=name, shape=shape)
        kept = self.node("Cast", self.node("Less", "gap", 1.5), to=TensorProto.DOUBLE)
        return self.node("Mul", self._declare(name, shape), kept)

    def constant(self, values: npt.ArrayLike) -> str:
        """A constant float64, int64 or bool tensor; equal constants are kept once."""
        array = np.asarray(values)
        if array.dtype not in _TYPES:
            array = array.astype(np.float64)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
            self._constants[key] = helper.make_tensor(name, _TYPES[array.dtype], array.shape, raw, raw=True)
        return str(self._constants[key].name)

    def node(self, op: str, *parts: Part, **attributes: Any) -> str:
        """One ONNX operator over named values and constants; returns the name of its result.

        The same operator over the same values is written once.
        """
        inputs = [part if isinstance(part, str) else self.constant(_number(part)) for part in parts]
        key = (op, *inputs, *sorted(attributes.items()))
        if key not in self._made:
            name = self._made[key] = f"{op.lower()}_{len(self._nodes)}"
            self._nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return self._made[key]

    def single(self, op: str, *inputs: str, domain: str, **attributes: Any) -> str:
        """An operator of another domain, with attributes of any kind; written each time it is asked for."""
        name = f"{op.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def columns(self, value: str, picks: npt.ArrayLike) -> str:
        """Some columns of (1, k), by number: (1, len(picks))."""
        return self.node("Gather", value, np.asarray(picks, dtype=np.int64), axis=1)

    def mean(self, values: Sequence[str]) -> str:
        """The mean of several values of one shape."""
        whole = values[0]
        for value in values[1:]:
            whole = self.node("Add", whole, value)
        return self.node("Div", whole, float(len(values))) if len(values) > 1 else whole

    def state(self, name: str, shape: tuple[int, ...], *, start: Part = 0.0) -> str:
        """What `set_state` gave this name on the row before, (1, *shape); `start` on a row that starts afresh.

        A state that starts from zero must stay finite: forgetting is a multiplication by zero, the cheapest way.

        Raises:
            BadInput: the name is taken, or the shape has no dimension.
        """
        if not shape or name in self._states or name == "rows":
            raise BadInput("state {name}: the name is taken or the shape {shape} is empty", name=name, shape=shape)
        first = self.first
        if isinstance(start, float) and start == 0.0:
            return self.node("Mul", self._declare(name, shape), self._kept(first))
        return self.node("Where", first, start, self._declare(name, shape))

    def set_state(self, name: str, value: str) -> None:
        """What the state `name` will be on the next row, (1, *shape)."""
        self._next[name] = value

    def output(self, name: str, value: str, *, shape: tuple[int, ...] = ()) -> None:
        """An answer of the graph: `value` with its numbers laid out as (1, *shape)."""
        self._outputs[name] = (self.node("Reshape", value, np.array((-1, *shape), dtype=np.int64)), shape)

    def serialise(self, contract: Contract) -> bytes:
        """The ONNX model as bytes; the same calls give the same bytes. What no output stands on is left out.

        Raises:
            BadInput: inputs, outputs or states are not those of the contract.
            onnx.checker.ValidationError, onnx.shape_inference.InferenceError: a piece wrote an impossible graph.
        """
        self._compare(contract)
        needed, states = self._needed(), {state.name: state.shape for state in contract.states}
        x = [helper.make_tensor_value_info("x", TensorProto.DOUBLE, (1, self._inputs))]
        if states:
            x.append(helper.make_tensor_value_info("gap", TensorProto.DOUBLE, (1, 1)))
        x += [_info(f"state_{name}", shape) for name, shape in states.items()]
        answers = {name: value for name, (value, _) in self._outputs.items()}
        answers |= {f"state_{name}_next": self._next[name] for name in states}
        shapes = [_info(name, shape) for name, (_, shape) in self._outputs.items()]
        shapes += [_info(f"state_{name}_next", shape) for name, shape in states.items()]
        nodes = _named([node for node in self._nodes if node.output[0] in needed], answers)
        constants = [constant for constant in self._constants.values() if constant.name in needed]
        graph = helper.make_graph(nodes, "bobae", x, shapes, initializer=constants)
        domains = sorted({"", *(node.domain for node in nodes)})
        opsets = [helper.make_opsetid(domain, OPSETS[domain]) for domain in domains]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="bobae")
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))

    def _kept(self, fresh: str) -> str:
        return self.node("Cast", self.node("Not", fresh), to=TensorProto.DOUBLE)

    def _declare(self, name: str, shape: tuple[int, ...]) -> str:
        self._states[name] = shape
        return f"state_{name}"

    def _needed(self) -> set[str]:
        """Every value that the outputs stand on, through the state of earlier rows too."""
        made = {node.output[0]: node for node in self._nodes}
        fed = {f"state_{name}": value for name, value in self._next.items()}
        needed: set[str] = set()
        ahead = [value for value, _ in self._outputs.values()]
        while ahead:
            value = ahead.pop()
            if value not in needed:
                needed.add(value)
                ahead += made[value].input if value in made else [fed[value]] if value in fed else []
        return needed

    def _compare(self, contract: Contract) -> None:
        built = {
            "inputs": self._inputs,
            "outputs": {name: shape for name, (_, shape) in self._outputs.items()},
            "states": {state.name: state.shape for state in self.states},
            "next states": sorted(state.name for state in self.states if state.name in self._next),
        }
        asked = {
            "inputs": len(contract.inputs),
            "outputs": {output.name: output.shape for output in contract.outputs},
            "states": {state.name: state.shape for state in contract.states},
            "next states": sorted(state.name for state in contract.states),
        }
        for what, have in built.items():
            if have != asked[what]:
                raise BadInput(
                    "the graph does not keep its contract: {what} are {have}, the contract says {asked}",
                    what=what,
                    have=have,
                    asked=asked[what],
                )


def _number(part: float | npt.NDArray[Any]) -> npt.NDArray[Any]:
    return part if isinstance(part, np.ndarray) else np.array(float(part))


def _info(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.DOUBLE, (1, *shape))


def _named(nodes: list[onnx.NodeProto], answers: dict[str, str]) -> list[onnx.NodeProto]:
    """The nodes with results renamed to the answers' names; a value given out twice, or an input, is copied."""
    made = {name for node in nodes for name in node.output}
    renamed: dict[str, str] = {}
    copies = []
    for answer, value in answers.items():
        if value in made and value not in renamed:
            renamed[value] = answer
        else:
            copies.append((answer, value))
    out = []
    for node in nodes:
        fresh = onnx.NodeProto()
        fresh.CopyFrom(node)
        fresh.input[:] = [renamed.get(name, name) for name in node.input]
        fresh.output[:] = [renamed.get(name, name) for name in node.output]
        out.append(fresh)
    out += [helper.make_node("Identity", [renamed.get(v, v)], [a], name=f"copy_{a}") for a, v in copies]
    return out
