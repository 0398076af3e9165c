"""What is proposed for address spaces as plants have them: share of assets, tag names and units that are right."""

from collections import Counter
from collections.abc import Sequence

import pytest
from tests.app.address_spaces import WORKED_ON, WRITTEN_LATER, Space

from bobae.app.proposing import Proposal, propose
from bobae.core import Offered, Plant, speaking

# a change of the rules that mends one list may spoil another a little; pytest -s prints where it stands
LEAST = {"asset": 0.95, "name": 0.95, "unit": 0.95, "left out": 0.98, "class": 0.95}


def shares(spaces: Sequence[Space]) -> dict[str, float]:
    """The share of the answers that are right, by what was asked; and of the units, how many are wrong, not missing."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()

    def note(what: str, is_right: bool) -> None:
        asked[what] += 1
        right[what] += is_right

    for space in spaces:
        made = propose(space.offered, space.name)
        got = {tag.offered.path: (a.path, tag.name, tag.unit) for a in made.assets for tag in a.tags}
        for path, answer in space.answers.items():
            note("left out", (answer is None) == (path not in got))
            if answer is not None and path in got:
                for what, is_right in zip(("asset", "name", "unit"), answer, strict=True):
                    note(what, got[path][("asset", "name", "unit").index(what)] == is_right)
                note("wrong unit", got[path][2] not in (None, answer[2]))
        classes = {asset.path: asset.class_ for asset in made.assets}
        for alike in space.classes:
            note("class", len({classes.get(path, path) for path in alike}) == 1)
    return {what: right[what] / asked[what] for what in asked}


@pytest.mark.parametrize(("kind", "spaces"), [("worked on", WORKED_ON), ("written later", WRITTEN_LATER)])
def test_most_of_what_is_proposed_is_what_an_engineer_would_write(kind: str, spaces: Sequence[Space]) -> None:
    found = shares(spaces)
    names = sum(len(space.offered) for space in spaces)
    print(f"{kind}, {len(spaces)} sources, {names} names:", {what: round(share, 3) for what, share in found.items()})
    assert found["wrong unit"] == 0
    assert {what: share for what, share in found.items() if share < LEAST.get(what, 0)} == {}


@pytest.mark.parametrize("space", [*WORKED_ON, *WRITTEN_LATER], ids=lambda space: space.name)
def test_nothing_is_lost_and_all_that_is_proposed_can_stand_in_a_plant_file(space: Space) -> None:
    made = propose(space.offered, space.name)
    proposed = [tag.offered.address for asset in made.assets for tag in asset.tags]
    left_out = [one.offered.address for one in made.left_out]
    assert Counter(proposed + left_out) == Counter(one.address for one in space.offered)
    plant = plant_of(made, space.name)
    assert len(plant.tags()) == len({path for path, _ in plant.tags()}) == len(proposed)


def plant_of(made: Proposal, source: str) -> Plant:
    assets = {
        a.path: {
            "class": a.class_,
            "tags": {t.name: {"unit": t.unit, "source": source, "address": t.offered.address} for t in a.tags},
        }
        for a in made.assets
    }
    return Plant.model_validate({"plant": "x", "assets": assets, "sources": {source: {"connector": "opcua"}}})


def offered(*paths: str, kind: str | None = "number") -> list[Offered]:
    return [Offered(f"ns=2;s={path}", path, kind) for path in paths]


def test_what_is_in_the_plant_already_is_left_as_it_is_and_what_is_gone_is_told() -> None:
    before = propose(offered("Press1/Oil_temp", "Press1/Flow", "Press1/Gone"), "plc")
    plant = plant_of(before, "plc")
    moved = plant.assets["press1"].tags.pop("oil_temp")
    plant.assets["press1"].tags["작동유온도"] = moved  # a person called it so
    now = offered("Press1/Oil_temp", "Press1/Flow", "Press1/Speed", "Press2/Flow", "Press2/Speed", "Press2/Oil_temp")
    again = propose(now, "plc", plant=plant)
    assert [(a.path, [t.name for t in a.tags]) for a in again.assets] == [
        ("press1", ["speed"]),
        ("press2", ["flow", "speed", "oil_temp"]),
    ]
    assert again.known == 2
    assert again.vanished == ("press1.gone",)
    assert not again.left_out


def test_what_is_new_goes_where_a_person_has_put_its_machine() -> None:
    names = ["PRS1_OIL_TEMP_C", "PRS1_HYD_PRESS_BAR", "PRS2_OIL_TEMP_C", "PRS2_HYD_PRESS_BAR"]
    plant = plant_of(propose(offered(*names), "plc"), "plc")
    moved = {"hall/큰프레스": plant.assets["prs1"], "prs2": plant.assets["prs2"]}
    plant = plant.model_copy(update={"assets": moved})
    made = propose(offered(*names, "PRS1_RUN", "PRS3_RUN"), "plc", plant=plant, below="elsewhere")
    placed = {a.path: [t.name for t in a.tags] for a in made.assets}
    assert placed == {"hall/큰프레스": ["run"], "elsewhere/plc": ["prs3_run"]}


def test_a_machine_like_one_that_is_there_gets_its_class() -> None:
    names = [f"S{i}_speed" for i in range(5)]
    plant = plant_of(propose(offered(*(f"Press1/{name}" for name in names)), "plc"), "plc")
    plant = plant.model_copy(update={"assets": {"a": plant.assets["press1"].model_copy(update={"class_": "big"})}})
    made = propose(offered(*(f"Press7/{name}" for name in names)), "other", plant=plant)
    assert [(a.path, a.class_) for a in made.assets] == [("press7", "big")]


def test_equal_names_are_told_apart_and_a_name_in_use_is_not_taken() -> None:
    made = propose(offered("Press1/Inputs/Valve", "Press1/Outputs/Valve", "Press1/Power_kW", "Press1/Power_kVA"), "plc")
    assert [t.name for t in made.assets[0].tags] == ["inputs_valve", "outputs_valve", "power_kw", "power_kva"]
    plant = plant_of(propose([Offered("1", "Press1/Flow", "number")], "old"), "old")
    again = propose(offered("Press1/Flow"), "new", plant=plant)
    assert [t.name for t in again.assets[0].tags] == ["flow_2"]


def test_the_same_address_is_proposed_once() -> None:
    made = propose([*offered("Press1/Flow"), *offered("Press1/Flow")], "plc")
    assert (made.tags, [str(one.why) for one in made.left_out]) == (1, ["the same address stands here twice"])


def test_a_place_that_a_person_says_stands_above_and_paths_never_get_too_deep() -> None:
    made = propose(offered("Line1/Press1/Flow", "Line2/Press1/Flow"), "plc", below="press_shop")
    assert [a.path for a in made.assets] == ["press_shop/line1/press1", "press_shop/line2/press1"]
    deep = propose(offered("Hall1/Line1/Cell1/Robot1/Flow", "Hall2/Line1/Cell1/Robot1/Flow"), "plc", below="a/b")
    assert [a.path for a in deep.assets] == ["a/b/hall1_line1_cell1/robot1", "a/b/hall2_line1_cell1/robot1"]


def test_only_what_is_asked_for_is_proposed_and_the_rest_is_told() -> None:
    made = propose(offered("Press1/Flow", "Oven1/Temp"), "plc", wanted=["press1"])
    assert [a.path for a in made.assets] == ["press1"]
    assert [one.offered.path for one in made.left_out] == ["Oven1/Temp"]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Temp (min)", None),
        ("Pump (A)", "A"),  # nobody writes a pump's letter so
        ("Phase (C)", None),
        ("PUMP_SEC", None),
        ("VALVE_KV", None),
        ("SPEED_PPM", None),
        ("O2_PPM", "[ppm]"),
        ("LaserPower_mW", "mW"),
        ("POWER_MW", "MW"),
        ("LeakCurrent_uA", None),
        ("StreamA", None),
        ("AlarmH", None),
        ("TotalPowerkW", "kW"),
        ("CLAMP_T", None),
        ("PUBLISH_RATE_MS", None),
        ("POS_MIN", None),
        ("PHASE_A", None),
        ("SupplyTemp_C", "Cel"),
        ("Spannung_V", None),
        ("HV_kV", "kV"),
    ],
)
def test_a_unit_that_is_not_certain_is_left_to_a_person(name: str, unit: str | None) -> None:
    assert [tag.unit for a in propose(offered(f"Press1/{name}"), "plc").assets for tag in a.tags] == [unit]


def test_what_a_device_calls_c_is_a_temperature_only_where_its_name_says_so() -> None:
    found = [Offered("1", "Press1/OilTemp", "number", "C"), Offered("2", "Press1/Charge", "number", "C")]
    assert [tag.unit for tag in propose(found, "plc").assets[0].tags] == ["Cel", None]


def test_a_letter_that_counts_is_no_unit() -> None:
    made = propose(offered("Press1/CUR_A", "Press1/CUR_B", "Press1/CUR_C", "Press1/MTR_CUR_A"), "plc")
    assert [(t.name, t.unit) for t in made.assets[0].tags] == [
        ("cur_a", None),
        ("cur_b", None),
        ("cur_c", None),
        ("mtr_cur", "A"),
    ]


def test_stations_that_are_counted_in_tens_are_machines() -> None:
    made = propose(offered("Line1/ST10/Torque", "Line1/ST20/Torque", "Line1/OP100/Force"), "plc")
    assert [a.path for a in made.assets] == ["line1/st10", "line1/st20", "line1/op100"]


def test_a_range_that_cannot_be_is_not_taken_over() -> None:
    made = propose([Offered("1", "Press1/Flow", "number", "bar", (0, 0)), Offered("2", "Press1/P", "number")], "plc")
    assert [tag.range for tag in made.assets[0].tags] == [None, None]


def test_how_sure_a_place_is_and_why_is_told() -> None:
    made = propose(offered("Line1/Press1/Flow", "Thing/Flow", "Speed"), "plc")
    assert {a.path: a.sure for a in made.assets} == {"line1/press1": "sure", "thing": "guess", "plc": "guess"}
    with speaking("ko"):
        assert all(str(a.because) != a.because.template for a in made.assets)


def test_a_number_is_no_name_but_all_else_is() -> None:
    nameless = offered("40001", "1/holding/7", "1/coil/0")
    made = propose([*nameless, Offered("x", "", "number"), Offered("y", "///", "flag"), *offered("Zones/1")], "m")
    assert [one.offered.path for one in made.left_out] == [one.path for one in nameless]
    assert "manual" in str(made.left_out[0].why)
    assert made.tags == len(plant_of(made, "m").tags()) == 3


def test_a_variable_that_can_be_had_in_two_ways_is_proposed_in_the_better_one() -> None:
    found = offered("state", "status/Pressure", "trace/Pressure", "status/Clock", "event/Begun/LotID", "event/Begun")
    made = propose(found, "etch1", ways=["trace", "status", "event"])
    assert {t.name: t.offered.address for a in made.assets for t in a.tags} == {
        "state": "ns=2;s=state",
        "pressure": "ns=2;s=trace/Pressure",
        "clock": "ns=2;s=status/Clock",
        "begun_lot_id": "ns=2;s=event/Begun/LotID",
        "begun": "ns=2;s=event/Begun",
    }
    assert [a.path for a in made.assets] == ["etch1"]
    assert [one.offered.address for one in made.left_out] == ["ns=2;s=status/Pressure"]
    plant = plant_of(made, "etch1")
    assert propose(found, "etch1", plant=plant, ways=["status", "trace", "event"]).tags == 0
