"""The door of the plant that some file belongs to, for what serves without the plant at work."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bobae.app import plant_file
from bobae.app.access import Door
from bobae.app.plant_store import historian_folder
from bobae.registry.catalogue import open_catalogue
from bobae.write import Persons


@contextlib.contextmanager
def door_at(place: Path) -> Iterator[Door | None]:
    """The door of the plant that `place` is in, as long as the block; None: it is in none, and nobody has a login.

    Raises:
        Refused, Unreachable: the catalogue cannot be opened.
    """
    found = plant_file.find(place)
    if found is None or not historian_folder(found.parent).is_dir():
        yield None
        return
    with open_catalogue(historian_folder(found.parent)) as catalogue:
        yield Door(catalogue.writes, Persons(catalogue.writes))
