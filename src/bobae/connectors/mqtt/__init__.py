"""MQTT in: JSON or bare values by topic, acknowledged only once they are on the disk."""

from pathlib import Path

from bobae.connectors.mqtt.settings import MqttSettings, checked
from bobae.connectors.mqtt.source import MqttSource
from bobae.core.connector import Settings

__all__ = ["MqttSettings", "MqttSource", "connector"]


def connector(settings: Settings, folder: Path | None = None) -> MqttSource:
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return MqttSource(checked(settings), folder)
