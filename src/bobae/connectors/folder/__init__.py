"""A folder watched: new files, and new rows of files that grow, as samples; each row once, whatever is killed when."""

from pathlib import Path

from bobae.connectors.folder.settings import FolderSettings, checked
from bobae.connectors.folder.source import FolderSource
from bobae.core.connector import Settings

__all__ = ["FolderSettings", "FolderSource", "connector"]


def connector(settings: Settings, folder: Path | None = None) -> FolderSource:
    """The source that `settings` of plant.yaml describe; nothing is opened yet.

    Args:
        settings: see `FolderSettings`.
        folder: where it keeps how far each file has been read; None: all files are read anew each time.

    Raises:
        BadInput: a setting is missing, unknown or cannot be.
    """
    return FolderSource(checked(settings), folder)
