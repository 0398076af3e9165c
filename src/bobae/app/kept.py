"""What a plant has kept, found from any place inside its folder."""

from pathlib import Path

from bobae.app import plant_file
from bobae.app.plant_store import historian_folder
from bobae.core import BadInput


def kept_of(place: Path) -> Path:
    """The folder with the samples and the catalogue of the plant that `place` belongs to.

    Raises:
        BadInput: no plant file is there or above.
    """
    found = plant_file.find(place)
    if found is None:
        raise BadInput("there is no plant file in {folder} or above", folder=place)
    return historian_folder(found.parent)
