"""The models that watch a live plant: each proved and told as it comes; what cannot watch is told, the rest runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bobae.app.settings import Settings
from bobae.app.telling import Tell
from bobae.app.verdicts import verdict_in_words
from bobae.app.watched_places import model_path
from bobae.app.watching import Explain, Watch, watch
from bobae.core import BobaeError, Monitor, StoreReader, Verdict, text
from bobae.registry import Proving
from bobae.registry.catalogue import Catalogue


@dataclass(frozen=True, eq=False)
class LiveModels:
    """Makes what watches, from the models that are there.

    Attributes:
        folder: of the plant.
        settings: those that hold there.
        store: its samples.
        catalogue: where its alarms are kept, and what people say of them.
        explain: asset -> what is said of an alarm's tags.
    """

    folder: Path
    settings: Settings
    store: StoreReader
    catalogue: Catalogue
    explain: Mapping[str, Explain] = field(default_factory=dict)

    def path(self, monitor: Monitor) -> Path:
        """Where its model lies, or would."""
        return model_path(self.folder, monitor)

    def watched(self, monitors: Sequence[Monitor], tell: Tell) -> list[Watch]:
        """Those whose models are there and can be relied on to be what was trained; the others are told."""
        with Proving() as proving:
            return [made for monitor in monitors for made in self._made(monitor, proving, tell)]

    def _made(self, monitor: Monitor, proving: Proving, tell: Tell) -> Iterator[Watch]:
        model = self.path(monitor)
        try:
            made = watch(
                monitor,
                model,
                store=self.store,
                catalogue=self.catalogue,
                settings=self.settings,
                explain=self.explain.get(monitor.asset),
                proving=proving,
            )
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
