"""The messages of Sparkplug B as protobuf classes, built from the field numbers of the specification (3.0, 6.4).

Only what bobae reads or writes has a field here; protobuf steps over the rest. Data messages take a faster way, `wire`.
"""

from enum import IntEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FIELD = descriptor_pb2.FieldDescriptorProto
_MESSAGES: dict[str, dict[str, tuple[int, int, str | None]]] = {
    "PropertyValue": {
        "type": (1, _FIELD.TYPE_UINT32, None),
        "is_null": (2, _FIELD.TYPE_BOOL, None),
        "int_value": (3, _FIELD.TYPE_UINT32, None),
        "long_value": (4, _FIELD.TYPE_UINT64, None),
        "float_value": (5, _FIELD.TYPE_FLOAT, None),
        "double_value": (6, _FIELD.TYPE_DOUBLE, None),
        "boolean_value": (7, _FIELD.TYPE_BOOL, None),
        "string_value": (8, _FIELD.TYPE_STRING, None),
    },
    "PropertySet": {
        "keys": (1, _FIELD.TYPE_STRING, "*"),
        "values": (2, _FIELD.TYPE_MESSAGE, "*PropertyValue"),
    },
    "Metric": {
        "name": (1, _FIELD.TYPE_STRING, None),
        "alias": (2, _FIELD.TYPE_UINT64, None),
        "timestamp": (3, _FIELD.TYPE_UINT64, None),
        "datatype": (4, _FIELD.TYPE_UINT32, None),
        "is_historical": (5, _FIELD.TYPE_BOOL, None),
        "is_null": (7, _FIELD.TYPE_BOOL, None),
        "properties": (9, _FIELD.TYPE_MESSAGE, "PropertySet"),
        "int_value": (10, _FIELD.TYPE_UINT32, None),
        "long_value": (11, _FIELD.TYPE_UINT64, None),
        "float_value": (12, _FIELD.TYPE_FLOAT, None),
        "double_value": (13, _FIELD.TYPE_DOUBLE, None),
        "boolean_value": (14, _FIELD.TYPE_BOOL, None),
        "string_value": (15, _FIELD.TYPE_STRING, None),
    },
    "Payload": {
        "timestamp": (1, _FIELD.TYPE_UINT64, None),
        "metrics": (2, _FIELD.TYPE_MESSAGE, "*Metric"),
        "seq": (3, _FIELD.TYPE_UINT64, None),
    },
}
_VALUES = ("int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value")
REBIRTH = "Node Control/Rebirth"


class DataType(IntEnum):
    """What a metric holds (6.4.16)."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15
    DATA_SET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19


NUMBERS = frozenset(range(DataType.INT8, DataType.BOOLEAN)) | {DataType.DATE_TIME}
TEXTS = frozenset({DataType.STRING, DataType.TEXT, DataType.UUID})


def kind_of(datatype: int) -> str | None:
    """'number', 'flag' or 'text'; None: something that is not collected."""
    if datatype in NUMBERS:
        return "number"
    return "flag" if datatype == DataType.BOOLEAN else "text" if datatype in TEXTS else None


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="bobae/sparkplug_b.proto", package="bobae.sparkplug_b")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, of) in fields.items():
            repeated = of is not None and of.startswith("*")
            label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
            added = message.field.add(name=field, number=number, type=kind, label=label)
            if kind == _FIELD.TYPE_MESSAGE and of is not None:
                added.type_name = f".bobae.sparkplug_b.{of.lstrip('*')}"
        if "string_value" in fields:
            message.oneof_decl.add(name="value")
            for added in message.field:
                if added.name in _VALUES:
                    added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"bobae.sparkplug_b.{name}"))
        for name in _MESSAGES
    }


_CLASSES = _classes()
Payload, PropertySet = _CLASSES["Payload"], _CLASSES["PropertySet"]


def rebirth_command(now_ms: int) -> bytes:
    """The command by which an edge node is asked for its births."""
    command = Payload(timestamp=now_ms)
    command.metrics.add(name=REBIRTH, timestamp=now_ms, datatype=DataType.BOOLEAN, boolean_value=True)
    encoded: bytes = command.SerializeToString()
    return encoded


def properties_of(metric: Any) -> dict[str, Any]:
    """The properties of a metric that have a value."""
    return _properties(metric.properties)


def read_properties(encoded: bytes) -> dict[str, Any]:
    """The properties in an encoded property set.

    Raises:
        google.protobuf.message.DecodeError: it is none.
    """
    return _properties(PropertySet.FromString(encoded))


def _properties(said: Any) -> dict[str, Any]:
    found = {}
    for key, value in zip(said.keys, said.values, strict=False):
        which = value.WhichOneof("value")
        if which is not None and not value.is_null:
            found[key] = getattr(value, which)
    return found
