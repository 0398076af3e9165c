"""Who may make which version of a model live, and what a plant's models are."""

import contextlib
import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bobae.app import plant_file
from bobae.app.kept import kept_of
from bobae.app.settings import Settings
from bobae.app.watched_places import model_path
from bobae.core import Monitor, Plant, Refused, Text, UnknownName, alarms_per_week, local_time, text
from bobae.evidence.agreement import Agreement, agreement
from bobae.registry import TrustList
from bobae.registry.catalogue import Alias, AliasMove, Catalogue, ModelVersion, Outcome, open_catalogue
from bobae.registry.versions import Hand, Shelf, version_named

FOLDER = "models"
_MOST_ALARMS = 5_000


def name_of(monitor: Monitor) -> str:
    """What the model of a monitor is called, as in its alarms."""
    return f"{monitor.asset}:{monitor.task}"


def shelf_of(folder: Path, settings: Settings, catalogue: Catalogue) -> Shelf:
    """The versions of the models of the plant in `folder`."""
    plant = settings.plant or plant_file.read(folder).plant
    plain = {name_of(monitor): model_path(folder, monitor) for monitor in plant.monitors}
    trust = functools.partial(TrustList.read, settings.home)
    return Shelf(folder / FOLDER, catalogue.versions, lambda name: plain.get(name, folder / FOLDER / "-"), trust=trust)


@dataclass(frozen=True)
class ModelTold:
    """One model of a plant.

    Attributes:
        name: of its monitor.
        versions: all, oldest first.
        aliases: what points at which.
        history: every move of an alias, oldest first.
    """

    name: str
    versions: Sequence[ModelVersion]
    aliases: Mapping[Alias, int]
    history: Sequence[AliasMove]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "aliases": {str(alias): number for alias, number in self.aliases.items()},
            "versions": [version_as_json(version) for version in self.versions],
            "history": [move_as_json(move) for move in self.history],
        }


@dataclass(frozen=True)
class Promotion:
    """What came of somebody's wish to have a version live.

    Attributes:
        version: the version.
        waits_for: how many more persons must want it; 0: it is live.
    """

    version: ModelVersion
    waits_for: int = 0

    @property
    def said(self) -> Text:
        """The same in a sentence."""
        if not self.waits_for:
            return text("version {number} of {model} is live", number=self.version.number, model=self.version.model)
        return text(
            "version {number} of {model} is not live yet: {n} more must want it, by the same command",
            number=self.version.number,
            model=self.version.model,
            n=self.waits_for,
        )


class ModelDesk:
    """What people do with the versions of one plant's models.

    Args:
        folder: of the plant.
        settings: those that hold there.
        catalogue: where versions are kept.
    """

    def __init__(self, folder: Path, settings: Settings, catalogue: Catalogue) -> None:
        self.plant: Plant = settings.plant or plant_file.read(folder).plant
        self.catalogue, self.shelf = catalogue, shelf_of(folder, settings, catalogue)

    def names(self) -> Sequence[str]:
        """Of all models: those that the plant file names, then those that it once did."""
        named = [name_of(monitor) for monitor in self.plant.monitors]
        return [*named, *(name for name in self.catalogue.versions.models() if name not in named)]

    def named(self, written: str) -> str:
        """The model that a person means: its name, or the path of its machine.

        Raises:
            UnknownName: there is none.
        """
        known = self.names()
        if found := next((name for name in known if written in (name, name.rpartition(":")[0])), None):
            return found
        raise UnknownName.among("no model {name!r}; nearest: {nearest}", name=written, known=known)

    def monitor(self, name: str) -> Monitor:
        """The monitor whose model it is.

        Raises:
            UnknownName: the plant file has it no more.
        """
        if found := next((one for one in self.plant.monitors if name_of(one) == name), None):
            return found
        raise UnknownName.among(
            "no monitor {name!r} in the plant file; nearest: {nearest}",
            name=name,
            known=[name_of(one) for one in self.plant.monitors],
        )

    def settle(self, now_ns: int) -> None:
        """Take in the files that lie where models are looked for."""
        for monitor in self.plant.monitors:
            self.shelf.settle(name_of(monitor), now_ns)

    def told(self, name: str) -> ModelTold:
        """One model with its versions and its history."""
        versions = self.catalogue.versions
        return ModelTold(name, versions.versions(name), versions.aliases(name), versions.history(name))

    def trial(self, name: str, version: ModelVersion, now_ns: int) -> Agreement | None:
        """The version's trial beside the live one; None: it has had none."""
        run = self.catalogue.shadows.run(name, version.number)
        if run is None:
            return None
        live, useful = self._live_spans(name, run.begun_ns, now_ns)
        alarms = self.catalogue.shadows.alarms(name, version.number)
        trial = [(one.begun_ns, one.over_ns or now_ns) for one in alarms]
        budget = alarms_per_week(self.monitor(name).alarm_budget)
        return agreement(live, trial, useful=useful, scored_ns=run.scored_ns, budget_per_week=budget)

    def promote(self, name: str, hand: Hand, *, version: str | None = None, anyway: bool = False) -> Promotion:
        """Make a version live: the candidate, or the one that is named.

        Where the plant file has it promoted by several persons, each says so, and the last one makes it live.

        Args:
            name: of the model.
            hand: who, when and why.
            version: its number or the first digits of its digest; None: the candidate.
            anyway: although its comparison does not say that it is better; that is kept with the reason.

        Raises:
            Refused: there is no candidate, it is not shown to be better, or its file was changed.
            UnknownName: there is no such version.
        """
        versions = self.catalogue.versions
        if version is None:
            chosen = versions.pointed_at(name, Alias.CANDIDATE)
            if chosen is None:
                raise Refused("{model} has no candidate; bobae model list shows its versions", model=name)
        else:
            chosen = version_named(versions.versions(name), version)
        compared = chosen.comparison or {}
        was_live = any(move.alias is Alias.LIVE and move.becomes == chosen.number for move in versions.history(name))
        if compared.get("outcome") != "better" and not was_live and not anyway:
            raise Refused(
                "version {number} of {model} is not shown to be better: {why}; --anyway makes it live all the same",
                number=chosen.number,
                model=name,
                why=Text.from_json(compared["said"]) if compared else text("it was not compared with the live one"),
            )
        wanted = next((one.promoted_by for one in self.plant.monitors if name_of(one) == name), 1)
        if wanted > 1 and (more := wanted - len(self.shelf.approve(chosen, hand))) > 0:
            return Promotion(chosen, more)
        return Promotion(self.shelf.promote(chosen, hand))

    def _live_spans(self, name: str, t0_ns: int, now_ns: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The alarms of the live one since then, and those alarms and faults that somebody says were real."""
        live = {
            one.id: (one.row_ns, one.cleared_ns or now_ns)
            for one in self.catalogue.alarms.of_monitor(name, limit=_MOST_ALARMS)
            if (one.cleared_ns or now_ns) >= t0_ns
        }
        said = self.catalogue.feedback.of_alarms(list(live))
        useful = [live[number] for number, one in said.items() if one.outcome is Outcome.USEFUL]
        return list(live.values()), useful


@contextlib.contextmanager
def model_desk(place: Path, settings: Settings, *, now_ns: int | None = None) -> Iterator[ModelDesk]:
    """The models of the plant in `place`, while bobae runs there or not.

    Raises:
        BadInput: no plant file is there.
        Refused, Unreachable: the catalogue cannot be opened.
    """
    kept = kept_of(place)
    folder = plant_file.find(place)
    assert folder is not None
    with open_catalogue(kept) as catalogue:
        desk = ModelDesk(folder.parent, settings, catalogue)
        desk.settle(time.time_ns() if now_ns is None else now_ns)
        yield desk


def version_as_json(version: ModelVersion) -> dict[str, Any]:
    """Plain JSON values in the current language."""
    compared = None if version.comparison is None else dict(version.comparison)
    if compared is not None:
        compared["said"] = str(Text.from_json(compared["said"]))
    times = {name: local_time(getattr(version, f"{name}_ns")).isoformat() for name in ("added", "learned_until")}
    plain = {name: getattr(version, name) for name in ("number", "sha256", "name", "verdict", "origin", "by")}
    return plain | times | {"cut": version.cut, "comparison": compared}


def move_as_json(move: AliasMove) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "time": local_time(move.time_ns).isoformat(),
        "alias": str(move.alias),
        "event": str(move.event),
        "was": move.was,
        "becomes": move.becomes,
        "by": move.by,
        "because": move.because,
    }
