"""What becomes of a payload: as mapped, partly so, or not at all."""

import json
import math

import numpy as np
import pytest

from bobae.connectors.mqtt.addresses import Address, steps_of, written
from bobae.connectors.mqtt.browse import Seen
from bobae.connectors.mqtt.columns import BAD_DECODING, Columns
from bobae.connectors.mqtt.decode import LAST_USABLE, TopicReader
from bobae.connectors.mqtt.mapping import BAD, UNCERTAIN, Mapping, Place
from bobae.connectors.mqtt.packets import Message
from bobae.connectors.mqtt.times import all_ns, ns_of
from bobae.core import BadInput

NOW, NOON = 1_800_000_000_000_000_000, 1_772_625_600_000_000_000  # ns UTC
NOON_MS = NOON // 1_000_000
TOP = Mapping(time=Place(("ts",), False), quality=Place(("q",), False), good=("GOOD", 192))
BESIDE = Mapping(time=Place(("t",), True), quality=Place(("q",), True), good=("GOOD",))


def read(payload, *paths, mapping=TOP, retained=False, broken=None):
    """(position, time, value or text, status) of each row."""
    tags = [(i, Address.parsed("line1" + path)) for i, path in enumerate(paths)]
    rows = Columns()
    told = [] if broken is None else broken
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    TopicReader(tags, mapping, told.extend).read(data, NOW, rows, retained=retained)
    if not rows.rows:
        return []
    said = rows.readings()
    texts = [None] * rows.rows if said.text is None else said.text
    columns = (said.position.tolist(), said.time_ns.tolist(), said.value.tolist(), said.status.tolist(), texts)
    rows_said = zip(*columns, strict=True)
    return [(at, t, text if text is not None else value, status) for at, t, value, status, text in rows_said]


def test_values_that_stand_together_have_the_payloads_time_and_quality():
    payload = {"ts": NOON_MS, "q": "GOOD", "oil": {"temperature": 41.5, "level": 7, "on": True}}
    found = read(payload, "#oil.temperature", "#oil.level", "#oil.on")
    assert found == [(0, NOON, 41.5, 0), (1, NOON, 7.0, 0), (2, NOON, 1.0, 0)]


def test_a_bad_quality_is_a_bad_status_and_none_is_good():
    assert read({"ts": NOON_MS, "q": "BAD", "v": 1.0}, "#v") == [(0, NOON, 1.0, BAD)]
    assert read({"ts": NOON_MS, "v": 1.0}, "#v") == [(0, NOON, 1.0, 0)]


@pytest.mark.parametrize(
    ("good", "quality", "status"),
    [
        ("opcua", 0x4090_0000, 0x4090_0000),
        ("opcua", "good", BAD_DECODING),
        ("opcda", 192, 0),
        ("opcda", 0x44, UNCERTAIN),
        ("opcda", 0, BAD),
        (("ok",), "ok", 0),
    ],
)
def test_qualities_are_told_by_words_or_codes(good, quality, status):
    mapping = Mapping(quality=Place(("q",), False), good=good)
    assert read({"q": quality, "v": 1}, "#v", mapping=mapping) == [(0, NOW, 1.0, status)]


def test_time_and_quality_can_stand_beside_each_value():
    payload = {"a": {"v": 1, "t": NOON_MS, "q": "GOOD"}, "b": {"v": 2, "t": NOON_MS + 1, "q": "x"}}
    assert read(payload, "#a.v", "#b.v", mapping=BESIDE) == [(0, NOON, 1.0, 0), (1, NOON + 1_000_000, 2.0, BAD)]


def test_each_element_of_an_array_is_a_sample():
    payload = {"samples": [{"v": i, "w": "x", "t": NOON_MS + i, "q": "GOOD"} for i in range(3)]}
    found = read(payload, "#samples[].v", "#samples[].w", mapping=BESIDE)
    assert found[:3] == [(0, NOON + i * 1_000_000, float(i), 0) for i in range(3)]
    assert [row[2] for row in found[3:]] == ["x", "x", "x"]
    assert read({"ts": NOON_MS, "q": "GOOD", "axes": [{"load": 5}]}, "#axes[0].load") == [(0, NOON, 5.0, 0)]


def test_what_a_message_does_not_mention_gets_no_row():
    broken = []
    payload = {"ts": NOON_MS, "a": 1.0, "axes": []}
    assert read(payload, "#a", "#b", "#axes[0].x", "#c.d", broken=broken) == [(0, NOON, 1.0, 0)]
    assert broken == []


@pytest.mark.parametrize("value", [[1], {"x": 1}, math.nan, math.inf, 10**400])
def test_another_kind_of_value_is_bad_for_its_tag_alone(value):
    broken = []
    found = read({"ts": NOON_MS, "a": 1.0, "b": value}, "#a", "#b", broken=broken)
    assert found[0] == (0, NOON, 1.0, 0)
    position, at, number, status = found[1]
    assert (position, at, status) == (1, NOW, BAD_DECODING)
    assert math.isnan(number)
    assert broken == [1]


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 10_000])
def test_what_is_no_json_is_bad_for_every_tag_of_the_topic(payload):
    found = read(payload, "#a", "#b.c")
    assert [row[3] for row in found] == [BAD_DECODING] * 2


def test_a_null_is_bad_by_its_quality_or_else_plainly():
    assert [row[3] for row in read({"ts": NOON_MS, "v": None}, "#v")] == [BAD]
    opcua = Mapping(quality=Place(("q",), False), good="opcua")
    assert [row[3] for row in read({"q": 0x8004_0000, "v": None}, "#v", mapping=opcua)] == [0x8004_0000]


def test_a_time_that_is_none_leaves_a_value_that_is_not_trusted():
    assert read({"ts": "yesterday", "v": 1.0}, "#v") == [(0, NOW, 1.0, BAD_DECODING)]
    assert read({"ts": None, "v": 1.0}, "#v") == [(0, NOW, 1.0, 0)]


def test_a_bare_payload_is_a_number_a_flag_or_a_text():
    for payload, value in ((b"41.5", 41.5), (b"true", 1.0), (b"RUN", "RUN"), ("운전".encode(), "운전"), (b'"x"', "x")):
        assert read(payload, "") == [(0, NOW, value, 0)]
    assert [row[3] for row in read(b'{"v": 1}', "")] == [BAD_DECODING]


def test_a_retained_value_without_a_time_is_uncertain():
    assert read(b"41.5", "", retained=True) == [(0, NOW, 41.5, LAST_USABLE)]
    assert read({"v": 1.0}, "#v", retained=True) == [(0, NOW, 1.0, LAST_USABLE)]
    assert read({"ts": NOON_MS, "v": 1.0}, "#v", retained=True) == [(0, NOON, 1.0, 0)]


@pytest.mark.parametrize(
    ("said", "unit", "ns"),
    [
        (1_772_625_600, "s", NOON),
        (1_772_625_600.5, "s", NOON + 500_000_000),
        (NOON_MS, "ms", NOON),
        (NOON // 1000 + 1, "us", NOON + 1000),
        (NOON + 1, "ns", NOON + 1),
        ("2026-03-04T12:00:00Z", "ms", NOON),
        ("2026-03-04T21:00:00.123456789+09:00", "ms", NOON + 123_456_789),
    ],
)
def test_times_come_as_numbers_of_a_unit_or_as_rfc_3339(said, unit, ns):
    assert ns_of(said, unit) == ns
    assert all_ns([said, said], unit).tolist() == [ns, ns]


@pytest.mark.parametrize("said", ["2026-03-04T12:00:00", "noon", True, [1], 0, -5, 10**30, 1e300])
def test_what_is_no_time_is_told(said):
    with pytest.raises(ValueError):  # noqa: PT011
        ns_of(said, "ms")


def test_the_way_to_a_value_is_written_as_it_is_read():
    for path in ("a", "a.b[0].c", '["x.y"].z', "samples[].value", "[3]"):
        assert written(steps_of(path)) == path


@pytest.mark.parametrize("address", ["", "#x", "line/+/x", "line#", "line#a..b", "line#a[", "line#a[].b[].c"])
def test_what_is_no_address_is_told_with_what_one_looks_like(address):
    with pytest.raises(BadInput, match="topic#path"):
        Address.parsed(address)


def test_what_is_seen_can_be_asked_for():
    seen = Seen(BESIDE)
    payload = {"oil": {"v": 1, "t": 5, "q": "GOOD"}, "on": False, "name": "x", "axes": [1, 2], "s": [{"v": 1, "t": 2}]}
    seen.take([Message("line1", json.dumps(payload).encode()), Message("bare", b"RUN"), Message("empty", b"{}")])
    found = {one.address: (one.path, one.kind) for one in seen.offered()}
    assert found == {
        "bare": ("bare", "text"),
        "line1#axes[0]": ("line1/axes/0", "number"),
        "line1#axes[1]": ("line1/axes/1", "number"),
        "line1#name": ("line1/name", "text"),
        "line1#oil.v": ("line1/oil/v", "number"),
        "line1#on": ("line1/on", "flag"),
        "line1#s[].v": ("line1/s/v", "number"),
    }
    for address in found:
        assert Address.parsed(address).topic in ("bare", "line1")


def test_many_payloads_make_one_set_of_columns():
    reader = TopicReader([(0, Address.parsed("x#v")), (1, Address.parsed("x#s"))], TOP, print)
    rows = Columns()
    for i in range(5):
        reader.read(json.dumps({"ts": NOON_MS + i, "v": i, "s": f"n{i}"}).encode(), NOW, rows)
    said = rows.readings()
    assert said.position.tolist() == [0, 1] * 5
    assert said.value[::2].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert said.text[1::2].tolist() == ["n0", "n1", "n2", "n3", "n4"]
    np.testing.assert_array_equal(said.time_ns[::2], NOON + np.arange(5) * 1_000_000)
    assert rows.newest_ns == NOON + 4_000_000
