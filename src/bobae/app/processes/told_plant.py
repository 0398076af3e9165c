"""A plant whose parts work in other processes: how they do is told by a board, all else is read where it is kept."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bobae.app.live_wishes import WatchedModel
from bobae.app.plant_store import historian_folder
from bobae.app.processes.state import Board, PartState
from bobae.app.readiness import not_ready
from bobae.collect import SourceState
from bobae.core import LazyModule, Plant, StoreReader, Text
from bobae.registry.catalogue import AlarmStore, Catalogue, open_catalogue
from bobae.write import Writing

if TYPE_CHECKING:
    from bobae import historian
else:
    historian = LazyModule("bobae.historian")  # who never reads samples does without it


class ToldPlant:
    """A plant at work elsewhere, open as long as the block; any thread may ask it.

    Args:
        folder: of the plant.
        plant: as plant.yaml has it.
        board: the newest board.
    """

    def __init__(self, folder: Path, plant: Plant, board: Callable[[], Board]) -> None:
        self.folder, self.plant = folder, plant
        self._root, self._board = historian_folder(folder), board
        self._store: historian.Store | None = None
        self._lock = threading.Lock()
        self.catalogue: Catalogue = open_catalogue(self._root)
        self.writing = Writing.over(self.catalogue.writes, dict(plant.tags()))

    @property
    def reader(self) -> StoreReader:
        """Its samples, opened when they are first asked for."""
        with self._lock:
            if self._store is None:
                self._store = historian.open_store(self._root)
            return self._store

    @property
    def alarms(self) -> AlarmStore:
        """Its alarms."""
        return self.catalogue.alarms

    def sources(self) -> Sequence[SourceState]:
        """How each source does."""
        return self._board().sources

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        return [WatchedModel(**model) for model in self._board().models]

    def parts(self) -> Sequence[PartState]:
        """How each part does."""
        return self._board().parts

    def ready(self) -> Sequence[Text]:
        """Why it cannot be relied on now; nothing if it can."""
        return not_ready(self.sources(), self._board().troubles, self.parts())

    def close(self) -> None:
        """Let go of every file."""
        self.catalogue.close()
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
