"""Versions of models: taken in, tried, promoted, rolled back; whatever goes wrong, one whole version is live."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.app.plant_of_versions import DAY_NS, NAME, STEP_NS, made_plant

from bobae.app import settings_for
from bobae.app.model_keeping import ModelKeeping
from bobae.app.plant_store import historian_folder
from bobae.app.promoting import ModelDesk, model_desk
from bobae.app.retraining import Limits, Retraining, outcome_of
from bobae.app.training_cut import TrainingCut, rows_of
from bobae.core import BobaeError, Refused
from bobae.registry.catalogue import Alias, ModelVersion, Move, open_catalogue
from bobae.registry.versions import Hand
from bobae.testing.made_machine import START_NS

LEARNED_ROWS, MOVED_AT, ROWS = 2_000, 2_500, 4_000
EARLY_NS, NOW_NS = START_NS + LEARNED_ROWS * STEP_NS, START_NS + ROWS * STEP_NS
KIM = Hand("kim", "the press was overhauled", NOW_NS)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plant whose machine moved after its model had learned, with a better candidate."""
    folder = tmp_path_factory.mktemp("plant")
    made_plant(folder, rows=ROWS, moves_at=MOVED_AT, more="retrain: automatic, shadow_for: 2d")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOBAE_HOME", str(folder / "home"))
        with model_desk(folder, settings_for(folder, language="en"), now_ns=EARLY_NS) as desk:
            retraining = Retraining(folder, settings_for(folder, language="en"), desk.catalogue)
            monitor = desk.plant.monitors[0]
            first = retraining.train(monitor, EARLY_NS)
            desk.shelf.promote(first, replace(KIM, time_ns=EARLY_NS))
            retraining.train(monitor, NOW_NS, since_ns=START_NS + MOVED_AT * STEP_NS)
    return folder


@pytest.fixture
def plant(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOBAE_HOME", str(trained / "home"))
    return Path(shutil.copytree(trained, tmp_path / "plant"))


@pytest.fixture
def desk(plant: Path) -> Iterator[ModelDesk]:
    with model_desk(plant, settings_for(plant, language="en"), now_ns=NOW_NS) as opened:
        yield opened


def plain(folder: Path) -> Path:
    return folder / "models" / "line1-press1-anomaly" / "line1-press1-anomaly.bobae"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def live_of(desk: ModelDesk) -> ModelVersion:
    live = desk.shelf.live(NAME)
    assert live is not None
    return live


def test_after_the_machine_moved_the_candidate_is_better_and_the_rule_promotes_it_after_its_trial(desk: ModelDesk):
    _, candidate = desk.told(NAME).versions
    assert outcome_of(candidate) == "better"
    assert candidate.comparison is not None
    assert candidate.comparison["difference"]["low"] > 0
    keeping = ModelKeeping(desk, lambda *_, **__: pytest.fail("nothing is due"))
    (began,) = keeping.step(NOW_NS)
    assert (began.what, began.version) == ("shadow", 2)
    desk.catalogue.shadows.scored(NAME, 2, NOW_NS + DAY_NS, DAY_NS)
    assert keeping.step(NOW_NS + DAY_NS) == []
    desk.catalogue.shadows.scored(NAME, 2, NOW_NS + 2 * DAY_NS, DAY_NS)
    (promoted,) = keeping.step(NOW_NS + 2 * DAY_NS)
    assert promoted.what == "promoted"
    assert live_of(desk).number == 2
    assert [move.event for move in desk.told(NAME).history if move.alias is Alias.LIVE][-1] is Move.PROMOTED_BY_RULE


def test_a_candidate_that_calls_too_often_in_its_trial_is_refused_and_the_live_one_stays(desk: ModelDesk):
    keeping = ModelKeeping(desk, lambda *_, **__: pytest.fail("nothing is due"))
    keeping.step(NOW_NS)
    for hour in range(0, 48, 4):
        desk.catalogue.shadows.begins(NAME, 2, NOW_NS + hour * DAY_NS // 24, 1.5)
        desk.catalogue.shadows.ends(NAME, 2, NOW_NS + hour * DAY_NS // 24 + 1, 1.5)
    desk.catalogue.shadows.scored(NAME, 2, NOW_NS + 2 * DAY_NS, 2 * DAY_NS)
    (refused,) = keeping.step(NOW_NS + 2 * DAY_NS)
    assert refused.what == "refused"
    assert "2 allowed" in str(refused.said)
    assert live_of(desk).number == 1
    assert desk.told(NAME).aliases == {Alias.LIVE: 1}


def test_the_same_data_gives_the_same_model_which_is_not_promoted(plant: Path, desk: ModelDesk):
    first, _ = desk.told(NAME).versions
    retraining = Retraining(plant, settings_for(plant, language="en"), desk.catalogue)
    again = retraining.train(desk.plant.monitors[0], EARLY_NS)
    assert again.sha256 == first.sha256
    other = retraining.train(desk.plant.monitors[0], EARLY_NS, seed=7)
    assert outcome_of(other) != "better"
    with pytest.raises(Refused, match="not shown to be better"):
        desk.promote(NAME, KIM, version=str(other.number))
    desk.promote(NAME, KIM, version=str(other.number), anyway=True)
    assert live_of(desk).number == other.number
    assert (desk.told(NAME).history[-1].by, desk.told(NAME).history[-1].because) == (KIM.by, KIM.because)


def test_a_new_one_is_trained_by_the_clock_and_a_training_that_failed_is_tried_a_day_later(desk: ModelDesk):
    asked: list[int] = []

    def trains(_: object, now_ns: int, *, since_ns: int | None) -> ModelVersion:
        asked.append(now_ns)
        raise Refused("the disk is full ({since})", since=since_ns)

    monthly = desk.plant.monitors[0].model_copy(update={"retrain_every": "30d"})
    desk.plant = desk.plant.model_copy(update={"monitors": (monthly,)})
    desk.shelf.refuse(NAME, KIM)
    keeping = ModelKeeping(desk, trains)
    days = [29, 30, 30.5, 31.5]
    steps = [keeping.step(NOW_NS + round(day * DAY_NS)) for day in days]
    assert [[step.what for step in done] for done in steps] == [[], ["failed"], [], ["failed"]]
    assert asked == [NOW_NS + 30 * DAY_NS, NOW_NS + round(31.5 * DAY_NS)]
    assert live_of(desk).number == 1


def test_a_training_that_takes_too_long_is_ended_and_nothing_changes(plant: Path, desk: ModelDesk):
    hasty = Retraining(plant, settings_for(plant, language="en"), desk.catalogue, Limits(time_s=0.0))
    with pytest.raises(Refused, match="was ended"):
        hasty.train(desk.plant.monitors[0], NOW_NS)
    assert len(desk.told(NAME).versions) == 2


def test_what_a_version_learned_from_can_be_cut_again(plant: Path, desk: ModelDesk):
    for version in desk.told(NAME).versions:
        assert version.cut is not None
        assert rows_of(plant, TrainingCut.from_json(version.cut)).sha256 == version.cut["dataset_sha256"]


def test_promoted_and_rolled_back_the_file_that_people_see_is_the_live_one(plant: Path, desk: ModelDesk):
    first, second = desk.told(NAME).versions
    desk.promote(NAME, KIM)
    assert digest(plain(plant)) == second.sha256
    assert desk.shelf.rollback(NAME, KIM).number == 1
    assert digest(plain(plant)) == first.sha256
    with pytest.raises(Refused, match="no version before"):
        desk.shelf.rollback(NAME, KIM)


def test_a_file_that_was_put_there_by_hand_becomes_a_version(plant: Path, desk: ModelDesk):
    second = desk.told(NAME).versions[1]
    shutil.copy(desk.shelf.path(second), plain(plant))
    desk.settle(NOW_NS + 1)
    assert live_of(desk).number == 2
    assert desk.told(NAME).history[-1].event is Move.BY_HAND


def test_a_version_whose_file_was_changed_is_refused(plant: Path, desk: ModelDesk):
    path = desk.shelf.path(desk.told(NAME).versions[1])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = digest(plain(plant))
    with pytest.raises(Refused, match="changed since it was kept"):
        desk.promote(NAME, KIM)
    assert live_of(desk).number == 1
    assert digest(plain(plant)) == before


def test_of_two_who_promote_at_once_one_is_told_that_the_other_was_quicker(plant: Path, desk: ModelDesk):
    together, told = threading.Barrier(2), []

    def promote(name: str) -> None:
        with model_desk(plant, settings_for(plant, language="en"), now_ns=NOW_NS) as own:
            together.wait()
            try:
                own.promote(NAME, replace(KIM, by=name), version="2")
                told.append(name)
            except BobaeError:
                pass

    threads = [threading.Thread(target=promote, args=(name,)) for name in ("kim", "lee")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert live_of(desk).number == 2
    promotions = [m for m in desk.told(NAME).history if m.event is Move.PROMOTED and m.alias is Alias.LIVE]
    assert [move.by for move in promotions if move.becomes == 2] == told
    assert len(told) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("dies_at", ["move", "_place", "note_placed"])
def test_killed_in_the_middle_of_a_promotion_the_old_or_the_new_one_is_live(plant: Path, dies_at: str):
    dying = f"""
import os, signal
from pathlib import Path
from bobae.app import settings_for
from bobae.app.promoting import model_desk
from bobae.registry.versions import Hand, Shelf
from bobae.registry.catalogue import VersionStore
folder = Path({str(plant)!r})
with model_desk(folder, settings_for(folder, language="en"), now_ns={NOW_NS}) as desk:
    for one in (Shelf, VersionStore):
        if hasattr(one, {dies_at!r}):
            setattr(one, {dies_at!r}, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    desk.promote({NAME!r}, Hand("kim", "", {NOW_NS}))
"""
    done = subprocess.run([sys.executable, "-c", dying], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    with model_desk(plant, settings_for(plant, language="en"), now_ns=NOW_NS) as desk:
        live = live_of(desk)
        assert live.number == (1 if dies_at == "move" else 2)
        assert digest(plain(plant)) == live.sha256
        assert Move.BY_HAND not in {move.event for move in desk.told(NAME).history}


def test_where_two_persons_must_want_it_one_alone_makes_nothing_live(tmp_path: Path):
    made_plant(tmp_path, rows=1, more="promoted_by: 2")
    settings = settings_for(tmp_path, language="en")
    with open_catalogue(historian_folder(tmp_path)) as catalogue:
        desk = ModelDesk(tmp_path, settings, catalogue)
        for digest in "abc":
            catalogue.versions.add(ModelVersion(NAME, 0, digest * 64, "m", "useful", "retrained", "", 1, 1))
        lee, park = replace(KIM, by="lee"), replace(KIM, by="park")

        def wants(hand: Hand, version: str) -> int:
            return desk.promote(NAME, hand, version=version, anyway=True).waits_for

        assert wants(KIM, "1") == 1
        assert catalogue.versions.aliases(NAME) == {Alias.CANDIDATE: 1}
        with pytest.raises(Refused, match="a different person must say so too"):
            wants(replace(KIM, by=" Kim "), "1")
        assert wants(lee, "2") == 1  # another version: kim does not want that one
        with pytest.raises(Refused, match="is gone"):  # both want it: now its file would be looked at
            wants(park, "2")
        desk.shelf.refuse(NAME, KIM)
        assert wants(lee, "1") == 1  # what was wanted before the trial was ended does not count


def test_a_retired_model_is_live_no_more_until_it_is_promoted_again(desk: ModelDesk):
    desk.shelf.retire(NAME, KIM)
    desk.settle(NOW_NS + 1)
    assert desk.shelf.live(NAME) is None
    assert desk.promote(NAME, KIM, version="1").version.number == 1
    assert live_of(desk).number == 1


def test_a_plain_file_is_version_one_and_live_at_the_first_start(plant: Path, tmp_path: Path, own_home: Path):
    fresh = tmp_path / "fresh"
    made_plant(fresh, rows=10)
    plain(fresh).parent.mkdir(parents=True)
    shutil.copy(plain(plant), plain(fresh))
    for _ in range(2):
        with model_desk(fresh, settings_for(fresh, language="en"), now_ns=NOW_NS) as desk:
            (move,) = desk.told(NAME).history
            assert (move.event, live_of(desk).number) == (Move.TAKEN_IN, 1)
