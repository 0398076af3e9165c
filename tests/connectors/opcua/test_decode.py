"""A whole notification is read at once, and says the same as asyncua says value by value."""

import datetime
import itertools
import struct

import numpy as np
import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary

from bobae.connectors.opcua.decode import WRONG_TYPE, Changes, published, read_changes

NOON = datetime.datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=datetime.UTC)
NOON_NS = 1_772_625_600_123_456_000
TICKS = NOON_NS // 100 + 116_444_736_000_000_000  # 100 ns since 1601
RECEIPT_NS = 1_800_000_000_000_000_000
NUMBERS = [
    ("Boolean", True),
    ("SByte", -128),
    ("Byte", 255),
    ("Int16", -32768),
    ("UInt16", 65535),
    ("Int32", -(2**31)),
    ("UInt32", 2**32 - 1),
    ("Int64", -(2**63)),
    ("UInt64", 2**64 - 1),
    ("Float", 0.5),
    ("Double", -1e300),
]


def message(values: list[ua.DataValue], *others: object) -> Buffer:
    """The bytes of a publish response that brings these values for the handles 0, 1, 2..."""
    items = [ua.MonitoredItemNotification(handle, value) for handle, value in enumerate(values)]
    response = ua.PublishResponse()
    response.Parameters.SubscriptionId = 7
    response.Parameters.AvailableSequenceNumbers = [4, 5]
    response.Parameters.NotificationMessage.SequenceNumber = 5
    response.Parameters.NotificationMessage.NotificationData = [ua.DataChangeNotification(items), *others]
    return Buffer(struct_to_binary(response))


def readings(values: list[ua.DataValue]):
    return published(message(values)).changes.readings(RECEIPT_NS)


@pytest.mark.parametrize(("kind", "value"), NUMBERS)
def test_a_number_of_any_width_is_a_float(kind, value):
    said = readings([ua.DataValue(ua.Variant(value, ua.VariantType[kind]), SourceTimestamp=NOON)])
    assert said.value.tolist() == [float(value)]
    assert said.time_ns.tolist() == [NOON_NS]
    assert said.text is None


def test_every_combination_of_parts_reads_as_asyncua_reads_it():
    values = [
        ua.Variant(2.5),
        ua.Variant(True),
        ua.Variant("가"),
        ua.Variant(None),
    ]
    made = [
        ua.DataValue(value, ua.StatusCode(status), source, server)
        for value, status, source, server in itertools.product(
            values, (0, 0x4090_0000, 0x8031_0480), (None, NOON), (None, NOON + datetime.timedelta(seconds=1))
        )
    ]
    data = message(made)
    ours = published(data.copy()).changes.readings(RECEIPT_NS)
    notification = struct_from_binary(ua.PublishResponse, data).Parameters.NotificationMessage.NotificationData[0]
    for row, item in enumerate(notification.MonitoredItems):
        theirs, time = item.Value, item.Value.SourceTimestamp or item.Value.ServerTimestamp
        value = theirs.Value.Value if theirs.Value is not None else None
        assert ours.position[row] == item.ClientHandle == row
        assert ours.status[row] == (theirs.StatusCode.value if theirs.StatusCode is not None else 0)
        assert ours.time_ns[row] == (RECEIPT_NS if time is None else NOON_NS + (time - NOON).seconds * 1_000_000_000)
        assert ours.text[row] == (value if isinstance(value, str) else None)
        np.testing.assert_equal(ours.value[row], np.nan if value is None or isinstance(value, str) else float(value))


def test_picoseconds_stand_behind_the_time_that_they_belong_to():
    # by hand: asyncua 2.1 writes both times first, OPC UA Part 6, 5.2.2.17 does not
    value = struct.pack("<BBdqHqH", 0b111101, 11, 2.5, TICKS, 9, TICKS + 50, 9)
    body = struct.pack("<iI", 1, 7) + value
    changes = Changes()
    read_changes(body, changes)
    assert changes.readings(RECEIPT_NS).time_ns.tolist() == [NOON_NS]
    assert changes.rows == [(7, 2.5, 0, TICKS)]


def test_a_tenth_of_a_microsecond_is_kept():
    body = bytearray(bytes(message([ua.DataValue(ua.Variant(1.0), SourceTimestamp=NOON)])))
    place = body.index(TICKS.to_bytes(8, "little"))
    body[place] += 1
    assert readings_of(bytes(body)) == NOON_NS + 100


def readings_of(body: bytes) -> int:
    return int(published(Buffer(body)).changes.readings(RECEIPT_NS).time_ns[0])


def test_a_time_that_no_clock_shows_is_the_time_of_arrival():
    never = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
    assert readings([ua.DataValue(ua.Variant(1.0), SourceTimestamp=never)]).time_ns.tolist() == [RECEIPT_NS]


def test_a_value_that_became_an_array_is_no_good_number():
    said = readings([ua.DataValue(ua.Variant([1.0, 2.0]), SourceTimestamp=NOON), ua.DataValue(ua.Variant(3.0))])
    assert said.status.tolist() == [WRONG_TYPE, 0]
    np.testing.assert_equal(said.value, [np.nan, 3.0])


def test_a_localized_text_is_a_text():
    said = readings([ua.DataValue(ua.Variant(ua.LocalizedText("운전", "ko")))])
    assert said.text.tolist() == ["운전"]


def test_the_end_of_the_subscription_is_told():
    said = published(message([ua.DataValue(ua.Variant(1.0))], ua.StatusChangeNotification(ua.StatusCode(0x800A_0000))))
    assert (said.subscription, said.sequence, said.status) == (7, 5, 0x800A_0000)
    assert len(said.changes.rows) == 1


def test_a_keep_alive_brings_nothing_and_needs_no_acknowledgement():
    response = ua.PublishResponse()
    response.Parameters.NotificationMessage.SequenceNumber = 6
    said = published(Buffer(struct_to_binary(response)))
    assert (said.sequence, said.brings, said.changes.rows, said.status) == (6, False, [], None)


def test_a_server_that_refuses_is_an_error():
    response = ua.PublishResponse()
    response.ResponseHeader.ServiceResult = ua.StatusCode(0x8079_0000)
    with pytest.raises(ua.UaStatusCodeError):
        published(Buffer(struct_to_binary(response)))
