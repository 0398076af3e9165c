"""Sparkplug B: bobae to durable acknowledgement beside gmqtt's client and protobuf alone, 100 metrics a message."""

from typing import Any

from _connect.mqtt import compared


def rows(quick: bool) -> list[dict[str, Any]]:
    """Values a CPU second beside gmqtt's client that parses each payload by protobuf, and one that does not."""
    return compared("sparkplug", "Sparkplug B, 100 metrics a message", "protobuf's ParseFromString", quick)
