"""Packages that somebody trusted has signed, with contents that must not get in all the same."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bobae.core import Candidate, Manifest, Refused
from bobae.registry import Proving, SigningKey, TrustList, open_sealed
from bobae.registry.container import pack
from bobae.registry.contents import _digests, files_of
from bobae.registry.envelope import signed
from bobae.registry.operators import check_graph

Change = Callable[[onnx.ModelProto], object]


def sealed_anyway(candidate: Candidate, key: SigningKey, path: Path, **changed: bytes) -> Path:
    """A package with some contents replaced, then hashed and signed as if they were right."""
    files = files_of(candidate) | {name.replace("_", "."): data for name, data in changed.items()}
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = _digests({name: data for name, data in files.items() if name != "manifest.json"})
    files["manifest.json"] = json.dumps(manifest).encode()
    path.write_bytes(pack(signed(files, key)))
    return path


def changed(candidate: Candidate, change: Change) -> bytes:
    model = onnx.load_from_string(candidate.graph)
    change(model)
    return model.SerializeToString()


def add_node(op: str, domain: str = "", **attributes: object) -> Change:
    return lambda m: m.graph.node.append(helper.make_node(op, ["x"], ["extra"], domain=domain, **attributes))


def external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


def huge(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(TensorProto(name="huge", dims=[2**20, 2**20], data_type=TensorProto.DOUBLE))


def renamed(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = "other"


def another_type(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT


def open_shape(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "rows"


def strings(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(helper.make_tensor("words", TensorProto.STRING, [1], [b"a"]))


def subgraph(model: onnx.ModelProto) -> None:
    inner = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "inner", [], [])
    model.graph.node.append(helper.make_node("Abs", ["x"], ["y"], then_branch=inner))


def function(model: onnx.ModelProto) -> None:
    body = [helper.make_node("Abs", ["a"], ["b"])]
    opset = [helper.make_opsetid("", 21)]
    model.functions.append(helper.make_function("own", "Abs2", ["a"], ["b"], body, opset))


def newest(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 99


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (add_node("Loop"), "operator Loop"),
        (add_node("If"), "operator If"),
        (add_node("NonZero"), "operator NonZero"),
        (add_node("PyOp", "ai.onnx.contrib"), r"operator ai\.onnx\.contrib\.PyOp"),
        (external, "external_data"),
        (huge, "says it has 1099511627776 numbers"),
        (renamed, "inputs and outputs"),
        (another_type, "inputs and outputs"),
        (open_shape, "inputs and outputs"),
        (strings, "not made of numbers|string_data"),
        (subgraph, r"AttributeProto\.g"),
        (function, "functions"),
        (newest, "versions"),
    ],
)
def test_a_graph_may_hold_only_what_the_list_allows(candidate: Candidate, change: Change, says: str) -> None:
    check_graph(candidate.graph, candidate.manifest.contract)
    with pytest.raises(Refused, match=says):
        check_graph(changed(candidate, change), candidate.manifest.contract)


def test_a_field_from_the_future_is_refused(candidate: Candidate) -> None:
    unknown = b"\xfa\x3f\x03new"  # field 1023, three bytes
    with pytest.raises(Refused, match="not allowed"):
        check_graph(candidate.graph + unknown, candidate.manifest.contract)


def test_a_trusted_signature_does_not_let_a_forbidden_operator_in(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    sealed_anyway(candidate, key, package, model_onnx=changed(candidate, add_node("Loop")))
    with pytest.raises(Refused, match="operator Loop"):
        open_sealed(package, trust=trust)


def other_answers(model: onnx.ModelProto) -> None:
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float64 and 0.3 in values:
            tensor.CopyFrom(numpy_helper.from_array(values * 1.001, tensor.name))


def test_a_graph_with_other_answers_is_refused(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    sealed_anyway(candidate, key, package, model_onnx=changed(candidate, other_answers))
    with pytest.raises(Refused, match=r"mean is .* here, but was"):
        open_sealed(package, trust=trust)


def swelling(model: onnx.ModelProto) -> None:
    """Multiplies a column by a row: 128 GB from two times 1 MB."""
    long = np.ones(2**17)
    constants = {"column": long[:, None], "row": long[None], "zero": np.array(0.0)}
    model.graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in constants.items())
    for node in model.graph.node:
        node.input[:] = ["gap2" if name == "gap" else name for name in node.input]
    first = [("Mul", ["column", "gap"], "big"), ("MatMul", ["big", "row"], "huge"), ("ReduceMax", ["huge"], "top")]
    first += [("Mul", ["top", "zero"], "nothing"), ("Add", ["gap", "nothing"], "gap2")]
    for i, (op, inputs, output) in enumerate(first):
        model.graph.node.insert(i, helper.make_node(op, inputs, [output]))


def test_a_graph_that_eats_all_memory_takes_only_the_child_down(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    sealed_anyway(candidate, key, package, model_onnx=changed(candidate, swelling))
    with pytest.raises(Refused, match="cannot be run here"):
        open_sealed(package, trust=trust)


@pytest.mark.parametrize("graph", [b"", b"not a graph"])
def test_bytes_that_are_no_graph_are_refused(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path, graph: bytes
) -> None:
    sealed_anyway(candidate, key, package, model_onnx=graph)
    with pytest.raises(Refused):
        open_sealed(package, trust=trust)


def test_a_reference_without_values_proves_nothing(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    expected = {name: np.full_like(values, np.nan) for name, values in candidate.reference.expected.items()}
    empty = replace(candidate, reference=replace(candidate.reference, expected=expected))
    sealed_anyway(empty, key, package)
    with pytest.raises(Refused, match="says nothing about mean"):
        open_sealed(package, trust=trust)


def test_a_damaged_reference_takes_only_the_child_down(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    sealed_anyway(candidate, key, package, reference_parquet=b"PAR1" + b"\xff" * 200 + b"PAR1")
    with pytest.raises(Refused):
        open_sealed(package, trust=trust)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"surprise": 1}, "surprise"),
        ({"tolerance": 1.0}, "proves nothing"),
        ({"verdict": "splendid"}, "verdict"),
    ],
)
def test_a_manifest_out_of_bounds_is_refused(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path, change: dict[str, object], says: str
) -> None:
    manifest = json.loads(files_of(candidate)["manifest.json"]) | change
    sealed_anyway(candidate, key, package, manifest_json=json.dumps(manifest).encode())
    with pytest.raises(Refused, match=says):
        open_sealed(package, trust=trust)


@pytest.mark.parametrize(
    ("name", "data"), [("card_ko_md", b"\xff\xfe\xff"), ("monitor_json", b"[1, 2"), ("monitor_json", b"[]")]
)
def test_cards_and_histograms_that_cannot_be_read_are_refused(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path, name: str, data: bytes
) -> None:
    sealed_anyway(candidate, key, package, **{name: data})
    with pytest.raises(Refused, match=name.replace("_", ".")):
        open_sealed(package, trust=trust)


def test_a_manifest_may_not_ask_for_endless_state(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    manifest = json.loads(files_of(candidate)["manifest.json"])
    manifest["contract"]["states"][0]["shape"] = [10**6, 10**6, 10**6]
    sealed_anyway(candidate, key, package, manifest_json=json.dumps(manifest).encode())
    with pytest.raises(Refused, match="numbers in one row"):
        open_sealed(package, trust=trust)


def test_a_manifest_deeper_than_any_is_refused(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    files = files_of(candidate)
    deep = files["manifest.json"].replace(b'"rates"', b'"deep": ' + b"[" * 5000 + b"]" * 5000 + b', "rates"')
    package.write_bytes(pack(signed(files | {"manifest.json": deep}, key)))
    with pytest.raises(Refused, match=r"manifest\.json"):
        open_sealed(package, trust=trust)


def test_many_models_are_proved_by_one_process_and_a_refused_one_stops_no_other(
    candidate: Candidate, key: SigningKey, trust: TrustList, package: Path
) -> None:
    good = sealed_anyway(candidate, key, package).read_bytes()
    wrong = sealed_anyway(candidate, key, package, model_onnx=changed(candidate, other_answers)).read_bytes()
    with Proving() as proving:
        for data in (good, wrong, good):
            steps: list[str] = []
            if data is wrong:
                with pytest.raises(Refused, match="but was"):
                    proving.trial(data, steps.append)
            else:
                proving.trial(data, steps.append)
                assert steps == ["operators", "reference"]


def test_a_child_that_dies_is_told_and_the_next_package_is_proved(
    candidate: Candidate, key: SigningKey, package: Path
) -> None:
    one = sealed_anyway(candidate, key, package).read_bytes()
    other = sealed_anyway(candidate, key, package, card_en_md=b"another card").read_bytes()
    with Proving() as proving:
        proving.trial(one, lambda _: None)
        assert proving._process is not None
        proving._process.kill()
        proving.trial(one, lambda _: None)  # it was proved before
        with pytest.raises(Refused, match="cannot be run here"):
            proving.trial(other, lambda _: None)
        proving.trial(other, lambda _: None)


def test_the_manifest_of_a_package_is_the_one_that_was_sealed(candidate: Candidate) -> None:
    manifest = Manifest.model_validate_json(files_of(candidate)["manifest.json"])
    assert manifest.contract == candidate.manifest.contract
    assert set(manifest.files) == set(files_of(candidate)) - {"manifest.json"}
