"""Models look after themselves: trained anew when it is time, tried beside the live one, promoted or refused.

Each step is decided from what the catalogue holds and from the time, so it goes on after a restart where it was, and a
month can be replayed.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bobae.app.moved import Moved, has_moved
from bobae.app.promoting import ModelDesk, name_of
from bobae.app.retraining import Retraining, outcome_of
from bobae.app.settings import Settings
from bobae.core import BobaeError, Monitor, Text, seconds_of, text
from bobae.evidence.agreement import Agreement
from bobae.evidence.budget import rounded
from bobae.registry.catalogue import Alias, Catalogue, ModelVersion
from bobae.registry.versions import SETTLED, Hand

_LOOK_S = 60.0
_AGAIN_NS = 24 * 3600 * 1_000_000_000  # after a training that came to nothing
_NS = 1_000_000_000
_SOME = 0.9  # of the trial's time that must have been scored
_PATIENCE = 4  # times the trial's length, after which a trial that scores too little is given up
_log = logging.getLogger("bobae.app")


class Trains(Protocol):
    """Makes a candidate of what was known at a time."""

    def __call__(self, monitor: Monitor, now_ns: int, *, since_ns: int | None) -> ModelVersion:
        """The version that came of it."""
        ...


def not_moved(monitor: Monitor, now_ns: int) -> int | None:  # noqa: ARG001
    """Nobody says that its normal running has moved."""
    return None


@dataclass(frozen=True)
class Step:
    """One thing that was done about a model, for a person: what, and with which version."""

    model: str
    what: str
    version: int | None
    said: Text


def keeping(folder: Path, settings: Settings, catalogue: Catalogue) -> "ModelKeeping":
    """What looks after the models of the plant in `folder`, with trainings in processes of their own."""
    moved = has_moved(catalogue)
    retraining = Retraining(folder, settings, catalogue)
    desk = ModelDesk(folder, settings, catalogue)
    return ModelKeeping(desk, retraining.train, moved=moved, ended=retraining.ended)


class ModelKeeping:
    """Looks after the models of one plant; not for several threads at once.

    Args:
        desk: its models.
        trains: makes a candidate.
        moved: (monitor, now) -> since when its normal running is another one (ns UTC); None: it is not.
        ended: set when it is cancelled.
        clock: ns UTC.
    """

    def __init__(
        self,
        desk: ModelDesk,
        trains: Trains,
        *,
        moved: Moved = not_moved,
        ended: threading.Event | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._desk, self._trains, self._moved, self._clock = desk, trains, moved, clock
        self._ended = ended or threading.Event()
        self._failed_ns: dict[str, int] = {}

    def step(self, now_ns: int) -> list[Step]:
        """Do what is due for each monitor; what that was."""
        done = []
        for monitor in self._desk.plant.monitors:
            try:
                found = self._step(monitor, now_ns)
            except BobaeError as error:
                self._failed_ns[name_of(monitor)] = now_ns
                said = text("{model}: {said}", model=name_of(monitor), said=error.text)
                found = Step(name_of(monitor), "failed", None, said)
            done += [] if found is None else [found]
        return done

    async def run(self) -> None:
        """Look every minute what is due, until cancelled; a training that runs then is ended."""
        failed: set[str] = set()
        try:
            while True:
                for step in await asyncio.to_thread(self.step, self._clock()):
                    if (said := str(step.said)) not in failed:
                        _log.info("%s", said)
                    failed |= {said} if step.what == "failed" else set()
                await asyncio.sleep(_LOOK_S)
        finally:
            self._ended.set()

    def _step(self, monitor: Monitor, now_ns: int) -> Step | None:
        name, shelf = name_of(monitor), self._desk.shelf
        live = shelf.settle(name, now_ns)
        if live is None or monitor.retrain == "never":
            return None
        versions = self._desk.catalogue.versions
        if (tried := versions.pointed_at(name, Alias.SHADOW)) is not None:
            return self._tried(monitor, tried, now_ns)
        candidate = versions.pointed_at(name, Alias.CANDIDATE)
        if candidate is not None and self._desk.catalogue.shadows.run(name, candidate.number) is None:
            return self._trial(candidate, now_ns)
        return self._retrained(monitor, live, now_ns)

    def _retrained(self, monitor: Monitor, live: ModelVersion, now_ns: int) -> Step | None:
        name = name_of(monitor)
        since_ns = self._moved(monitor, now_ns)
        newest_ns = max(one.added_ns for one in self._desk.catalogue.versions.versions(name))
        every = monitor.retrain_every
        by_clock = every is not None and now_ns - newest_ns >= seconds_of(every) * _NS
        by_drift = since_ns is not None and since_ns > live.learned_until_ns and now_ns - newest_ns >= _AGAIN_NS
        if not (by_clock or by_drift) or now_ns - self._failed_ns.get(name, -_AGAIN_NS) < _AGAIN_NS:
            return None
        version = self._trains(monitor, now_ns, since_ns=since_ns)
        said = text(
            "{model}: version {number} was trained and is {outcome}",
            model=name,
            number=version.number,
            outcome=outcome_in_words(outcome_of(version)),
        )
        return Step(name, "retrained", version.number, said)

    def _trial(self, candidate: ModelVersion, now_ns: int) -> Step:
        self._desk.catalogue.shadows.begin(candidate.model, candidate.number, now_ns)
        self._desk.shelf.try_out(candidate, Hand(SETTLED, "", now_ns))
        said = text(
            "{model}: version {number} runs beside the live one now, silently",
            model=candidate.model,
            number=candidate.number,
        )
        return Step(candidate.model, "shadow", candidate.number, said)

    def _tried(self, monitor: Monitor, tried: ModelVersion, now_ns: int) -> Step | None:
        name, wanted_ns = tried.model, seconds_of(monitor.shadow_for) * _NS
        run = self._desk.catalogue.shadows.run(name, tried.number)
        found = self._desk.trial(name, tried, now_ns)
        if run is None or found is None or now_ns - run.begun_ns < wanted_ns:
            return None
        if run.scored_ns < _SOME * wanted_ns:
            if now_ns - run.begun_ns < _PATIENCE * wanted_ns:
                return None
            return self._refused(tried, text("it scored too little of its trial to tell"), now_ns)
        if not found.held:
            return self._refused(tried, told(found), now_ns)
        if monitor.retrain != "automatic" or outcome_of(tried) != "better":
            return None  # a person promotes it; until then it runs on beside the live one
        self._desk.shelf.promote(tried, Hand(SETTLED, str(told(found)), now_ns), by_rule=True)
        said = text("{model}: version {number} is live now: {why}", model=name, number=tried.number, why=told(found))
        return Step(name, "promoted", tried.number, said)

    def _refused(self, tried: ModelVersion, why: Text, now_ns: int) -> Step:
        self._desk.shelf.refuse(tried.model, Hand(SETTLED, str(why), now_ns))
        said = text("{model}: version {number} is not promoted: {why}", model=tried.model, number=tried.number, why=why)
        return Step(tried.model, "refused", tried.number, said)


def told(found: Agreement) -> Text:
    """A trial in one sentence."""
    return text(
        "in {days:.1f} days on trial it would have called {calls} times a week for nothing ({budget} allowed); {both}"
        " alarms as the live one, {only_trial} only it, {only_live} only the live one",
        days=found.weeks * 7,
        calls=rounded(found.calls.value),
        budget=rounded(found.budget_per_week),
        both=found.both,
        only_trial=found.only_trial,
        only_live=found.only_live,
    )


def outcome_in_words(outcome: str | None) -> Text:
    """What a comparison with the live model came to."""
    words = {
        "better": text("better than the live one"),
        "same": text("not shown to be better than the live one"),
        "worse": text("worse than the live one"),
        "not_enough_evidence": text("not to be told apart from the live one: too little evidence"),
    }
    return words.get(outcome or "", text("not compared: there is no live one"))
