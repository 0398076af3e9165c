"""OPC UA in: one subscription to one server, watched over, with source times and status codes as they came."""

from pathlib import Path

from bobae.connectors.opcua.settings import OpcUaSettings, checked
from bobae.connectors.opcua.source import OpcUaSource
from bobae.core.connector import Settings

__all__ = ["OpcUaSettings", "OpcUaSource", "connector"]


def connector(settings: Settings, folder: Path | None = None) -> OpcUaSource:  # noqa: ARG001
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return OpcUaSource(checked(settings))
