"""The meter's plant works its shifts, its physics adds up, and its faults show where the truth says."""

import struct
from datetime import UTC, datetime

import numpy as np
import pytest

from bobae.core import BadInput, UnknownName, is_ucum
from bobae.twins.meter import START_NS, TAGS, Fault, Meter, live_part
from bobae.twins.meter.registers import SIZES, registers

HOUR_NS = 3_600_000_000_000
NAMES = [tag.name for tag in TAGS]


def shown(meter: Meter, hours: float, step_s: float = 60.0) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, meter.run(round(hours * 3600 / step_s), step_s=step_s).values.T, strict=True))


@pytest.fixture(scope="module")
def week() -> dict[str, np.ndarray]:
    return shown(Meter(seed=3), 7 * 24)


def test_every_reading_is_within_the_range_of_its_tag(week):
    for tag in TAGS:
        assert tag.low <= week[tag.name].min() <= week[tag.name].max() <= tag.high
        assert is_ucum(tag.unit)


def test_powers_and_currents_add_up(week):
    total = week["power_l1"] + week["power_l2"] + week["power_l3"]
    assert np.allclose(total, week["active_power"])
    watts = week["voltage_l1"] * week["current_l1"] * week["power_factor"]
    assert np.allclose(watts / 1000, week["power_l1"], rtol=0.01)
    apparent = np.hypot(week["active_power"], week["reactive_power"])
    assert np.allclose(week["active_power"] / apparent, week["power_factor"], atol=0.01)


def test_energy_only_grows_and_is_the_sum_of_the_power(week):
    assert (np.diff(week["energy"]) > 0).all()
    assert week["energy"][-1] - week["energy"][0] == pytest.approx(week["active_power"][1:].sum() / 60, rel=1e-9)


def test_the_demand_follows_the_power_and_is_smoother(week):
    assert week["demand"].std() < week["active_power"].std()
    assert week["demand"].mean() == pytest.approx(week["active_power"].mean(), rel=0.01)


def test_the_plant_works_its_shifts(week):
    def mean(day: int, first: int, last: int) -> float:
        return float(week["active_power"][(day * 24 + first) * 60 : (day * 24 + last) * 60].mean())

    working, night = mean(1, 7, 10), mean(1, 0, 5)
    assert working > 6 * night
    assert mean(5, 15, 20) < 2 * night  # Saturday afternoon
    assert mean(6, 7, 20) < 2 * night  # Sunday


def test_a_leak_raises_the_night_and_not_the_sound_week():
    leak = Fault("air_leak", START_NS, START_NS + HOUR_NS, START_NS + 4 * HOUR_NS)
    sound, leaking = shown(Meter(3), 5), shown(Meter(3, faults=(leak,)), 5)
    during, after = slice(60, 239), slice(240, 300)
    assert leaking["active_power"][during].mean() > sound["active_power"][during].mean() + 10
    assert leaking["active_power"][after].tolist() == sound["active_power"][after].tolist()
    assert leak.tags[0] == "active_power"


def test_a_phase_that_burns_away_loses_its_load_slowly_to_the_others():
    begin = START_NS + 8 * HOUR_NS
    meter = Meter(3)
    meter.inject(Fault("phase_imbalance", begin, begin + 4 * HOUR_NS, begin + 5 * HOUR_NS))
    rows = shown(meter, 14)
    imbalance = rows["current_l3"] / (rows["current_l1"] + rows["current_l2"]) * 2
    grown = [imbalance[(8 + h) * 60 : (8 + h) * 60 + 30].mean() for h in range(5)]
    assert grown == sorted(grown, reverse=True)
    assert grown[-1] < 0.75 < 0.95 < imbalance[13 * 60 + 5]
    assert np.allclose(rows["active_power"], shown(Meter(3), 14)["active_power"])
    assert meter.faults[0].tags[0] == "current_l3"


def test_what_does_not_exist_is_told():
    with pytest.raises(UnknownName, match="air_leak"):
        Fault("air_leek", 0, 1, 2)
    with pytest.raises(BadInput, match="900"):
        Meter(0).step(901)


def test_any_step_gives_the_same_plant():
    fine, coarse = Meter(5).run(600, step_s=1), Meter(5).run(10, step_s=60)
    counted = [NAMES.index(name) for name in ("demand", "energy")]
    same = [column for column in range(len(NAMES)) if column not in counted]
    assert fine.values[59::60, same].tolist() == coarse.values[:, same].tolist()
    assert np.allclose(fine.values[59::60, counted], coarse.values[:, counted], rtol=0.1)


def test_a_meter_of_now_has_counted_for_years():
    now_ns = int(datetime(2026, 11, 26, 3, 21, 7, tzinfo=UTC).timestamp()) * 1_000_000_000
    meter, later = Meter.at(now_ns, 0), Meter.at(now_ns + 24 * HOUR_NS, 0)
    assert meter.time_ns == now_ns
    first, last = (one.step().values[0, NAMES.index("energy")] for one in (meter, later))
    assert 2e6 < first < last < first + 5000


def test_registers_hold_what_the_addresses_say():
    row = Meter(1).run(1, step_s=1).values[0]
    memory = {area: [0] * size for area, size in SIZES.items()}
    for area, first, held in registers(row):
        memory[area][first : first + 2] = held
    volts = struct.unpack(">f", struct.pack(">2H", *memory["input"][1::-1]))[0]
    watts = struct.unpack(">i", struct.pack(">2H", *memory["holding"][106:108]))[0]
    counted = struct.unpack(">I", struct.pack(">2H", *memory["holding"][120:122]))[0]
    assert volts == pytest.approx(row[0], rel=1e-6)
    assert watts == round(row[NAMES.index("active_power")] * 1000)
    assert counted == round(row[NAMES.index("energy")] * 10)


def test_its_part_of_a_plant_holds_its_tags_alone():
    part = live_part(port=5020, language="ko")
    assert [path for path, _ in part.tags()] == [f"utilities/power/main_meter.{name}" for name in NAMES]
    assert part.sources["main_meter"].settings == {"url": "tcp://127.0.0.1:5020"}
    assert {tag.source for _, tag in part.tags()} == {"main_meter"}
