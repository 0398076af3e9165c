"""Where a plant's samples are kept."""

from pathlib import Path


def historian_folder(plant: Path) -> Path:
    """The folder of the historian that belongs to the plant folder `plant`."""
    return plant / "bobae-data"
