"""Scoring goes on where a process that died was: no row is left out, none is scored twice, alarms go on."""

import asyncio
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bobae.app import discovery, settings_for
from bobae.app.live_models import LiveModels
from bobae.app.plant_store import historian_folder
from bobae.app.scoring import SETTLE_NS, ScoredSoFar, Scoring
from bobae.core import Samples, TagRow
from bobae.historian import Store, open_store
from bobae.registry import own_key, seal
from bobae.registry.catalogue import open_catalogue
from bobae.testing.made_machine import FAULT_TAG, SENSORS, machine
from bobae.train.train import train

STEP_NS = 200_000_000
ASSET = "line1/press1"
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plant folder with a model of its machine."""
    folder = tmp_path_factory.mktemp("plant")
    tags = ", ".join(f"{name}: {{}}" for name in (*SENSORS, "product"))
    lines = [
        "plant: small",
        f"assets: {{{ASSET}: {{tags: {{{tags}}}}}}}",
        f"monitors: [{{asset: {ASSET}, model: m.bobae}}]",
    ]
    (folder / "plant.yaml").write_text("\n".join(lines), "utf-8")
    learner, data = discovery.learner_for("anomaly"), machine(3_000, seed=1)
    candidate = train(data, learner, alarm_budget=1.0, costs={}, currency="KRW", log=None, seed=0, name="p").candidate
    assert candidate is not None
    contract = candidate.manifest.contract.model_copy(update={"sampling_s": STEP_NS / 1e9, "max_gap_s": 2.0})
    manifest = candidate.manifest.model_copy(update={"contract": contract})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOBAE_HOME", str(folder / "home"))
        key = own_key(folder / "home", name="here", today=date(2026, 1, 5))
        seal(replace(candidate, manifest=manifest), folder / "m.bobae", key=key)
    return folder


class Feed:
    """Rows of the machine as they would have come, each at its own time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = machine(5_000, seed=2).table.to_pylist()
        self._tags = store.writer.tag_ids([TagRow(0, f"{ASSET}.{name}") for name in (*SENSORS, "product")])
        self.begin_ns = (time.time_ns() - 3_000 * STEP_NS) // STEP_NS * STEP_NS
        self.at = 0

    def give(self, rows: int, *, broken: bool = False) -> None:
        for row in self._rows[self.at : self.at + rows]:
            self.at += 1
            now = self.begin_ns + self.at * STEP_NS
            values = [row[name] + 0.8 * (broken and name == FAULT_TAG) for name in SENSORS]
            texts = [*[None] * len(values), row["product"]]
            samples = Samples.of(
                self._tags, np.full(len(texts), now), [*values, np.nan], receipt_ns=np.full(len(texts), now), text=texts
            )
            self._store.writer.append(samples)
        self._store.writer.append(Samples.of([], [], [])).durable.result(60)

    @property
    def committed_ns(self) -> int:
        """Up to when everything is there, by the feed's own clock."""
        return self.begin_ns + self.at * STEP_NS + SETTLE_NS

    def clock(self) -> int:
        return self.committed_ns - 2_000_000_000  # what waits for a second to pass need not


async def scored(scoring: Scoring, models: LiveModels, until_rows: int) -> None:
    """Score until so many rows are, then die."""
    watches = models.watched(models.settings.plant.monitors, lambda *_: None)  # type: ignore[union-attr]
    task = asyncio.create_task(scoring.watch(watches))
    async with asyncio.timeout(PATIENCE_S):
        while scoring.rows < until_rows and not task.done():
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_scorer_that_died_goes_on_where_it_was_and_its_alarm_is_one(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOBAE_HOME", str(plant / "home"))
    root, settings = historian_folder(tmp_path), settings_for(plant, language="en")
    with open_store(root, write=True, commit_s=0.001) as store, open_catalogue(root) as catalogue:
        feed, models = Feed(store), LiveModels(plant, settings, store, catalogue)
        kept = tmp_path / "scored.json"
        feed.give(100)
        first = Scoring(store, feed, so_far=ScoredSoFar(kept, "run"), clock=feed.clock)
        from_row = feed.at

        async def live_and_die() -> None:
            task = asyncio.create_task(scored(first, models, 20))
            while not first.models() and not task.done():
                await asyncio.sleep(0.01)
            feed.give(20)
            await task

        asyncio.run(live_and_die())
        assert first.rows == 20
        feed.give(150, broken=True)  # while nobody scores
        second = Scoring(store, feed, so_far=ScoredSoFar(kept, "run"), clock=feed.clock)
        asyncio.run(scored(second, models, 150))
        assert first.rows + second.rows == feed.at - from_row
        (alarm,) = catalogue.alarms.page(limit=10)
        assert alarm.row_ns > feed.begin_ns + (from_row + 20) * STEP_NS  # in a row that nobody had scored in time
        assert ScoredSoFar(kept, "another run").read() == {}


def test_what_was_kept_half_is_as_if_nothing_had_been(tmp_path: Path) -> None:
    kept = ScoredSoFar(tmp_path / "scored.json", "run")
    assert kept.read() == {}
    kept.keep({"a:anomaly": 7})
    assert kept.read() == {"a:anomaly": 7}
    (tmp_path / "scored.json").write_text('{"run": "r', "utf-8")
    assert kept.read() == {}
