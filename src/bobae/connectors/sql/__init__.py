"""A table of a database followed by a column that grows: its new rows as samples, those of the past first."""

from pathlib import Path

from bobae.connectors.sql.settings import SqlSettings, checked
from bobae.connectors.sql.source import SqlSource
from bobae.core.connector import Settings

__all__ = ["SqlSettings", "SqlSource", "connector"]


def connector(settings: Settings, folder: Path | None = None) -> SqlSource:
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Args:
        settings: see `SqlSettings`.
        folder: where it keeps how far the table has been read; None: it is read from its begin each time.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
        Missing: the driver of that database is not installed.
    """
    return SqlSource(checked(settings), folder)
