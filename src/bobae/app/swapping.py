"""Which models are at work changes while rows are scored: promoted, rolled back, retired, put on trial."""

import time
from collections.abc import Callable, Sequence

from bobae.app.live_models import LiveModels
from bobae.app.promoting import name_of
from bobae.app.scoring import Change
from bobae.app.watching import Watch, on_trial
from bobae.core import BobaeError, Monitor
from bobae.registry.catalogue import Alias, ModelVersion

_LOOK_S = 1.0
_AGAIN_S = 60.0


class Swapping:
    """Says which models come and go among those of one `Scoring.watch`, as the catalogue has it.

    An open alarm is handed on: whoever comes next goes on with the alarm of its monitor. One that is retired, or could
    not be opened, is looked at again once something is said of any model.

    Args:
        models: makes what watches.
        monitors: those of the plant.
        look_s: how long it rests between two looks.
    """

    def __init__(self, models: LiveModels, monitors: Sequence[Monitor], *, look_s: float = _LOOK_S) -> None:
        self._models, self._monitors, self._look_s = models, {name_of(one): one for one in monitors}, look_s
        self._clock: Callable[[], float] = time.monotonic
        self._looked = -look_s
        self._seen = dict.fromkeys(self._monitors, models.catalogue.versions.revision())
        self._wrong: dict[str, tuple[float, BobaeError]] = {}
        self._begun = False

    def changes(self, watches: Sequence[Watch]) -> Change | None:
        """What is to change about these; None: nothing.

        Raises:
            Refused, BadInput: a model that should come cannot; the one before stays at work, others come and go. It is
                tried again after a minute.
        """
        now = self._clock()
        if now - self._looked < self._look_s:
            return None
        self._looked = now
        revision = self._models.catalogue.versions.revision()
        if not self._begun:
            self._seen |= {watch.monitor: -1 for watch in watches}
            self._begun = True
        again = [name for name, (tried, _) in self._wrong.items() if now - tried >= _AGAIN_S]
        gone: list[str] = []
        new: list[Watch] = []
        for name in self._monitors:
            if self._seen[name] != revision or name in again:
                self._seen[name] = revision
                self._wrong.pop(name, None)
                try:
                    change = self._of_one(name, watches)
                    gone += change.gone
                    new += change.new
                except BobaeError as wrong:
                    self._wrong[name] = now, wrong
        if gone or new:
            return Change(gone, new)
        if self._wrong:
            raise next(iter(self._wrong.values()))[1]
        return None

    def _of_one(self, name: str, watches: Sequence[Watch]) -> Change:
        versions = self._models.catalogue.versions
        live, tried = (versions.pointed_at(name, alias) for alias in (Alias.LIVE, Alias.SHADOW))
        at_work = {
            w.monitor: w for w in watches if w.monitor == name or (w.silent and w.monitor.startswith(f"{name} "))
        }
        wanted: dict[str, tuple[ModelVersion, bool]] = {}
        if live is not None:
            wanted[name] = (live, False)
        if tried is not None:
            wanted[f"{name} on trial: {tried.number}"] = (tried, True)
        gone = [
            called
            for called, watch in at_work.items()
            if called not in wanted or wanted[called][0].sha256[:12] != watch.version
        ]
        new: list[Watch] = []
        for called, (version, silent) in wanted.items():
            if called not in at_work or called in gone:
                made = self._models.made(self._monitors[name], self._models.shelf.sealed_path(version))
                catalogue, clock = self._models.catalogue, self._models.clock
                new.append(on_trial(made, version.number, catalogue=catalogue, clock=clock) if silent else made)
        return Change(gone, new)
