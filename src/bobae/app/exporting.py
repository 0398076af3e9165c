"""What leaves the historian for other tools."""

from pathlib import Path

from bobae.app.plant_store import historian_folder
from bobae.historian import open_store
from bobae.historian.delta import export_delta


def export(plant: Path) -> Path:
    """The plant's sealed samples as a Delta Lake table, brought up to date; returns its folder. Nothing is copied.

    Raises:
        BadInput: the plant has no historian.
        Missing: the package for Delta Lake is not installed.
        Refused: nothing is sealed yet, or the disk cannot be read or written.
    """
    with open_store(historian_folder(plant)) as store:
        return export_delta(store)
