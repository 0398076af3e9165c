"""The models that are live in a plant, for whoever asks them: opened once, on the first question."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bobae.app.promoting import name_of, shelf_of
from bobae.app.settings import Settings
from bobae.core import BobaeError, Plant, Refused, UnknownName
from bobae.registry import TrustList, open_sealed
from bobae.registry.catalogue import Alias, Catalogue, ModelVersion
from bobae.serve.inference import ServedModel

_LOOK_S = 1.0
_AGAIN_S = 60.0


@dataclass(frozen=True)
class LiveModel:
    """One model that is live.

    Attributes:
        name: by which it is asked: its monitor's name, with a dash where an address could not have the character.
        kept: the version in the catalogue.
    """

    name: str
    kept: ModelVersion

    @property
    def version(self) -> str:
        """The first digits of its digest."""
        return self.kept.sha256[:12]


class LiveServing:
    """Opens the models that are live in one plant; any thread may ask it.

    Args:
        folder: of the plant.
        settings: those that hold there.
        catalogue: which versions are live.
        clock: seconds.
    """

    def __init__(
        self, folder: Path, settings: Settings, catalogue: Catalogue, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        assert settings.plant is not None
        self._plant: Plant = settings.plant
        self._shelf, self._settings = shelf_of(folder, settings, catalogue), settings
        self._clock, self._looked, self._revision = clock, -_LOOK_S, -1
        self._live: dict[str, LiveModel] = {}
        self._served: dict[str, tuple[str, ServedModel]] = {}
        self._wrong: dict[str, tuple[str, float, BobaeError]] = {}
        self._opening = threading.Lock()

    def live(self) -> Sequence[LiveModel]:
        """Those that are live now, by name; a change is seen within a second."""
        if self._clock() - self._looked >= _LOOK_S:
            self._looked = self._clock()
            if (revision := self._shelf.versions.revision()) != self._revision:
                self._live, self._revision = self._found(), revision
        return list(self._live.values())

    def served(self, name: str) -> ServedModel | None:
        """The model of that name if it is open; None: it is not."""
        version, found = self._served.get(name, ("", None))
        return found if name in self._live and version == self._live[name].version else None

    def wrong(self, model: LiveModel) -> BobaeError | None:
        """Why a model could not be opened; None: it could, or nobody has asked for it."""
        version, _, error = self._wrong.get(model.name, ("", 0.0, None))
        return error if version == model.version else None

    def opened(self, name: str) -> ServedModel:
        """The model of that name, proved here.

        Raises:
            UnknownName: none is live by that name.
            Refused: it does not pass the import gate; it is tried again after a minute.
        """
        with self._opening:
            if (found := self.served(name)) is not None:
                return found
            if name not in self._live:
                raise UnknownName.among("no model is called {name!r}; nearest: {nearest}", name=name, known=self._live)
            model = self._live[name]
            version, tried, error = self._wrong.get(name, ("", 0.0, None))
            if error is not None and version == model.version and self._clock() - tried < _AGAIN_S:
                raise error
            try:
                sealed = open_sealed(self._shelf.sealed_path(model.kept), trust=TrustList.read(self._settings.home))
            except Refused as refused:
                self._wrong[name] = model.version, self._clock(), refused
                raise
            manifest = sealed.manifest.model_copy(update={"name": name})
            made = ServedModel(manifest, sealed.graph, model.version)
            self._served[name] = model.version, made
            self._wrong.pop(name, None)
            return made

    def _found(self) -> dict[str, LiveModel]:
        live = self._shelf.versions.all_pointed_at(Alias.LIVE)
        named = {re.sub(r"[^\w.-]+", "-", name): name for name in map(name_of, self._plant.monitors) if name in live}
        return {name: LiveModel(name, live[model]) for name, model in sorted(named.items())}
