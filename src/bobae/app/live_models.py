"""The models that watch a live plant: each proved and told as it comes; what cannot watch is told, the rest runs."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bobae.app.promoting import name_of, shelf_of
from bobae.app.ruling import SETTLE_NS, RuleWatch, watch_rules
from bobae.app.settings import Settings
from bobae.app.telling import Tell
from bobae.app.verdicts import verdict_in_words
from bobae.app.watched_places import model_path
from bobae.app.watching import Explain, Guards, Watch, watch
from bobae.core import BobaeError, Monitor, StoreReader, Verdict, text
from bobae.registry import Proving, SealedModel, TrustList, open_sealed
from bobae.registry.catalogue import Catalogue
from bobae.registry.versions import Shelf

_KEPT = 4  # models that were opened last: fifty of them would be kept for nothing


@dataclass(frozen=True, eq=False)
class LiveModels:
    """Makes what watches, from the models that are there.

    Attributes:
        folder: of the plant.
        settings: those that hold there.
        store: its samples.
        catalogue: where its alarms are kept, and what people say of them.
        explain: asset -> what is said of an alarm's tags.
        clock: ns UTC.
    """

    folder: Path
    settings: Settings
    store: StoreReader
    catalogue: Catalogue
    explain: Mapping[str, Explain] = field(default_factory=dict)
    clock: Callable[[], int] = time.time_ns
    _proved: dict[tuple[Path, int, int], SealedModel] = field(default_factory=dict, init=False, repr=False)

    def path(self, monitor: Monitor) -> Path:
        """Where its model lies, or would."""
        return model_path(self.folder, monitor)

    def watched(self, monitors: Sequence[Monitor], tell: Tell) -> list[Watch]:
        """Those whose models are there and can be relied on to be what was trained; the others are told."""
        with Proving() as proving:
            return [made for monitor in monitors for made in self._made(monitor, proving, tell)]

    def made(self, monitor: Monitor, model: Path, proving: Proving | None = None) -> Watch:
        """One monitor with the sealed model in this file.

        Raises:
            Refused: the model does not pass the import gate.
            BadInput: see `watch`.
        """
        return watch(
            monitor,
            self.opened(model, proving),
            store=self.store,
            catalogue=self.catalogue,
            guards=self._guards,
            explain=self.explain.get(monitor.asset),
            clock=self.clock,
        )

    def opened(self, model: Path, proving: Proving | None = None) -> SealedModel:
        """The sealed model in a file; one that thousands of machines share is proved once.

        Raises:
            Refused: it does not pass the import gate.
        """
        try:
            found = model.resolve().stat()
        except OSError:
            return open_sealed(model, trust=TrustList.read(self.settings.home), proving=proving)  # which says why
        key = (model.resolve(), found.st_mtime_ns, found.st_size)
        if (proved := self._proved.get(key)) is None:
            proved = open_sealed(model, trust=TrustList.read(self.settings.home), proving=proving)
            for old in list(self._proved)[: 1 - _KEPT]:
                self._proved.pop(old, None)
            self._proved[key] = proved
        return proved

    @cached_property
    def _guards(self) -> Guards:
        return Guards.over(self.catalogue, self.clock)

    @cached_property
    def shelf(self) -> Shelf:
        """The versions of its models."""
        return shelf_of(self.folder, self.settings, self.catalogue)

    def rules(self, from_ns: int) -> RuleWatch | None:
        """The rules of the plant, ready to judge what settles after `from_ns`; None: it has none."""
        plant = self.settings.plant
        if plant is None:
            return None
        return watch_rules(plant, self.store, self.catalogue, settle_ns=SETTLE_NS, from_ns=from_ns)

    def _made(self, monitor: Monitor, proving: Proving, tell: Tell) -> Iterator[Watch]:
        model = self.path(monitor)
        try:
            if self.shelf.settle(name_of(monitor), self.clock()) is None:
                return  # it is retired: the history of its model says by whom
            made = self.made(monitor, model, proving)
        except BobaeError as error:
            tell(text("{asset} is not watched: {why}", asset=monitor.asset, why=error.text), "warning")
        else:
            _tell_watched(made, model, tell)
            yield made


def _tell_watched(made: Watch, model: Path, tell: Tell) -> None:
    verdict = made.model.verdict
    if verdict is Verdict.USEFUL:
        tell(text("{asset} is watched by {model}", asset=made.asset, model=model), "good")
        return
    said = text(
        "{asset} is watched by {model}, whose verdict was: {verdict}. Do not rely on its alarms.",
        asset=made.asset,
        model=model,
        verdict=verdict_in_words(verdict),
    )
    tell(said, "warning")
