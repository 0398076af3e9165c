"""The scorer: the process that scores each row as it settles and keeps the alarms; it reads what the keeper keeps."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace

from bobae.app.alarm_keeping import AlarmKeeping
from bobae.app.drift_keeping import DriftKeeping
from bobae.app.drifting import Drifting
from bobae.app.live_models import LiveModels
from bobae.app.model_keeping import keeping
from bobae.app.notifying import Notifying
from bobae.app.plant_store import historian_folder, run_folder
from bobae.app.processes.named import called
from bobae.app.processes.part import Doing, Here
from bobae.app.processes.remote import RemoteKeeper
from bobae.app.rationalising import Rationalising
from bobae.app.scoring import ScoredSoFar, Scoring
from bobae.app.swapping import Swapping
from bobae.app.telemetry import Tracing
from bobae.core import Monitor, text
from bobae.historian import open_store
from bobae.registry.catalogue import open_catalogue

_LOOK_S = 1.0
_LATE_S = 10.0


async def score(here: Here) -> None:
    """Score with the models that are there, and with each of the others from when it is there, until cancelled."""
    root = historian_folder(here.folder)
    keeper, tracing = RemoteKeeper(here.address, follow=True), Tracing("bobae scorer", here.run)
    try:
        with open_catalogue(root) as catalogue, open_store(root) as store:
            so_far = ScoredSoFar(run_folder(here.folder) / "scored.json", here.run)
            scoring = Scoring(store, keeper, so_far=so_far, tracing=tracing)
            here.doing = lambda: _doing(scoring)
            explain = {asset: called(name) for asset, name in here.more["explain"].items()}
            models = LiveModels(here.folder, here.settings, store, catalogue, explain)
            await _watch(here, models, scoring)
    finally:
        keeper.close()
        tracing.close()


async def _watch(here: Here, models: LiveModels, scoring: Scoring) -> None:
    waiting: Sequence[Monitor] = here.plant.monitors
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(AlarmKeeping(here.plant, models.catalogue).run())
        tasks.create_task(Notifying(here.folder, here.plant, models.catalogue).run())
        tasks.create_task(keeping(here.folder, here.settings, models.catalogue).run())
        drifting = Drifting.of(here.folder, here.settings, models.store, models.catalogue, sealed=models.opened)
        tasks.create_task(DriftKeeping(drifting).run())
        tasks.create_task(Rationalising(here.folder, here.settings, models.catalogue).run())
        tasks.create_task(scoring.rule(models.rules))
        while True:
            there = [monitor for monitor in waiting if models.path(monitor).is_file()]
            if there:
                waiting = [monitor for monitor in waiting if monitor not in there]
                swapping = Swapping(models, there)
                made = await asyncio.to_thread(models.watched, there, here.tell)
                tasks.create_task(scoring.watch(made, swapping))
            await asyncio.sleep(_LOOK_S)


def _doing(scoring: Scoring) -> Doing:
    troubles = tuple(scoring.troubles())
    now = Doing(
        figures={"rows": float(scoring.rows)} | ({} if scoring.late_s is None else {"late_s": scoring.late_s}),
        models=tuple(asdict(model) for model in scoring.models()),
        troubles=troubles,
    )
    if troubles:
        step = text("see what it says; the rows are tried again by themselves. bobae doctor DIR looks further")
        return replace(now, state="degraded", reason=troubles[0], next_step=step)
    if not now.models:
        return replace(now, state="idle", reason=text("there is no model to score with yet"))
    if scoring.late_s is not None and scoring.late_s > _LATE_S:
        why = text("rows are scored {s:.0f} s late", s=scoring.late_s)
        step = text("this computer has too much to do: watch fewer machines, or add cores")
        return replace(now, state="degraded", reason=why, next_step=step)
    return now
