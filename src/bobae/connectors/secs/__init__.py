"""SECS/GEM in: the host of one equipment over HSMS, with its events, traces and alarms as they came."""

from pathlib import Path

from bobae.connectors.secs.settings import SecsSettings, checked
from bobae.connectors.secs.source import SecsSource
from bobae.core.connector import Settings

__all__ = ["SecsSettings", "SecsSource", "connector"]


def connector(settings: Settings, folder: Path | None = None) -> SecsSource:
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return SecsSource(checked(settings), folder)
