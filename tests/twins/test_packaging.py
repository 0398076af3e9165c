"""The packaging line: its states, its counters, and the faults that it can have."""

import numpy as np
import pytest

from bobae.core import BadInput, is_ucum
from bobae.twins.packaging import KINDS, NAMES, STATES, TAGS, Fault, Packer, State, live_part
from bobae.twins.packaging.packer import IN_CASE
from bobae.twins.packaging.tags import T
from bobae.twins.stepped import NS

DAY_S = 86_400


@pytest.fixture(scope="module")
def day():
    return Packer(seed=1).run(DAY_S // 10, step_s=10.0)


def test_it_runs_most_of_the_time_and_stops_in_every_way(day):
    share = np.bincount(day.state, minlength=len(State)) / len(day.state)
    assert 0.8 < share[State.EXECUTE] < 0.98
    assert (share > 0).all()


def test_every_reading_is_within_its_range_and_every_unit_is_ucum(day):
    assert (day.values >= 0).all()
    assert (day.values <= [tag.high for tag in TAGS]).all()
    assert all(is_ucum(tag.unit) for tag in TAGS)
    assert {len(words) for words in STATES.values()} == {len(State)}


def test_counters_only_rise_and_agree_with_the_speed(day):
    good, rejected, cases = day.values[:, T.GOOD], day.values[:, T.REJECTED], day.values[:, T.CASES]
    for counter in (good, rejected, cases):
        assert (np.diff(counter) >= 0).all()
        assert (counter == np.floor(counter)).all()
    assert np.abs(good // IN_CASE - cases).max() <= 1
    made = good[-1] + rejected[-1]
    assert made == pytest.approx(day.values[:, T.SPEED].sum() / 6.0, rel=0.02)
    assert 0.001 < rejected[-1] / made < 0.01


def test_a_line_that_stands_still_makes_nothing(day):
    held = np.flatnonzero((day.state[1:] == State.HELD) & (day.state[:-1] == State.HELD)) + 1
    assert len(held) > 0
    settled = held[day.values[held, T.SPEED] < 0.5]
    assert (day.values[settled, T.INFEED_CURRENT] < 1.0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_shows_in_its_tags_and_goes_with_its_repair(kind):
    def running(*faults):
        line = Packer(seed=2, faults=faults)
        rows = line.run(3 * 3600 // 4, step_s=8.0)
        thirds = np.array_split(np.arange(len(rows.time_ns)), 3)
        return [rows.values[third][rows.state[third] == State.EXECUTE] for third in thirds]

    begin = Packer().time_ns
    fault = Fault(kind, begin + 7_200 * NS, begin + 7_200 * NS, begin + 14_400 * NS)
    healthy, ill = running(), running(fault)
    for name in fault.tags:
        tag = NAMES.index(name)
        before, now = healthy[1][150:, tag], ill[1][150:, tag]
        if TAGS[tag].counts:
            assert np.ptp(now) > 1.5 * np.ptp(before)
        else:
            shift = abs(np.median(now) - np.median(before)) / max(before.std(), 1e-9)
            assert shift > 3.0 or now.std() > 1.5 * before.std()
    np.testing.assert_array_equal(ill[0], healthy[0])
    settled = ill[2][300:, T.SEAL_TEMPERATURE]
    assert np.median(settled) == pytest.approx(np.median(healthy[2][300:, T.SEAL_TEMPERATURE]), abs=0.1)


def test_a_fault_that_cannot_be_is_told():
    with pytest.raises(BadInput, match="heater_aging"):
        Fault("heater", 0, 1, 2)
    with pytest.raises(BadInput, match="times rise"):
        Fault("belt_wear", 3, 1, 2)
    with pytest.raises(BadInput, match=r"0\.01 s to 120"):
        Packer().step(500.0)


def test_its_part_of_a_plant_file_has_every_tag_with_unit_range_and_address():
    part = live_part(port=1234, language="ko")
    assert set(part.sources) == {"packaging"}
    assert part.sources["packaging"].settings["url"] == "mqtt://127.0.0.1:1234"
    (asset,) = part.assets.values()
    assert set(asset.tags) == {*NAMES, "state"}
    assert {tag.source for tag in asset.tags.values()} == {"packaging"}
    assert asset.tags["seal_temperature"].unit == "Cel"
    assert asset.tags["seal_temperature"].range == (0.0, 250.0)
