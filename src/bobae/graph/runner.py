"""Runs a graph with onnxruntime on one thread, row by row, and carries its state from one row to the next."""

from collections.abc import Mapping

import numpy as np
import onnxruntime as ort

from bobae.core import BadInput, Contract, Floats


class Runner:
    """One asset's stream through one graph.

    Each stream needs a runner of its own, because the state belongs to it. Buffers are bound once and reused: two sets
    of state take turns, one read while the other is written.

    Args:
        graph: a serialised ONNX model; only graphs that were made here or passed the import gate may come in.
        contract: what goes in and out.

    Example:
        >>> from bobae.core import Input, Output
        >>> from bobae.graph import Ewma, GraphBuilder
        >>> b = GraphBuilder(inputs=1)
        >>> b.output("mean", Ewma(rates=(0.5,)).emit(b, "slow", b.x))
        >>> outputs = (Output(name="mean", kind="score"),)
        >>> contract = Contract(inputs=(Input(name="p"),), outputs=outputs, states=b.states)
        >>> runner = Runner(b.serialise(contract), contract)
        >>> [float(runner.step(np.array([value]))["mean"]) for value in (4.0, 8.0)]
        [4.0, 6.0]
    """

    def __init__(self, graph: bytes, contract: Contract) -> None:
        self.contract = contract
        self._session = ort.InferenceSession(graph, options(), providers=["CPUExecutionProvider"])
        self._x = np.zeros((1, len(contract.inputs)))
        self._gap = np.zeros((1, 1))
        self._answers = {output.name: _zeros(output.shape) for output in contract.outputs}
        self._states = tuple({s.name: _zeros(s.shape) for s in contract.states} for _ in range(2))
        self._bindings = tuple(self._bind(now, after) for now, after in (self._states, self._states[::-1]))
        self._turn = 0

    def run(self, x: Floats, gap: Floats | None = None) -> dict[str, Floats]:
        """The outputs for rows x (rows, inputs) in time order, from a zero state: output name -> (rows, *shape).

        `gap` (rows,) is as in `Contract`; without it only the first row starts afresh.

        Raises:
            BadInput: x or gap does not have the contract's shape.
        """
        wanted = (len(x), len(self.contract.inputs))
        if x.shape != wanted or (gap is not None and gap.shape != (len(x),)):
            raise BadInput("the rows have shape {shape}; the model expects {wanted}", shape=x.shape, wanted=wanted)
        self.reset()
        out = {output.name: np.empty((len(x), *output.shape)) for output in self.contract.outputs}
        for i in range(len(x)):
            self._advance(x[i], 0.0 if gap is None else gap[i])
            for name, answer in self._answers.items():
                out[name][i] = answer[0]
        return out

    def step(self, x: Floats, *, gap: float = 0.0) -> dict[str, Floats]:
        """The outputs for the next row x (inputs,): output name -> (*shape). Goes on from the row before."""
        self._advance(x, gap)
        return {name: answer[0].copy() for name, answer in self._answers.items()}

    def reset(self) -> None:
        """Forget every row seen: all state is zero again."""
        for states in self._states:
            for values in states.values():
                values[:] = 0.0

    def _advance(self, x: Floats, gap: float) -> None:
        self._x[0] = x
        self._gap[0, 0] = gap
        self._session.run_with_iobinding(self._bindings[self._turn])
        self._turn ^= 1

    def _bind(self, now: Mapping[str, Floats], after: Mapping[str, Floats]) -> ort.IOBinding:
        binding = self._session.io_binding()
        ins: dict[str, Floats] = {"x": self._x} | {f"state_{n}": v for n, v in now.items()}
        ins |= {"gap": self._gap} if now else {}
        outs = self._answers | {f"state_{n}_next": v for n, v in after.items()}
        for name, buffer in ins.items():
            binding.bind_input(name, "cpu", 0, np.float64, buffer.shape, buffer.ctypes.data)
        for name, buffer in outs.items():
            binding.bind_output(name, "cpu", 0, np.float64, buffer.shape, buffer.ctypes.data)
        return binding


def _zeros(shape: tuple[int, ...]) -> Floats:
    return np.zeros((1, *shape))


def options() -> ort.SessionOptions:
    """One thread, and nothing put in another order: the same numbers every time."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    # measured: for graphs of a hundred tiny nodes all three cost more time and memory than they save
    options.enable_cpu_mem_arena = False
    options.enable_mem_reuse = False
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4  # every failure is raised; the runtime's own log would only repeat it
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options
