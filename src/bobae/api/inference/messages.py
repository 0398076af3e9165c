"""The protocol's gRPC messages as protobuf classes, built from its field numbers (Open Inference Protocol, version 2).

They live in a pool of their own: a client's classes of the same names may be loaded beside them.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE, SERVICE = "inference", "GRPCInferenceService"
_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "bool": _FIELD.TYPE_BOOL,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
    "uint32": _FIELD.TYPE_UINT32,
    "uint64": _FIELD.TYPE_UINT64,
    "float": _FIELD.TYPE_FLOAT,
    "double": _FIELD.TYPE_DOUBLE,
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
}
# message -> fields in the order of their numbers; '*' before a type: repeated, '%': a map from text; '|': one of many
_MESSAGES = {
    "ServerLiveRequest": "",
    "ServerLiveResponse": "live bool",
    "ServerReadyRequest": "",
    "ServerReadyResponse": "ready bool",
    "ModelReadyRequest": "name string, version string",
    "ModelReadyResponse": "ready bool",
    "ServerMetadataRequest": "",
    "ServerMetadataResponse": "name string, version string, extensions *string",
    "ModelMetadataRequest": "name string, version string",
    "TensorMetadata": "name string, datatype string, shape *int64",
    "ModelMetadataResponse": "name string, versions *string, platform string, inputs *TensorMetadata, "
    "outputs *TensorMetadata",
    "InferParameter": "bool_param |bool, int64_param |int64, string_param |string, double_param |double, "
    "uint64_param |uint64",
    "InferTensorContents": "bool_contents *bool, int_contents *int32, int64_contents *int64, uint_contents *uint32, "
    "uint64_contents *uint64, fp32_contents *float, fp64_contents *double, bytes_contents *bytes",
    "InferInputTensor": "name string, datatype string, shape *int64, parameters %InferParameter, "
    "contents InferTensorContents",
    "InferRequestedOutputTensor": "name string, parameters %InferParameter",
    "InferOutputTensor": "name string, datatype string, shape *int64, parameters %InferParameter, "
    "contents InferTensorContents",
    "ModelInferRequest": "model_name string, model_version string, id string, parameters %InferParameter, "
    "inputs *InferInputTensor, outputs *InferRequestedOutputTensor, raw_input_contents *bytes",
    "ModelInferResponse": "model_name string, model_version string, id string, parameters %InferParameter, "
    "outputs *InferOutputTensor, raw_output_contents *bytes",
}
# the reference messages nest these; on the wire that makes no difference
METHODS = ("ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer")


def messages() -> dict[str, Any]:
    """Name -> class of each message.

    Example:
        >>> live = messages()["ServerLiveResponse"](live=True)
        >>> live.SerializeToString()
        b'\\x08\\x01'
    """
    file = descriptor_pb2.FileDescriptorProto(name="bobae/inference.proto", package=PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        _describe(file.message_type.add(name=name), [field.split() for field in fields.split(", ") if field])
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in _MESSAGES
    }


def _describe(message: Any, fields: list[list[str]]) -> None:
    for number, (name, told) in enumerate(fields, start=1):
        kind, label = told.lstrip("*%|"), _FIELD.LABEL_OPTIONAL
        field = message.field.add(name=name, number=number)
        if told[0] == "%":
            entry = message.nested_type.add(name=f"{name.title()}Entry")
            entry.options.map_entry = True
            _describe(entry, [["key", "string"], ["value", kind]])
            kind, label = f"{message.name}.{entry.name}", _FIELD.LABEL_REPEATED
        elif told[0] == "*":
            label = _FIELD.LABEL_REPEATED
        elif told[0] == "|":
            if not message.oneof_decl:
                message.oneof_decl.add(name="parameter_choice")
            field.oneof_index = 0
        field.label = label
        if kind in _TYPES:
            field.type = _TYPES[kind]
        else:
            field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
