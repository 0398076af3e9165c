"""The rationalisation record of each alarm point, written by itself (ISA-18.2-2016 clause 9, IEC 62682 clause 9).

What the standard has a committee fill in, the plant knows: what the alarm means and asks, from plant.yaml; how its
limit was set and proved, from the sealed model; who moved what and why, from the catalogue.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bobae.app.again import every
from bobae.app.promoting import name_of, shelf_of
from bobae.app.ruled import ruled_in
from bobae.app.settings import Settings
from bobae.core import Plant, Response, alarms_per_week
from bobae.monitor import priority_of
from bobae.monitor.notify import is_meant
from bobae.monitor.rules.plan import Ruled
from bobae.registry import show
from bobae.registry.catalogue import AlarmRecord, Alias, AliasMove, Catalogue, ModelVersion

_LOOK_S = 60.0
_CASES, _LESSONS = 1_000, 3


class Rationalising:
    """Writes the records of one plant's alarm points; not for several threads at once.

    Args:
        folder: of the plant.
        settings: those that hold there.
        catalogue: where all is kept.
        clock: ns UTC.
    """

    def __init__(
        self, folder: Path, settings: Settings, catalogue: Catalogue, *, clock: Callable[[], int] = time.time_ns
    ) -> None:
        assert settings.plant is not None
        self._plant: Plant = settings.plant
        self._shelf, self._catalogue, self._clock = shelf_of(folder, settings, catalogue), catalogue, clock
        self._before: Mapping[str, Mapping[str, Any]] = {}
        self._described = lru_cache(maxsize=1_000)(self._model)

    def step(self) -> Sequence[AlarmRecord]:
        """Write what is another record than before; the new revisions.

        Raises:
            Unreachable, Refused: the catalogue does not take it; the next step tries again.
        """
        records = dict(self._records())
        if records == self._before:
            return []
        made = self._catalogue.records.keep(records, self._clock())
        self._before = records
        return made

    async def run(self) -> None:
        """Do so every minute until cancelled; what goes wrong is logged once, until it is over."""
        await every(_LOOK_S, self.step)

    def _records(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        versions = self._catalogue.versions
        live, limits, lessons = versions.all_pointed_at(Alias.LIVE), self._catalogue.feedback.limits(), self._lessons()
        moved = {move.model: move for move in versions.history() if move.alias is Alias.LIVE}
        for monitor in self._plant.monitors:
            name = name_of(monitor)
            record = self._common(monitor, monitor.asset, lessons) | {"kind": "model", "task": monitor.task}
            record |= {"costs": monitor.costs.model_dump(), "currency": self._plant.currency}
            record |= {"budget_per_week": alarms_per_week(monitor.alarm_budget), "retrain": monitor.retrain}
            if (version := live.get(name)) is not None:
                record |= self._described(version.sha256, version.number, name)
            record |= {"promoted": _move(moved.get(name)), "limit": self._limit(name, limits.get(name, 1.0))}
            yield name, record
        for ruled in ruled_in(self._plant):
            yield ruled.point, self._common(ruled.rule, ruled.asset, lessons) | _of_rule(ruled, self._plant)

    def _common(self, asks: Response, asset: str, lessons: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Any]:
        priority = priority_of(asks)
        return {
            "asset": asset,
            "consequence": asks.consequence,
            "respond_within": asks.respond_within,
            "priority": priority,
            "latching": asks.latching,
            "told": [name for name, one in self._plant.notify.items() if is_meant(one, asset, priority)],
            "lessons": lessons.get(asset, []),
        }

    def _lessons(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """What the last cases of each machine were, and what was done then."""
        found: dict[str, list[Mapping[str, str]]] = {}
        for case in self._catalogue.cases.page(limit=_CASES, is_open=False):
            said = found.setdefault(case.asset, [])
            lesson = {"found": case.found, "done": case.done}
            if (case.found or case.done) and lesson not in said and len(said) < _LESSONS:
                said.append(lesson)
        return found

    def _limit(self, name: str, factor: float) -> dict[str, Any]:
        """Where a model's limit stands, times the one that was proved, and why."""
        moves = self._catalogue.feedback.moves(name) if factor != 1.0 else []
        return {"factor": factor, "why": moves[-1].why.as_json() if moves else None}

    def _model(self, sha256: str, number: int, name: str) -> Mapping[str, Any]:
        """What a sealed model says of itself."""
        version: ModelVersion = self._catalogue.versions.version(name, number)
        manifest = show(self._shelf.path(version)).manifest
        return {
            "model": manifest.name,
            "version": number,
            "sha256": sha256,
            "learned_until_ns": version.learned_until_ns,
            "dataset_sha256": manifest.dataset_sha256,
            "verdict": str(manifest.verdict),
            "proved": manifest.scores,
            "inputs": [wanted.name for wanted in manifest.contract.inputs],
            "sampling_s": manifest.contract.sampling_s,
        }


def _move(move: AliasMove | None) -> Mapping[str, Any] | None:
    if move is None:
        return None
    return {"event": str(move.event), "by": move.by, "because": move.because, "time_ns": move.time_ns}


def _of_rule(ruled: Ruled, plant: Plant) -> dict[str, Any]:
    kept = ruled.rule.model_dump(mode="json", exclude_none=True, exclude=set(Response.model_fields))
    condition = {name: kept[name] for name in (*ruled.rule.conditions, "window", "deadband") if name in kept}
    delays = {name: kept[name] for name in ("on_delay", "off_delay", "only_when") if name in kept}
    described = plant.assets[ruled.asset].tags[ruled.rule.tag]
    return {"kind": "rule", "tag": ruled.rule.tag, "unit": described.unit, "condition": condition} | delays
