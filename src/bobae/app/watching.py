"""Monitors of a plant with the models that answer them: made from sealed models, told in the plant's words."""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Manifest, Monitor, StoreReader, Text
from bobae.monitor import Limits, Points, ShadowWatcher, Watched, Watcher, priority_of
from bobae.registry import SealedModel
from bobae.registry.catalogue import Catalogue
from bobae.serve import LiveModel, Proof

USUAL_NS = 3_600 * 1_000_000_000  # what a signal usually shows is its median over the hour before
_MINUTE_NS = 60 * 1_000_000_000
Explain = Callable[[Sequence[tuple[str, float]]], Text | None]


@dataclass(frozen=True, eq=False)
class Watch:
    """One monitor at work.

    Attributes:
        monitor: its name, in alarms and in the line of models: asset and task.
        asset: path of the machine.
        model: what the model says about itself.
        version: which version of it this is: the first digits of its digest.
        live: the same, scoring row by row.
        watcher: raises its alarms.
        silent: whether it is on trial, so that nobody is called by it.
    """

    monitor: str
    asset: str
    model: Manifest
    version: str
    live: LiveModel
    watcher: Watcher | ShadowWatcher
    silent: bool = False


def on_trial(made: Watch, number: int, *, catalogue: Catalogue, clock: Callable[[], int] = time.time_ns) -> Watch:
    """The same as version `number` on trial: it is scored, and calls nobody."""
    live = made.live
    name = f"{made.monitor} on trial: {number}"
    beside = LiveModel(name, live.tags, live.contract, live.graph, proof=live.proof)
    watcher = ShadowWatcher(made.monitor, number, step_ns=live.step_ns, store=catalogue.shadows, now_ns=clock())
    return Watch(name, made.asset, made.model, made.version, beside, watcher, silent=True)


@dataclass(frozen=True, eq=False)
class Guards:
    """What all who watch a plant ask before they call somebody, looked up once for all of them."""

    points: Points
    limits: Limits

    @classmethod
    def over(cls, catalogue: Catalogue, clock: Callable[[], int]) -> "Guards":
        """Those of one catalogue."""
        return cls(Points(catalogue.points, clock), Limits(catalogue.alarms, catalogue.feedback, clock))


def watch(
    monitor: Monitor,
    sealed: SealedModel,
    *,
    store: StoreReader,
    catalogue: Catalogue,
    guards: Guards,
    explain: Explain | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> Watch:
    """One monitor with its model, which was proved here.

    Raises:
        BadInput: the model needs a tag that the asset does not have, or it foretells instead of watching.
    """
    if sealed.manifest.task != "anomaly":
        raise BadInput(
            "{model} answers the question {task}; on the live line only models that watch (anomaly) are put to work so "
            "far: ask it with bobae score or bobae serve",
            model=sealed.manifest.name,
            task=sealed.manifest.task,
        )
    contract = sealed.manifest.contract
    known = {row.path for row in store.tags()}
    paths = {wanted.name: f"{monitor.asset}.{wanted.name}" for wanted in contract.inputs}
    if lacking := [path for path in paths.values() if path not in known]:
        raise BadInput(
            "{model} needs {tags}, which {asset} does not have; train a model for it, or give it these tags",
            model=sealed.manifest.name,
            tags=", ".join(lacking),
            asset=monitor.asset,
        )
    name = f"{monitor.asset}:{monitor.task}"
    watched = Watched(
        monitor=name,
        asset=monitor.asset,
        model=sealed.manifest.name,
        tags=tuple(paths),
        units=tuple(wanted.unit for wanted in contract.inputs),
        usual=_usual(store, paths),
        explain=explain,
        task=monitor.task,
        priority=priority_of(monitor),
        latching=monitor.latching,
        holding=functools.partial(guards.points.holding, name),
        factor=functools.partial(guards.limits.factor, name),
    )
    proof = Proof(sealed.reference, sealed.manifest.tolerance)
    live = LiveModel(name, list(paths.values()), contract, sealed.graph, proof=proof)
    return Watch(
        name, monitor.asset, sealed.manifest, sealed.sha256[:12], live, Watcher(watched, catalogue.alarms, clock=clock)
    )


def _usual(store: StoreReader, paths: Mapping[str, str]) -> Callable[[Sequence[str], int], Sequence[float]]:
    def before(tags: Sequence[str], time_ns: int) -> Sequence[float]:
        if not tags:
            return []
        frame = store.frame([paths[tag] for tag in tags], time_ns - USUAL_NS, time_ns, _MINUTE_NS)
        seen = frame.values[:, 0]
        return [float(np.median(row[np.isfinite(row)])) if np.isfinite(row).any() else np.nan for row in seen]

    return before
