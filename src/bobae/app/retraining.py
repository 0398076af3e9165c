"""A candidate: trained on what was known at a time, held against the live model, kept as a version."""

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bobae.app.promoting import name_of, shelf_of
from bobae.app.settings import Settings
from bobae.app.training_cut import cut_as_of
from bobae.core import BadInput, Monitor, NotEnoughEvidence, Refused, Text, UnknownName, alarms_per_week
from bobae.registry.catalogue import Catalogue, ModelVersion, Outcome
from bobae.registry.versions import SETTLED, Hand, Shelf
from bobae.train.known import LoggedFault

_GB = 1_000_000_000
_LOOK_S = 0.5
_MODULE = "bobae.app.retraining_child"
_ERRORS = {error.__name__: error for error in (BadInput, NotEnoughEvidence, Refused, UnknownName)}
_AT_ONCE = 500


@dataclass(frozen=True)
class Limits:
    """What a training may take: seconds by the clock, and memory of its own (Linux; elsewhere it is not limited)."""

    time_s: float = 3600.0
    memory_bytes: int = 4 * _GB


@dataclass(frozen=True, eq=False)
class Retraining:
    """Trains candidates for the monitors of one plant.

    Attributes:
        folder: of the plant.
        settings: those that hold there.
        catalogue: where versions are kept.
        limits: of each training.
        ended: once it is set, a training that runs is ended.
    """

    folder: Path
    settings: Settings
    catalogue: Catalogue
    limits: Limits = Limits()
    ended: threading.Event = field(default_factory=threading.Event)

    def train(
        self,
        monitor: Monitor,
        now_ns: int,
        *,
        since_ns: int | None = None,
        faults: Sequence[LoggedFault] | None = None,
        by: str = SETTLED,
        seed: int = 0,
    ) -> ModelVersion:
        """One version more, made from what was known at `now_ns`; it is proposed if it is better than the live one.

        Args:
            monitor: whose model.
            now_ns: ns UTC.
            since_ns: learn only from what is later; None: from all.
            faults: those that are known; None: what people said of alarms, if they said anything.
            by: who asks for it.
            seed: of everything random.

        Raises:
            BadInput, NotEnoughEvidence: there is too little to learn from.
            Refused: it took more than its limits, or the disk does not take it.
        """
        shelf = shelf_of(self.folder, self.settings, self.catalogue)
        name = name_of(monitor)
        live = shelf.settle(name, now_ns)
        cut = cut_as_of(self.folder, monitor.asset, now_ns, since_ns=since_ns)
        known = faults_told(self.catalogue, monitor.asset, now_ns) if faults is None else tuple(faults)
        with tempfile.TemporaryDirectory(prefix="bobae-retrain-") as place:
            out = Path(place) / f"{name.replace('/', '-').replace(':', '-')}.bobae"
            asked = {
                "plant": str(self.folder.resolve()),
                "cut": cut.as_json(),
                "home": str(self.settings.home.resolve()),
                "out": str(out),
                "name": out.stem,
                "task": monitor.task,
                "seed": seed,
                "budget": alarms_per_week(monitor.alarm_budget),
                "costs": {cost: value for cost, value in monitor.costs.model_dump().items() if value > 0},
                "currency": self.settings.currency,
                "faults": [list(asdict(fault).values()) for fault in known] or None,
                "live": None if live is None else str(shelf.sealed_path(live).resolve()),
                "time_s": self.limits.time_s,
                "live_learned_until_ns": 0 if live is None else live.learned_until_ns,
                "memory_bytes": self.limits.memory_bytes,
            }
            told = _done_in_child(asked, self.limits.time_s, self.ended)
            kept = cut.as_json() | {
                "dataset_sha256": told["dataset_sha256"],
                "seed": seed,
                "faults": asked["faults"],
            }
            said = ModelVersion(
                name,
                0,
                "",
                "",
                "",
                origin="retrained",
                by=by,
                added_ns=now_ns,
                learned_until_ns=told["learned_until_ns"],
                cut=kept,
                comparison=told["comparison"],
            )
            version = shelf.keep(out, said)
        self._propose(shelf, version, live, Hand(by, "", now_ns))
        return version

    def _propose(self, shelf: Shelf, version: ModelVersion, live: ModelVersion | None, hand: Hand) -> None:
        if outcome_of(version) == "better" and (live is None or version.number != live.number):
            shelf.propose(version, hand)


def outcome_of(version: ModelVersion) -> str | None:
    """What its comparison with the live one came to; None: it was not compared."""
    return None if version.comparison is None else str(version.comparison["outcome"])


def faults_told(catalogue: Catalogue, asset: str, now_ns: int) -> tuple[LoggedFault, ...]:
    """The faults that people told of by then: alarms that they found useful, and those that no alarm told of."""
    found, newest = {}, 0
    while said := catalogue.feedback.after(newest, limit=_AT_ONCE):
        newest = said[-1].id
        for one in said:
            if one.asset == asset and one.time_ns <= now_ns:
                found[one.alarm or f"missed {one.id}"] = one  # the newest word counts
    faults = [
        LoggedFault(one.from_ns, max(one.from_ns, one.to_ns), one.comment, "")
        for one in found.values()
        if one.outcome in (Outcome.USEFUL, Outcome.MISSED)
    ]
    return tuple(sorted(faults, key=lambda fault: fault.start_ns))


def _done_in_child(asked: Mapping[str, Any], time_s: float, ended: threading.Event) -> Mapping[str, Any]:
    until_s, said, errors = time.monotonic() + time_s, "", ""
    with tempfile.TemporaryFile("w+") as asks:  # a pipe would have to be filled while the answer is waited for
        json.dump(asked, asks)
        asks.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", _MODULE], stdin=asks, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                said, errors = child.communicate(timeout=_LOOK_S)
                break
            if ended.is_set():
                raise Refused("the training was ended, since bobae stops")
            if time.monotonic() > until_s:
                raise Refused("the training took more than {s:.0f} s and was ended", s=time_s)
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    told: Mapping[str, Any] | None = None
    with contextlib.suppress(ValueError):
        told = json.loads(said)
    if told is None:
        last = (errors.strip().splitlines() or ["-"])[-1]
        raise Refused("the training ended without a result, such as for want of memory: {why}", why=last)
    if "error" in told:
        raise _ERRORS.get(told["error"], Refused)("{why}", why=Text.from_json(told["text"]))
    return told
