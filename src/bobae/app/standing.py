"""How a plant stands that is, or was, at work: its parts as they were last told."""

from pathlib import Path

from bobae.app import plant_file
from bobae.app.plant_store import run_folder
from bobae.app.processes.state import Board, read_board
from bobae.core import BadInput


def standing(plant: Path) -> Board | None:
    """The newest board of the plant in `plant`; None: `bobae up` has never run there.

    Raises:
        BadInput: there is no plant file.
    """
    if plant_file.find(plant) is None:
        raise BadInput("there is no plant file in {folder}; name the plant folder", folder=plant)
    return read_board(run_folder(plant))
