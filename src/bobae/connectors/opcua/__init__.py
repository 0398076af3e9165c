"""OPC UA in and out: one session with one server, watched over, with source times and status codes as they came."""

from pathlib import Path

from bobae.connectors.opcua.settings import OpcUaSettings, checked
from bobae.connectors.opcua.source import OpcUaSource
from bobae.connectors.opcua.writing import OpcUaWriter
from bobae.core import BadInput
from bobae.core.connector import Settings

__all__ = ["OpcUaSettings", "OpcUaSource", "OpcUaWriter", "connector", "writer"]


def connector(settings: Settings, folder: Path | None = None) -> OpcUaSource:
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return OpcUaSource(_fit(checked(settings), folder), folder)


def writer(settings: Settings, folder: Path | None = None) -> OpcUaWriter:
    """One order to the server that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return OpcUaWriter(_fit(checked(settings), folder), folder)


def _fit(settings: OpcUaSettings, folder: Path | None) -> OpcUaSettings:
    if settings.security != "none" and folder is None:
        raise BadInput(
            "an OPC UA source with security: {security} needs a folder to keep its certificate in",
            security=settings.security,
        )
    return settings
