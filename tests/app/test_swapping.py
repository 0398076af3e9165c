"""A promotion while rows are scored: each row once, the open alarm goes on, the trial calls nobody."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.app.plant_of_versions import ASSET, NAME, STEP_NS, made_plant, moved

from bobae.app import settings_for
from bobae.app.live_models import LiveModels
from bobae.app.plant_store import historian_folder
from bobae.app.promoting import ModelDesk, name_of
from bobae.app.retraining import Retraining
from bobae.app.scoring import SETTLE_NS, Change, Scoring
from bobae.app.swapping import Swapping
from bobae.app.watching import Watch
from bobae.core import Refused, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.registry.catalogue import AlarmState, Alias, AliasMove, Move, open_catalogue
from bobae.registry.versions import Hand
from bobae.testing.made_machine import SENSORS, START_NS, machine

LEARNED, MOVED_AT, ROWS, MORE = 2_000, 2_500, 4_000, 300
NOW_NS = START_NS + ROWS * STEP_NS
PATIENCE_S = 180.0
KIM = Hand("kim", "the press was overhauled", NOW_NS)


class Feed:
    """Rows of the machine that has moved, as they would have come."""

    def __init__(self, store: Store) -> None:
        self._store, self._table = store, machine(ROWS + MORE, seed=1).table
        self._tags = store.writer.tag_ids([TagRow(0, f"{ASSET}.{name}") for name in SENSORS])
        self.at = ROWS

    def give(self, rows: int) -> None:
        for _ in range(rows):
            now = START_NS + STEP_NS * (self.at + 1)
            values = [moved(name, self._table.column(name)[self.at].as_py()) for name in SENSORS]
            times = np.full(len(SENSORS), now)
            self._store.writer.append(Samples.of(self._tags, times, values, receipt_ns=times)).durable.result(60)
            self.at += 1

    @property
    def committed_ns(self) -> int:
        """Up to when everything is there, by the feed's own clock."""
        return START_NS + self.at * STEP_NS + SETTLE_NS

    def clock(self) -> int:
        return self.committed_ns - 2_000_000_000  # what waits for a second to pass need not


class Looks(Swapping):
    """Keeps how many rows were scored when it last looked: what is told after that look waits for the next row."""

    def __init__(self, models: LiveModels, desk: ModelDesk, scoring: Scoring) -> None:
        super().__init__(models, desk.plant.monitors, look_s=0)
        self._scoring, self.at_row = scoring, -1

    def changes(self, watches: Sequence[Watch]) -> Change | None:
        found = super().changes(watches)
        self.at_row = self._scoring.rows
        return found


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.01)


def test_a_promotion_loses_no_row_scores_none_twice_and_goes_on_with_the_open_alarm(tmp_path: Path) -> None:
    made_plant(tmp_path, rows=ROWS, moves_at=MOVED_AT)
    root, settings = historian_folder(tmp_path), settings_for(tmp_path, language="en")
    with open_catalogue(root) as catalogue:
        desk = ModelDesk(tmp_path, settings, catalogue)
        retraining, (monitor,) = Retraining(tmp_path, settings, catalogue), desk.plant.monitors
        desk.shelf.promote(retraining.train(monitor, START_NS + LEARNED * STEP_NS), replace(KIM, time_ns=1))
        better = retraining.train(monitor, NOW_NS, since_ns=START_NS + MOVED_AT * STEP_NS)
        with open_store(root, write=True, commit_s=0.001) as store:
            feed = Feed(store)
            models = LiveModels(tmp_path, settings, store, catalogue, clock=feed.clock)
            scoring = Scoring(store, feed, clock=feed.clock)

            async def live() -> None:
                watches = models.watched(desk.plant.monitors, lambda *_: None)
                looks = Looks(models, desk, scoring)
                task = asyncio.create_task(scoring.watch(watches, looks))
                await until(lambda: bool(scoring.models()))
                feed.give(20)
                await until(lambda: looks.at_row == 20)
                (alarm,) = catalogue.alarms.page(limit=10)
                assert alarm.state is AlarmState.UNACKNOWLEDGED
                assert [model.version for model in scoring.models()] == [desk.told(NAME).versions[0].sha256[:12]]

                desk.shelf.try_out(better, KIM)
                feed.give(1)  # after it, the one on trial is there
                await until(lambda: catalogue.shadows.run(NAME, better.number) is not None)
                feed.give(10)
                await until(lambda: looks.at_row == 41)
                assert len(scoring.models()) == 1
                desk.promote(NAME, KIM)
                feed.give(1)  # after it, the new one is live and the trial is over
                await until(lambda: [m.version for m in scoring.models()] == [better.sha256[:12]])
                begun = scoring.rows
                feed.give(20)
                await until(lambda: scoring.rows >= begun + 20)
                feed.give(1)
                await until(lambda: scoring.rows >= begun + 21)
                assert scoring.rows == begun + 21
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

            asyncio.run(live())
            (after,) = catalogue.alarms.page(limit=10)
            assert after.state is AlarmState.RETURNED  # the new one went on with it, and sees nothing wrong
            run = catalogue.shadows.run(NAME, better.number)
            assert run is not None
            assert run.scored_ns >= 10 * STEP_NS
            assert catalogue.shadows.alarms(NAME, better.number) == []


def test_a_retired_model_that_is_promoted_again_is_watched_again_without_a_restart(tmp_path: Path) -> None:
    made_plant(tmp_path, rows=ROWS)
    root, settings = historian_folder(tmp_path), settings_for(tmp_path, language="en")
    with open_catalogue(root) as catalogue:
        desk = ModelDesk(tmp_path, settings, catalogue)
        (monitor,) = desk.plant.monitors
        first = Retraining(tmp_path, settings, catalogue).train(monitor, START_NS + LEARNED * STEP_NS)
        desk.shelf.promote(first, replace(KIM, time_ns=1))
        desk.shelf.retire(NAME, KIM)
        with open_store(root, write=True, commit_s=0.001) as store:
            feed = Feed(store)
            models = LiveModels(tmp_path, settings, store, catalogue, clock=feed.clock)
            scoring = Scoring(store, feed, clock=feed.clock)

            async def live() -> None:
                looks = Looks(models, desk, scoring)
                watches = models.watched(desk.plant.monitors, lambda *_: None)
                assert watches == []
                task = asyncio.create_task(scoring.watch(watches, looks))
                await until(lambda: looks.at_row == 0)
                desk.promote(NAME, KIM, version="1")
                feed.give(1)  # after it, it is there again
                await until(lambda: bool(scoring.models()))
                feed.give(10)
                await until(lambda: scoring.rows == 10)
                desk.shelf.retire(NAME, KIM)
                feed.give(1)
                await until(lambda: not scoring.models())
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

            asyncio.run(live())


def test_a_model_that_cannot_come_holds_up_no_other(tmp_path: Path) -> None:
    made_plant(tmp_path, rows=ROWS)
    root, settings = historian_folder(tmp_path), settings_for(tmp_path, language="en")
    with open_catalogue(root) as catalogue:
        desk = ModelDesk(tmp_path, settings, catalogue)
        (monitor,) = desk.plant.monitors
        retraining = Retraining(tmp_path, settings, catalogue)
        first, second = (retraining.train(monitor, START_NS + rows * STEP_NS) for rows in (LEARNED, LEARNED + 300))
        desk.shelf.promote(first, replace(KIM, time_ns=1))
        with open_store(root) as store:
            models = LiveModels(tmp_path, settings, store, catalogue)
            (watch,) = models.watched([monitor], lambda *_: None)
            gone = monitor.model_copy(update={"asset": "line1/gone"})
            catalogue.versions.add(replace(first, model=name_of(gone)))
            swapping = Swapping(models, [gone, monitor], look_s=0)
            assert swapping.changes([watch]) is None
            desk.shelf.promote(second, replace(KIM, time_ns=2))
            point = AliasMove(0, name_of(gone), Alias.LIVE, None, 1, 3, Move.PROMOTED, "kim", "its file is gone")
            catalogue.versions.move([point])
            change = swapping.changes([watch])
            assert change is not None
            assert ([one.version for one in change.new], list(change.gone)) == ([second.sha256[:12]], [NAME])
            for _ in range(2):  # it goes on being told, and the live one stays
                with pytest.raises(Refused, match="changed since it was kept, or is gone"):
                    swapping.changes(change.new)
