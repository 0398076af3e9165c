import numpy as np
import onnx
import pytest

from bobae.core import BadInput, Contract, Input, Output
from bobae.graph import Ewma, GraphBuilder, Lags, Quadratic, Runner, Threshold


def built() -> tuple[bytes, Contract]:
    b = GraphBuilder(inputs=3)
    lagged, _ = Lags(2, 3).emit(b, "lags", b.x)
    distance = Quadratic(np.tri(9)).emit(b, lagged)
    mean = Ewma((0.3, 0.1)).emit(b, "slow", distance)
    b.output("distance", distance)
    b.output("mean", mean, shape=(2,))
    b.output("over", Threshold(np.array([9.0, 4.0])).emit(b, mean), shape=(2,))
    contract = Contract(
        inputs=tuple(Input(name=name) for name in "pqr"),
        outputs=(
            Output(name="distance", kind="score"),
            Output(name="mean", kind="score", shape=(2,)),
            Output(name="over", kind="decision", shape=(2,)),
        ),
        states=b.states,
    )
    return b.serialise(contract), contract


def test_the_same_calls_give_the_same_bytes() -> None:
    assert built() == built()


def test_a_graph_is_plain_onnx_with_the_names_of_its_contract() -> None:
    graph, contract = built()
    model = onnx.load_from_string(graph)
    assert [i.name for i in model.graph.input] == ["x", "gap", "state_rows", "state_lags_past", "state_slow_mean"]
    assert [o.name for o in model.graph.output][:3] == [o.name for o in contract.outputs]
    assert [o.name for o in model.graph.output][3:] == [f"state_{s.name}_next" for s in contract.states]


def test_steps_give_what_a_run_gives_and_a_gap_forgets() -> None:
    runner = Runner(*built())
    x = np.random.default_rng(1).normal(size=(40, 3))
    gap = np.zeros(40)
    gap[25] = 1.0
    whole = runner.run(x, gap)
    runner.reset()
    for i in range(40):
        answers = runner.step(x[i], gap=gap[i])
        assert all(np.array_equal(answers[name], whole[name][i]) for name in whole)
    np.testing.assert_array_equal(runner.run(x[25:])["mean"], whole["mean"][25:])


def test_two_streams_do_not_disturb_each_other() -> None:
    graph, contract = built()
    x = np.random.default_rng(2).normal(size=(20, 3))
    one, other = Runner(graph, contract), Runner(graph, contract)
    alone = Runner(graph, contract).run(x)["distance"]
    for row, expected in zip(x, alone, strict=True):
        other.step(-row * 7.0)
        assert one.step(row)["distance"] == expected


def test_rows_of_the_wrong_width_are_refused() -> None:
    with pytest.raises(BadInput, match=r"\(5, 2\)"):
        Runner(*built()).run(np.zeros((5, 2)))


def test_a_graph_that_breaks_its_contract_is_not_written() -> None:
    b = GraphBuilder(inputs=1)
    b.output("score", b.node("Abs", b.x))
    two = Contract(inputs=(Input(name="p"), Input(name="q")), outputs=(Output(name="score", kind="score"),))
    with pytest.raises(BadInput, match="inputs are 1"):
        b.serialise(two)
    other = Contract(inputs=(Input(name="p"),), outputs=(Output(name="other", kind="score"),))
    with pytest.raises(BadInput, match="outputs are"):
        b.serialise(other)


def test_a_state_that_is_never_set_is_said() -> None:
    b = GraphBuilder(inputs=1)
    b.output("score", b.node("Add", b.x, b.state("kept", (1,))))
    contract = Contract(inputs=(Input(name="p"),), outputs=(Output(name="score", kind="score"),), states=b.states)
    with pytest.raises(BadInput, match="next states"):
        b.serialise(contract)


def test_one_value_can_be_two_outputs_and_a_state() -> None:
    b = GraphBuilder(inputs=1)
    total = b.node("Add", b.x, b.state("sum", (1,)))
    b.set_state("sum", total)
    b.output("a", total)
    b.output("b", total)
    outputs = (Output(name="a", kind="score"), Output(name="b", kind="score"))
    contract = Contract(inputs=(Input(name="p"),), outputs=outputs, states=b.states)
    answers = Runner(b.serialise(contract), contract).run(np.array([[1.0], [2.0], [4.0]]))
    assert answers["a"].tolist() == answers["b"].tolist() == [1.0, 3.0, 7.0]


def test_what_no_output_stands_on_is_not_written() -> None:
    b = GraphBuilder(inputs=3)
    Lags(50, 3).emit(b, "unused", b.x)
    b.output("mean", Ewma((0.3,), 3).emit(b, "slow", b.x), shape=(3,))
    assert [state.name for state in b.states] == ["rows", "slow_mean"]
    outputs = (Output(name="mean", kind="score", shape=(3,)),)
    contract = Contract(inputs=tuple(Input(name=name) for name in "pqr"), outputs=outputs, states=b.states)
    graph = onnx.load_from_string(b.serialise(contract)).graph
    assert "Slice" not in {node.op_type for node in graph.node}
    assert all(np.prod(constant.dims) < 50 for constant in graph.initializer)


def test_the_same_question_is_asked_once() -> None:
    b = GraphBuilder(inputs=3)
    assert b.node("Mul", b.x, 2.0) == b.node("Mul", b.x, np.array(2.0))
    assert b.node("Mul", b.x, 2.0) != b.node("Mul", b.x, 3.0)
