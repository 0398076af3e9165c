"""The times of equipment, in every form that the standards know."""

import datetime as dt

import pytest

from bobae.connectors.secs.times import moment_ns, resolution_ns, worked_out_zone, written

SEOUL = dt.timezone(dt.timedelta(hours=9))
NOON = 1_772_593_200_000_000_000  # 2026-03-04 12:00 in Seoul


@pytest.mark.parametrize(
    ("said", "later_ns", "fine_ns"),
    [
        ("260304120000", 0, 1_000_000_000),
        ("20260304120000", 0, 1_000_000_000),
        ("2026030412000007", 70_000_000, 10_000_000),
        (" 2026030412000007 ", 70_000_000, 10_000_000),
        ("2026-03-04T12:00:00.123456+09:00", 123_456_000, 1000),
        ("2026-03-04T03:00:00Z", 0, 1_000_000_000),
        ("2026/03/04 12:00:00.5", 500_000_000, 100_000_000),
    ],
)
def test_every_form_is_read(said, later_ns, fine_ns):
    assert moment_ns(said, SEOUL) == NOON + later_ns
    assert resolution_ns(said) == fine_ns


@pytest.mark.parametrize("said", ["", "20261304120000", "2026", "noon", None, 20260304120000, [], "９" * 14 + "x"])
def test_what_is_no_time_is_none(said):
    assert moment_ns(said, SEOUL) is None


def test_the_zone_of_a_clock_is_worked_out_but_not_from_one_that_is_wrong():
    now = NOON + 20_000_000_000
    assert worked_out_zone("20260304120000", now) == SEOUL  # 20 s slow
    assert worked_out_zone("2026-03-04T03:00:00Z", NOON) == dt.UTC
    assert worked_out_zone("20200101000000", NOON) is None
    assert worked_out_zone(None, NOON) is None


def test_a_time_is_written_as_it_is_read():
    at = dt.datetime(2026, 3, 4, 12, 0, 0, 70_000, SEOUL)
    assert moment_ns(written(at), SEOUL) == NOON + 70_000_000
