"""Modbus in and out: registers and flags of devices behind one address or on one serial line, read in blocks, paced."""

from pathlib import Path

from bobae.connectors.modbus.settings import ModbusSettings, checked
from bobae.connectors.modbus.source import ModbusConnector
from bobae.connectors.modbus.writing import ModbusWriter
from bobae.core.connector import Settings

__all__ = ["ModbusConnector", "ModbusSettings", "ModbusWriter", "connector", "writer"]


def connector(settings: Settings, folder: Path | None = None) -> ModbusConnector:  # noqa: ARG001
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return ModbusConnector(checked(settings))


def writer(settings: Settings, folder: Path | None = None) -> ModbusWriter:  # noqa: ARG001
    """What changes registers and coils of the devices that `settings` describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return ModbusWriter(checked(settings))
