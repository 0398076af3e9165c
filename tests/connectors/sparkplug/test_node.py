"""What a host makes of an edge node's messages: births, order, losses, deaths, and values of every kind."""

import math

import numpy as np
import pytest

from bobae.connectors.mqtt.columns import BAD_DECODING, Columns
from bobae.connectors.mqtt.sparkplug.node import REBIRTH_NS, REORDER_NS, EdgeNode
from bobae.connectors.mqtt.sparkplug.payload import DataType, Payload, kind_of
from bobae.connectors.mqtt.sparkplug.rows import BAD, LAST_USABLE, Rows
from bobae.connectors.mqtt.sparkplug.wire import scan
from bobae.core import Gap

NOW = 1_772_625_600_000_000_000  # ns UTC
NOW_MS = NOW // 1_000_000
WISHES = {("", "temperature"): 0, ("press", "force"): 1, ("press", "state"): 2, ("press", "count"): 3}


PRESS = (1, 2, 3)


class Nothing(float):
    """No value: equal to any other that is none."""

    def __eq__(self, other):
        return math.isnan(other)

    __hash__ = None


def gaps(after_ms, positions=(0, 1, 2, 3)):
    """What is told of these tags when messages are lost."""
    return [(position, after_ms, Nothing("nan"), Gap.NO_COMMUNICATION) for position in positions]


class Line:
    """An edge node as its host sees it; keeps (position, time in ms after NOW, value, status) of what is delivered."""

    def __init__(self, wishes=WISHES):
        self.node = EdgeNode(wishes)
        self.rows = Rows()
        self.now_ns = NOW

    def hear(self, kind, payload, device="press"):
        encoded = payload if isinstance(payload, bytes) else payload.SerializeToString()
        self.node.take(kind, device if kind.startswith("D") else "", encoded, self.now_ns, self.rows)

    def said(self, past=False):
        self.rows.settle()
        columns = self.rows.past if past else self.rows.live
        setattr(self.rows, "past" if past else "live", Columns())
        if not columns.rows:
            return []
        found = columns.readings()
        texts = [None] * columns.rows if found.text is None else found.text.tolist()
        values = [text if text is not None else value for text, value in zip(texts, found.value.tolist(), strict=True)]
        after_ms = ((found.time_ns - NOW) / 1e6).tolist()
        return list(zip(found.position.tolist(), after_ms, values, found.status.tolist(), strict=True))


def message(seq=None, at_ms=0, **metrics):
    """A data payload; force=5.0 by its alias."""
    payload = Payload(timestamp=NOW_MS + at_ms)
    if seq is not None:
        payload.seq = seq
    aliases = {"temperature": 1, "force": 2, "state": 3, "count": 4, "stranger": 99}
    for name, value in metrics.items():
        metric = payload.metrics.add(alias=aliases[name], timestamp=NOW_MS + at_ms)
        if isinstance(value, str):
            metric.string_value = value
        else:
            metric.double_value = value
    return payload


def bdseq(payload, life):
    payload.metrics.add(name="bdSeq", datatype=DataType.INT64, long_value=life)
    return payload


def born(life=1, at_ms=0):
    """A node that has told of all its metrics; its next message is number 2."""
    line = Line()
    birth_of(line, life, at_ms)
    line.said()
    return line


def birth_of(line, life=1, at_ms=0):
    birth = bdseq(message(0, at_ms, temperature=20.0), life)
    birth.metrics[0].name, birth.metrics[0].datatype = "temperature", DataType.DOUBLE
    line.hear("NBIRTH", birth)
    birth = message(1, at_ms, force=1.0, state="", count=0.0)
    for metric, name, datatype in zip(
        birth.metrics, ("force", "state", "count"), (DataType.DOUBLE, DataType.STRING, DataType.INT16), strict=True
    ):
        metric.name, metric.datatype = name, datatype
    line.hear("DBIRTH", birth)


def test_births_tell_the_values_that_there_are():
    line = Line()
    birth_of(line)
    assert line.said() == [(0, 0.0, 20.0, 0), (1, 0.0, 1.0, 0), (2, 0.0, "", 0), (3, 0.0, 0.0, 0)]
    assert line.node.born
    assert not line.node.wants_rebirth


def test_data_is_known_by_its_aliases():
    line = born()
    line.hear("DDATA", message(2, 5, force=7.5, state="RUN"))
    line.hear("NDATA", message(3, 6, temperature=21.0))
    assert line.said() == [(1, 5.0, 7.5, 0), (2, 5.0, "RUN", 0), (0, 6.0, 21.0, 0)]


def test_data_may_name_its_metrics_instead():
    line = born()
    payload = Payload(timestamp=NOW_MS + 1, seq=2)
    payload.metrics.add(name="force", double_value=3.0)
    payload.metrics.add(name="nobody wants it", double_value=3.0)
    line.hear("DDATA", payload)
    assert line.said() == [(1, 1.0, 3.0, 0)]
    assert line.node.wants_rebirth


def test_the_sequence_goes_round():
    line = born()
    for i in range(2, 600):
        line.hear("DDATA", message(i % 256, i, force=float(i)))
    assert len(line.said()) == 598
    assert not line.node.wants_rebirth


def test_a_message_that_was_overtaken_is_waited_for():
    line = born()
    line.hear("DDATA", message(3, 2, force=2.0))
    line.hear("DDATA", message(4, 3, force=3.0))
    assert line.said() == []
    assert line.node.waiting
    line.hear("DDATA", message(2, 1, force=1.0))
    assert [row[2] for row in line.said()] == [1.0, 2.0, 3.0]
    assert not line.node.waiting
    assert not line.node.wants_rebirth


def test_a_message_that_is_lost_is_given_up_and_the_births_are_asked_for_once():
    line = born()
    line.hear("DDATA", message(5, 3, force=3.0))
    line.node.look(NOW + REORDER_NS - 1, line.rows)
    assert line.said() == []
    line.node.look(NOW + REORDER_NS, line.rows)
    assert line.said() == [*gaps(1.0), (1, 3.0, 3.0, 0)]
    assert line.node.ask(NOW)
    assert not line.node.ask(NOW)
    line.hear("DDATA", message(6, 4, force=4.0))
    line.hear("DDATA", message(2, 2, force=2.0))  # it comes after all: kept, and nothing else happens
    line.hear("DDATA", message(7, 5, force=5.0))
    assert [row[2] for row in line.said()] == [4.0, 2.0, 5.0]
    assert not line.node.wants_rebirth


def test_each_stretch_that_is_lost_is_a_gap_before_what_comes_after():
    line = born()
    line.hear("DDATA", message(2, 10, force=2.0))
    line.hear("DDATA", message(8, 80, force=8.0))
    line.hear("DDATA", message(5, 50, force=5.0))
    line.hear("DDATA", message(6, 60, force=6.0))
    line.node.look(NOW + REORDER_NS, line.rows)
    expected = [(1, 10.0, 2.0, 0), *gaps(11.0), (1, 50.0, 5.0, 0), (1, 60.0, 6.0, 0), *gaps(61.0), (1, 80.0, 8.0, 0)]
    assert line.said() == expected
    line.hear("DDATA", message(9, 90, force=9.0))
    assert line.said() == [(1, 90.0, 9.0, 0)]


def test_a_gap_is_told_in_the_clock_of_the_node_though_it_was_put_back():
    line = born(at_ms=3_600_000)
    line.hear("DDATA", message(2, 100, force=2.0))
    line.hear("DDATA", message(4, 120, force=4.0))
    line.said()
    line.node.look(NOW + REORDER_NS, line.rows)
    assert line.said() == [*gaps(101.0), (1, 120.0, 4.0, 0)]


def test_a_message_that_is_lost_before_a_death_is_a_gap_before_what_waited():
    line = born()
    line.hear("DDATA", message(4, 40, force=4.0))
    line.now_ns = NOW + 500_000_000
    line.hear("NDEATH", bdseq(Payload(), 1))
    assert line.said() == [*gaps(1.0), (1, 40.0, 4.0, 0), *gaps(500.0)]


def test_a_second_birth_lets_nothing_of_the_life_before_wait():
    line = born()
    line.hear("DDATA", message(60, 10, force=6.0))  # in the same ms as the birth that overtakes what is before it
    birth_of(line, at_ms=10)
    assert line.said()[:6] == [*gaps(1.0), (1, 10.0, 6.0, 0), (0, 10.0, 20.0, 0)]
    assert not line.node.waiting
    for i in range(2, 90):
        line.hear("DDATA", message(i, 20 + i, force=float(i)))
    line.node.look(NOW + REORDER_NS, line.rows)
    assert [row[2] for row in line.said()] == [float(i) for i in range(2, 90)]
    assert not line.node.wants_rebirth


def test_a_message_that_comes_twice_and_very_late_holds_nothing_up():
    line = born()
    for i in range(2, 60):
        line.hear("DDATA", message(i, i, force=float(i)))
    line.hear("DDATA", message(5, 5, force=5.0))
    line.said()
    line.node.look(NOW + REORDER_NS, line.rows)
    assert line.said() == [(1, 5.0, 5.0, 0)]
    line.hear("DDATA", message(60, 60, force=60.0))
    assert line.said() == [(1, 60.0, 60.0, 0)]
    assert not line.node.wants_rebirth


def test_a_message_whose_names_are_none_is_a_gap_and_keeps_its_place():
    line = born()
    payload = Payload(timestamp=NOW_MS + 5, seq=2)
    payload.metrics.add(name="force", double_value=1.0)
    line.hear("DDATA", payload.SerializeToString().replace(b"force", b"\xff\xff\xff\xff\xff"))
    line.hear("DDATA", message(3, 6, force=2.0))
    assert line.said() == [*gaps(1.0, PRESS), (1, 6.0, 2.0, 0)]
    assert line.node.wants_rebirth


def test_a_wished_metric_that_is_not_in_the_births_is_a_gap_alone():
    line = born()
    line.node.births.metrics.pop(("press", "count"))
    payload = Payload(timestamp=NOW_MS + 5, seq=2)
    payload.metrics.add(name="count", double_value=1.0)
    line.hear("DDATA", payload)
    assert line.said() == gaps(1.0, (3,))


def test_what_the_births_do_not_have_keeps_its_own_reason():
    line = Line(WISHES | {("press", "typo"): 4})
    birth_of(line)
    line.said()
    line.hear("DDATA", message(5, 9, force=3.0))
    line.node.look(NOW + REORDER_NS, line.rows)
    assert line.said() == [*gaps(1.0), (1, 9.0, 3.0, 0)]


def test_what_births_still_do_not_tell_of_is_told_once():
    line = born()
    line.hear("DDATA", message(2, 5, stranger=1.0))
    assert line.said() == gaps(1.0, PRESS)
    birth_of(line, at_ms=6)
    line.said()
    line.hear("DDATA", message(2, 7, stranger=1.0))
    assert line.said() == []
    assert line.node.wants_rebirth


def test_an_array_among_the_metrics_disturbs_no_other():
    line = Line({("", "m"): 0})
    payload = Payload(timestamp=NOW_MS, seq=0)
    payload.metrics.add(name="curve", alias=1, datatype=22)
    payload.metrics.add(name="m", alias=2, datatype=DataType.DOUBLE, double_value=3.0)
    line.hear("NBIRTH", payload)
    assert line.said() == [(0, 0.0, 3.0, 0)]
    assert not line.node.wants_rebirth


def test_no_edge_node_is_asked_more_often_than_every_few_seconds():
    line = born()
    line.hear("DDATA", message(2, 1, stranger=1.0))
    assert line.node.ask(NOW)
    line.hear("DDATA", message(3, 1, stranger=1.0))
    assert not line.node.ask(NOW + REBIRTH_NS - 1)
    assert line.node.ask(NOW + REBIRTH_NS)


def test_an_alias_that_no_birth_told_of_asks_for_births_and_disturbs_nothing_else():
    line = born()
    line.hear("DDATA", message(2, 7, stranger=1.0, force=2.0))
    assert line.said() == [*gaps(1.0, PRESS), (1, 7.0, 2.0, 0)]
    assert line.node.wants_rebirth


def test_data_without_a_birth_asks_for_it():
    line = Line()
    line.hear("DDATA", message(7, 1, force=2.0))
    assert line.said() == []  # nothing was known of it: the collector's gap stands
    assert line.node.wants_rebirth


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff", b"\x12\xff\x01", b"hello", bytes(1000)])
def test_what_is_no_payload_asks_for_births(garbage):
    line = born()
    line.hear("DDATA", garbage)
    assert line.node.wants_rebirth
    assert line.said() == gaps(1.0, PRESS)
    line.hear("NBIRTH", garbage)
    assert line.said() == gaps(1.0)


def test_what_was_kept_is_of_the_past():
    line = born()
    payload = message(2, -60_000, force=9.0, count=8.0)
    payload.metrics[0].is_historical = True
    line.hear("DDATA", payload)
    assert line.said() == [(3, -60_000.0, 8.0, 0)]
    assert line.said(past=True) == [(1, -60_000.0, 9.0, 0)]


def test_a_death_is_a_gap_for_all_that_the_node_has():
    line = born(life=4)
    line.hear("DDATA", message(2, 100, force=9.0))
    line.said()
    line.now_ns = NOW + 500_000_000
    line.hear("NDEATH", bdseq(Payload(timestamp=NOW_MS - 1_000), 3))
    assert line.said() == []  # of an earlier life
    line.hear("NDEATH", bdseq(Payload(timestamp=NOW_MS - 1_000), 4))
    rows = line.said()
    assert {row[0] for row in rows} == {0, 1, 2, 3}
    assert {(row[1], row[3]) for row in rows} == {(500.0, Gap.NO_COMMUNICATION)}
    line.hear("NDEATH", bdseq(Payload(), 4))
    assert line.said() == []
    line.hear("DDATA", message(3, 600, force=1.0))
    assert line.node.wants_rebirth


def test_a_death_is_told_in_the_clock_of_the_node():
    line = Line()
    line.now_ns = NOW + 3_600_000_000_000  # the node's clock is an hour behind
    birth_of(line)
    line.said()
    line.now_ns += 2_000_000_000
    line.hear("NDEATH", bdseq(Payload(), 1))
    assert {row[1] for row in line.said()} == {2_000.0}


def test_the_death_of_a_device_is_a_gap_for_it_alone():
    line = born()
    line.hear("DDEATH", message(2, 300))
    assert [(row[0], row[1], row[3]) for row in line.said()] == [(at, 300.0, Gap.NO_COMMUNICATION) for at in (1, 2, 3)]
    line.hear("NDATA", message(3, 400, temperature=22.0))
    assert line.said() == [(0, 400.0, 22.0, 0)]


def test_a_gap_never_begins_before_a_sample():
    line = born()
    line.hear("DDATA", message(2, 4_000, force=9.0))
    line.said()
    line.hear("NDEATH", bdseq(Payload(), 1))
    assert {row[1] for row in line.said()} == {4_001.0}


def test_what_waited_from_before_a_birth_is_read_by_the_old_aliases():
    line = born()
    line.hear("DDATA", message(9, 1, force=1.0))
    birth = bdseq(message(0, 5, temperature=20.0), 2)
    birth.metrics[0].name, birth.metrics[0].datatype = "temperature", DataType.DOUBLE
    line.hear("NBIRTH", birth)
    assert line.said() == [*gaps(1.0), (1, 1.0, 1.0, 0), (0, 5.0, 20.0, 0)]


@pytest.mark.parametrize(
    ("datatype", "field", "written", "value"),
    [
        (DataType.INT8, "int_value", 0xFF, -1.0),
        (DataType.INT8, "int_value", 0xFFFF_FFFF, -1.0),
        (DataType.INT16, "int_value", 0x8000, -32768.0),
        (DataType.INT32, "int_value", 0xFFFF_FFFE, -2.0),
        (DataType.INT32, "int_value", 7, 7.0),
        (DataType.INT64, "long_value", 2**64 - 3, -3.0),
        (DataType.UINT8, "int_value", 255, 255.0),
        (DataType.UINT32, "int_value", 2**32 - 1, float(2**32 - 1)),
        (DataType.UINT64, "long_value", 2**64 - 1, float(2**64 - 1)),
        (DataType.FLOAT, "float_value", 1.25, 1.25),
        (DataType.DOUBLE, "double_value", -1e300, -1e300),
        (DataType.BOOLEAN, "boolean_value", True, 1.0),
        (DataType.BOOLEAN, "boolean_value", False, 0.0),
        (DataType.DATE_TIME, "long_value", NOW_MS, float(NOW_MS)),
        (DataType.STRING, "string_value", "금형", "금형"),
        (DataType.TEXT, "string_value", "x", "x"),
    ],
)
def test_every_type_comes_as_it_is(datatype, field, written, value):
    line = Line({("", "m"): 0})
    payload = Payload(timestamp=NOW_MS, seq=0)
    metric = payload.metrics.add(name="m", alias=2**63 + 1, datatype=datatype)
    setattr(metric, field, written)
    line.hear("NBIRTH", payload)
    assert line.said() == [(0, 0.0, value, 0)]


@pytest.mark.parametrize(("quality", "status"), [(192, 0), (500, LAST_USABLE), (0, BAD), (17, BAD)])
def test_qualities_are_statuses(quality, status):
    line = born()
    payload = message(2, 1, force=5.0)
    payload.metrics[0].properties.keys.append("Quality")
    payload.metrics[0].properties.values.add(type=DataType.INT32, int_value=quality)
    line.hear("DDATA", payload)
    assert line.said() == [(1, 1.0, 5.0, status)]


def test_a_null_is_bad_and_a_metric_without_a_value_is_not_as_said():
    line = born()
    payload = Payload(timestamp=NOW_MS, seq=2)
    payload.metrics.add(alias=2, is_null=True)
    payload.metrics.add(alias=4)
    line.hear("DDATA", payload)
    rows = line.said()
    assert [(row[0], row[3]) for row in rows] == [(1, BAD), (3, BAD_DECODING)]
    assert all(math.isnan(row[2]) for row in rows)


def test_the_time_of_a_metric_counts_then_that_of_the_message_then_the_arrival():
    line = born()
    payload = Payload(timestamp=NOW_MS + 7, seq=2)
    payload.metrics.add(alias=2, double_value=1.0)
    line.hear("DDATA", payload)
    untimed = Payload(seq=3)
    untimed.metrics.add(alias=2, double_value=2.0)
    line.now_ns = NOW + 9_000_000
    line.hear("DDATA", untimed)
    assert [row[1] for row in line.said()] == [7.0, 9.0]


def test_only_numbers_flags_and_texts_are_collected():
    kinds = {one.name: kind_of(one) for one in DataType}
    assert {name for name, kind in kinds.items() if kind is None} == {"DATA_SET", "BYTES", "FILE", "TEMPLATE"}
    assert kinds["BOOLEAN"] == "flag"
    assert kinds["UUID"] == "text"
    assert kinds["DATE_TIME"] == "number"


def test_random_bytes_never_break_the_reader():
    rng = np.random.default_rng(1)
    whole = message(200, 5, force=1.0, state="RUN", count=3.0).SerializeToString()
    read = 0
    for _ in range(3_000):
        damaged = bytearray(whole[: rng.integers(1, len(whole) + 1)])
        damaged[rng.integers(len(damaged))] = rng.integers(256)
        try:
            scanned = scan(bytes(damaged))
        except ValueError:
            continue
        assert (scanned.metrics[:, 7::2] <= len(damaged)).all()
        read += 1
    assert 0 < read < 3_000
