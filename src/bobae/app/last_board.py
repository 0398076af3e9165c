"""How a plant stands that is, or was, at work: its parts as they were last told."""

from pathlib import Path

from bobae.app.plant_store import checked_plant, run_folder
from bobae.app.processes.state import Board, read_board


def standing(plant: Path) -> Board | None:
    """The newest board of the plant in `plant`; None: `bobae up` has never run there.

    Raises:
        BadInput: there is no plant file.
    """
    return read_board(run_folder(checked_plant(plant)))
