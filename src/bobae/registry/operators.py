"""What a graph may be made of: known operators, numbers inside the file, sizes within limits, nothing else.

The list holds the operators that `bobae.graph` writes and those that tree ensembles, linear models and small
convolutional networks need. None of them can read a file, call other code, loop, or make a tensor whose size depends on
the values in a row: what the reference run needs in time and memory is what every later row needs.
"""

import math
from collections.abc import Iterable

import onnx
from onnx import AttributeProto, TensorProto

from bobae.core import Contract, Refused

_MOST_NODES = 20_000
_IR_VERSIONS = range(7, 11)
_OPSETS = {"": range(13, 22), "ai.onnx.ml": range(1, 6)}
_CORE = """
    Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv CumSum Div Equal Erf
    Exp Flatten Floor Gather GatherElements Gemm GlobalAveragePool Greater GreaterOrEqual HardSigmoid HardSwish
    Identity IsInf IsNaN LayerNormalization LeakyRelu Less LessOrEqual Log MatMul Max MaxPool Min Mod Mul Neg Not Or
    Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare Relu Reshape Round Sigmoid Sign Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh TopK
    Transpose Unsqueeze Where Xor
"""
_TREES = """
    ArrayFeatureExtractor Binarizer Imputer LinearClassifier LinearRegressor Normalizer Scaler TreeEnsemble
    TreeEnsembleClassifier TreeEnsembleRegressor
"""
OPERATORS = {"": frozenset(_CORE.split()), "ai.onnx.ml": frozenset(_TREES.split())}

_NUMBER_BYTES: dict[int, int] = {
    TensorProto.DOUBLE: 8,
    TensorProto.FLOAT: 4,
    TensorProto.INT64: 8,
    TensorProto.INT32: 4,
    TensorProto.UINT8: 1,
    TensorProto.INT8: 1,
    TensorProto.BOOL: 1,
}
_TYPED: dict[int, str] = {
    TensorProto.DOUBLE: "double_data",
    TensorProto.FLOAT: "float_data",
    TensorProto.INT64: "int64_data",
}
_TAGS = {"name", "doc_string", "metadata_props"}
_FIELDS = {
    "ModelProto": _TAGS
    | {"ir_version", "producer_name", "producer_version", "domain", "model_version", "graph", "opset_import"},
    "GraphProto": _TAGS | {"node", "initializer", "input", "output", "value_info"},
    "NodeProto": _TAGS | {"input", "output", "op_type", "domain", "attribute"},
    "TensorProto": _TAGS | {"dims", "data_type", "raw_data", "float_data", "int32_data", "int64_data", "double_data"},
    "AttributeProto": _TAGS | {"type", "f", "i", "s", "t", "floats", "ints", "strings"},
}


def check_graph(graph: bytes, contract: Contract) -> None:
    """Refuse a graph that is not plain numbers and known operators from the contract's inputs to its outputs.

    Raises:
        Refused: says which operator, tensor or name is in the way.
        google.protobuf.message.DecodeError: the bytes are no ONNX model.
    """
    model = onnx.ModelProto.FromString(graph)
    size = model.ByteSize()
    model.DiscardUnknownFields()
    if model.ByteSize() != size:
        raise Refused("the model holds {field}, which is not allowed in a sealed model", field="ModelProto.?")
    _only_known_fields(model)
    _only_known_fields(model.graph)
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    versions = [version in _OPSETS.get(domain, ()) for domain, version in opsets.items()]
    if model.ir_version not in _IR_VERSIONS or not all(versions) or len(opsets) < len(model.opset_import):
        raise Refused("the model is written for versions of ONNX that are not allowed: {versions}", versions=opsets)
    if len(model.graph.node) > _MOST_NODES:
        raise Refused(
            "the model has {nodes} steps; at most {most} are allowed", nodes=len(model.graph.node), most=_MOST_NODES
        )
    for node in model.graph.node:
        _check_node(node)
    for tensor in model.graph.initializer:
        _check_tensor(tensor)
    _check_ends(model.graph, contract)


def _check_node(node: onnx.NodeProto) -> None:
    _only_known_fields(node)
    if node.op_type not in OPERATORS.get(node.domain, ()):
        operator = f"{node.domain}.{node.op_type}".lstrip(".")
        raise Refused("the operator {operator} is not allowed in a sealed model", operator=operator)
    for attribute in node.attribute:
        _only_known_fields(attribute)
        if attribute.type == AttributeProto.TENSOR:
            _check_tensor(attribute.t)


def _check_tensor(tensor: onnx.TensorProto) -> None:
    _only_known_fields(tensor)
    size = math.prod(tensor.dims)
    if tensor.data_type not in _NUMBER_BYTES or any(length < 0 for length in tensor.dims):
        raise Refused("the tensor {name} is not made of numbers", name=tensor.name)
    typed = len(getattr(tensor, _TYPED.get(tensor.data_type, "int32_data")))
    held = len(tensor.raw_data) / _NUMBER_BYTES[tensor.data_type] if tensor.HasField("raw_data") else typed
    if held != size:
        raise Refused(
            "the tensor {name} says it has {size} numbers but holds {held}", name=tensor.name, size=size, held=held
        )


def _check_ends(graph: onnx.GraphProto, contract: Contract) -> None:
    states = {f"state_{state.name}": state.shape for state in contract.states}
    ins: dict[str, tuple[int, ...]] = {"x": (len(contract.inputs),), **({"gap": (1,)} if states else {}), **states}
    outs = {output.name: output.shape for output in contract.outputs}
    outs |= {f"{name}_next": shape for name, shape in states.items()}
    for values, wanted in ((graph.input, ins), (graph.output, outs)):
        found = _shapes(values)
        if found != {name: (1, *shape) for name, shape in wanted.items()} or len(found) < len(values):
            raise Refused("the model's inputs and outputs are not those of its manifest: {found}", found=sorted(found))


def _shapes(values: Iterable[onnx.ValueInfoProto]) -> dict[str, tuple[int, ...] | None]:
    """Name -> fixed shape; None for anything but float64 of a fixed shape."""
    found: dict[str, tuple[int, ...] | None] = {}
    for value in values:
        tensor = value.type.tensor_type
        fixed = tensor.elem_type == TensorProto.DOUBLE and all(d.HasField("dim_value") for d in tensor.shape.dim)
        found[value.name] = tuple(d.dim_value for d in tensor.shape.dim) if fixed else None
    return found


def _only_known_fields(
    part: onnx.ModelProto | onnx.GraphProto | onnx.NodeProto | onnx.TensorProto | onnx.AttributeProto,
) -> None:
    """Refuse what this list does not know: functions, subgraphs, external data, sparse or string tensors, and news."""
    kind = type(part).__name__
    for field, _ in part.ListFields():
        if field.name not in _FIELDS[kind]:
            raise Refused(
                "the model holds {field}, which is not allowed in a sealed model", field=f"{kind}.{field.name}"
            )
