"""Sparkplug B in: bobae as the primary host application of edge nodes, with their births, deaths and sequence."""

from pathlib import Path

from bobae.connectors.mqtt.sparkplug.settings import SparkplugSettings, checked
from bobae.connectors.mqtt.sparkplug.source import SparkplugSource
from bobae.core.connector import Settings

__all__ = ["SparkplugSettings", "SparkplugSource", "connector"]


def connector(settings: Settings, folder: Path | None = None) -> SparkplugSource:  # noqa: ARG001
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return SparkplugSource(checked(settings))
