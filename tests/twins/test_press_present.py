import csv
from datetime import datetime, timedelta

import numpy as np
import pytest
from ruamel.yaml import YAML

from bobae.app import plant_file
from bobae.core import BadInput, Plant, UnknownName
from bobae.twins.press import (
    KINDS,
    RECIPES,
    START_NS,
    TAGS,
    Fault,
    Mode,
    Press,
    Snapshot,
    history_until,
    likely,
    write_history,
    write_live_plant,
)
from bobae.twins.press.clocked import ClockedPress
from bobae.twins.press.faults import planned
from bobae.twins.press.shifts import Calendar
from bobae.twins.press.tags import NAMES

S_NS = 1_000_000_000
DAY_S = 86_400
NOW_NS = int(datetime.fromisoformat("2027-03-10T11:42:17.25+09:00").timestamp() * 100) * S_NS // 100
# a working morning, a Sunday night, a new year
CAME_AT = [("2027-03-10T11:42:17.25+09:00", 0), ("2026-11-29T23:59:59+09:00", 2), ("2030-01-01T03:00:00+00:00", 3)]


@pytest.fixture(scope="module")
def present():
    return history_until(NOW_NS, seed=1)


@pytest.mark.parametrize(("came_at", "seed"), CAME_AT)
def test_whoever_comes_at_any_hour_finds_the_press_in_production(came_at, seed):
    now_ns = int(datetime.fromisoformat(came_at).timestamp()) * S_NS
    past, snapshot = history_until(now_ns, days=1, seed=seed)
    last_hour, product = past.rows.part(slice(-360, None)), past.rows.product[-1]
    planned_mode, planned_product = Calendar(seed).at(past.calendar_ns[-360:])
    assert (planned_mode == Mode.RUN).all()
    assert (planned_product == product).all()
    assert (last_hour.mode == Mode.RUN).mean() > 0.7
    ahead = ClockedPress(snapshot).until(now_ns + 1_800 * S_NS)
    assert (ahead.mode == Mode.RUN).all()
    assert (ahead.product == product).all()


def test_a_history_that_ends_now_has_its_rows_on_whole_ten_seconds_up_to_now(present):
    past, _ = present
    assert len(past) == 14 * DAY_S // 10
    assert np.all(np.diff(past.rows.time_ns) == 10 * S_NS)
    assert past.rows.time_ns[-1] == NOW_NS // (10 * S_NS) * 10 * S_NS


def test_its_faults_keep_their_places_in_the_presses_calendar_and_the_last_day_has_none(present):
    past, snapshot = present
    inside = [f for f in planned(START_NS, 14, 1) if f.end_ns > past.calendar_ns[0]]
    assert past.faults == tuple(f.shifted(snapshot.ahead_ns) for f in inside)
    assert sum(f.machine for f in past.faults) == 8
    assert max(f.written_off_ns for f in past.faults) < past.rows.time_ns[-1] - DAY_S * S_NS
    shown = past.column("cooler_temperature")
    fan = next(f for f in past.faults if f.kind == "fan_failure")
    assert np.nanmax(shown[past.during(fan)]) > np.nanpercentile(shown[~past.marked()], 99)


def test_the_live_press_goes_on_where_history_ends(present):
    past, snapshot = present
    end_ns = int(snapshot.arrays["time_ns"][0])
    alone = Press(1, faults=planned(START_NS, 14, 1))
    alone.run((end_ns - START_NS) // S_NS - 600, step_s=1)
    rows = alone.run(1_200, step_s=1)
    assert past.rows.values[-60:].tobytes() == rows.values[9:600:10].tobytes()
    live = ClockedPress(snapshot)
    ahead = [live.until(past.rows.time_ns[-1] + k * 60 * S_NS) for k in range(1, 11)]
    assert np.concatenate([r.values for r in ahead]).tobytes() == rows.values[600:].tobytes()
    assert ahead[0].time_ns[0] == past.rows.time_ns[-1] + S_NS


def test_ten_second_rows_of_the_live_press_look_as_those_of_its_history(present):
    past, snapshot = present
    live = ClockedPress(snapshot).until(NOW_NS + 2 * 3_600 * S_NS).part(slice(9, None, 10))
    same = (past.rows.mode == Mode.RUN) & (past.rows.product == live.product[0]) & ~past.marked()
    steady = np.convolve(same, np.ones(30), "valid") == 30  # five minutes after a short stop all has settled
    before, now = np.diff(past.rows.values, axis=0)[28:][steady], np.diff(live.values, axis=0)
    ratio = np.nanstd(now, axis=0) / np.nanstd(before, axis=0)
    assert np.all(np.abs(ratio - 1.0) < 0.15), dict(zip(NAMES, ratio, strict=True))


def test_a_snapshot_comes_back_from_its_file_to_the_last_bit(present, tmp_path):
    fault = Fault("sensor_silent", 1, 2, 3, tag="oil_level")
    _, snapshot = present
    kept = Snapshot(snapshot.seed, snapshot.ahead_ns, {**snapshot.arrays, "logged": np.full(15, np.nan)}, (fault,))
    kept.write(tmp_path / "press.json")
    back = Snapshot.read(tmp_path / "press.json")
    assert (back.seed, back.ahead_ns, back.faults) == (kept.seed, kept.ahead_ns, kept.faults)
    for name, array in kept.arrays.items():
        assert back.arrays[name].dtype == array.dtype
        assert back.arrays[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("broken", ["", "{}", '{"seed": 1, "ahead_ns": 0, "press": 5, "faults": []}'])
def test_a_file_that_is_no_snapshot_is_refused(tmp_path, broken):
    (tmp_path / "press.json").write_text(broken, encoding="utf-8")
    with pytest.raises(BadInput, match=r"press\.json holds no press"):
        Snapshot.read(tmp_path / "press.json")
    with pytest.raises(BadInput, match="no press"):
        Snapshot.read(tmp_path / "absent.json")


def test_a_missed_hour_is_made_up_for_as_if_it_had_been_lived(present):
    _, snapshot = present
    through, late = ClockedPress(snapshot), ClockedPress(snapshot)
    lived = [through.until(NOW_NS + k * S_NS) for k in range(0, 3_600, 100)][-1]
    missed = late.until(NOW_NS + 3_500 * S_NS)
    assert missed.values[-100:].tobytes() == lived.values.tobytes()
    assert late.time_ns == through.time_ns


def test_after_a_week_away_the_press_has_lived_one_day_and_is_at_now(present):
    _, snapshot = present
    live = ClockedPress(snapshot)
    rows = live.until(NOW_NS + 7 * DAY_S * S_NS)
    assert len(rows.time_ns) == DAY_S
    assert rows.time_ns[-1] == live.time_ns == NOW_NS // S_NS * S_NS + 7 * DAY_S * S_NS


def test_a_clock_set_back_does_not_step_the_press(present):
    live = ClockedPress(present[1])
    before = live.time_ns
    assert len(live.until(before - 60 * S_NS).time_ns) == 0
    assert live.time_ns == before


def test_a_fault_begun_twice_is_one_fault_and_lives_on_in_the_snapshot(present):
    live = ClockedPress(present[1])
    fault = live.break_down("lube_blockage", after_s=5, grows_s=30)
    assert fault.start_ns == live.time_ns + 5 * S_NS
    assert fault.full_ns == fault.start_ns + 30 * S_NS
    live.until(live.time_ns + 20 * S_NS)
    again = ClockedPress(live.snapshot())
    assert again.break_down("lube_blockage", after_s=0, grows_s=1) == fault
    with pytest.raises(UnknownName, match="lube_blockage"):
        live.break_down("lube_block", after_s=0, grows_s=1)


def test_files_of_a_history_that_ends_now_end_now_and_leave_a_press_to_go_on(tmp_path):
    written = write_history(tmp_path, days=8, step_s=60, seed=1, language="ko", end_ns=NOW_NS)
    weeks = sorted(written.history.iterdir())
    rows = [list(csv.reader(week.read_text("cp949").splitlines())) for week in weeks]
    assert len(weeks) == 2
    assert rows[0][0][-3:] == ["제품", "운전상태", "고장"]
    last = datetime.fromisoformat(rows[-1][-1][0] + "+09:00")
    assert last.timestamp() * S_NS == NOW_NS // (10 * S_NS) * 10 * S_NS
    assert last - datetime.fromisoformat(rows[0][1][0] + "+09:00") > timedelta(days=7.99)
    assert written.new_day is None
    assert Snapshot.read(written.snapshot).press().time_ns == Snapshot.read(written.snapshot).arrays["time_ns"][0]
    assert all(event.end_ns < NOW_NS for event in written.events)
    named = plant_file.read(written.plant).plant.assets["press_shop/line1/press1"].tags
    assert {tag.address for tag in named.values()} == set(rows[0][0][1:-1])
    assert [*named][-2:] == ["product", "state"]


def test_a_history_that_ends_now_needs_whole_seconds():
    with pytest.raises(BadInput, match=r"whole seconds.*0\.5 s"):
        history_until(NOW_NS, step_s=0.5)


def test_the_live_plant_file_has_every_tag_at_its_node(tmp_path):
    write_live_plant(tmp_path / "plant.yaml", url="opc.tcp://127.0.0.1:4840/press", language="ko")
    written = YAML(typ="safe").load(tmp_path / "plant.yaml")
    assert written["monitors"][0]["asset"] in written["assets"]
    plant = Plant.model_validate({**written, "monitors": ()})
    assert plant.sources["press1"].connector == "opcua"
    assert plant.sources["press1"].settings["url"] == "opc.tcp://127.0.0.1:4840/press"
    tags = plant.assets["press_shop/line1/press1"].tags
    assert list(tags) == [*(tag.name for tag in TAGS), "product", "state"]
    assert all(tag.address == f"ns=2;s=press1.{name}" and tag.source == "press1" for name, tag in tags.items())


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.machine])
def test_the_tags_of_a_fault_name_that_fault_first(name):
    kind = KINDS[name]
    # kinds that show in the very same tags cannot be told apart and share the first places
    first = [other for other in KINDS.values() if other.tags == kind.tags]
    assert kind in likely(kind.tags)[: len(first)]
    assert kind in likely(kind.tags[:1])[:2]


def test_tags_that_no_fault_of_the_machine_shows_in_speak_for_a_sensor():
    assert [kind.machine for kind in likely(["ambient_temperature"])] == [False, False, False]
    assert likely(["die_temperature", "lube_flow"])[0] is KINDS["lube_blockage"]


def test_every_kind_says_what_it_means_and_what_to_look_at_in_both_languages():
    for kind in KINDS.values():
        for said in (kind.what, kind.means, kind.look_at):
            assert said.render("ko") != said.render("en")


def test_every_recipe_is_named_in_both_languages():
    assert all(set(recipe.title) == {"ko", "en"} for recipe in RECIPES)
