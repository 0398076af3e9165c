"""Where a plant's samples are kept, and what its sources remember."""

from pathlib import Path

from bobae.app.plant_file import FILE_NAME
from bobae.core import BadInput


def historian_folder(plant: Path) -> Path:
    """The folder of the historian that belongs to the plant folder `plant`."""
    return plant / "bobae-data"


def sources_folder(plant: Path) -> Path:
    """Where each live source of the plant folder `plant` has a folder of its own for what outlives a restart."""
    return historian_folder(plant) / "sources"


def run_folder(plant: Path) -> Path:
    """Where the processes of a running plant keep what only they need: how they do, how far scoring is."""
    return historian_folder(plant) / "run"


def checked_plant(folder: Path) -> Path:
    """The folder, if it is a plant's.

    Raises:
        BadInput: there is no plant file in it.
    """
    if not (folder / FILE_NAME).is_file():
        raise BadInput("there is no plant file in {folder}; name the plant folder", folder=folder)
    return folder
