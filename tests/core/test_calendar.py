"""What the time of a row says is read off the plant's own clock, summer time and holidays included."""

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import BadInput, Calendar, Column, Dataset, Input, Kind, Role


def at(*moments: str) -> Dataset:
    stamps = pa.array(np.array(moments, dtype="datetime64[ns]"), type=pa.timestamp("ns", tz="UTC"))
    return Dataset(pa.table({"time": stamps}), (Column("time", Kind.TIME, Role.TIME),))


def test_the_minute_of_the_week_is_that_of_the_zone() -> None:
    minute = Input(name="m", calendar=Calendar(says="minute_of_week", timezone="Asia/Seoul"))
    # Sunday 15:00 UTC is Monday 00:00 in Seoul
    assert minute.read(at("2026-11-22T15:00", "2026-11-22T14:59", "2026-11-23T06:30")).tolist() == [0, 10079, 930]


def test_summer_time_moves_the_clock() -> None:
    minute = Input(name="m", calendar=Calendar(says="minute_of_week", timezone="Europe/Berlin"))
    assert minute.read(at("2026-01-05T05:00", "2026-07-06T05:00")).tolist() == [360, 420]


def test_sundays_and_holidays_are_free_and_tomorrow_is_told_today() -> None:
    given = {"timezone": "Asia/Seoul", "days_off": ("2026-10-09",)}
    today = Input(name="t", calendar=Calendar(says="day_off", **given))
    tomorrow = Input(name="u", calendar=Calendar(says="day_off", days_ahead=1, **given))
    rows = at("2026-10-08T03:00", "2026-10-09T03:00", "2026-10-10T16:00")  # Thursday, the holiday, Sunday in Seoul
    assert today.read(rows).tolist() == [0, 1, 1]
    assert tomorrow.read(rows).tolist() == [1, 0, 0]


def test_rows_without_a_time_are_told_so() -> None:
    with pytest.raises(BadInput, match="no time column"):
        Input(name="m", calendar=Calendar(says="minute_of_week", timezone="UTC")).read(
            Dataset(pa.table({"a": [1.0]}), (Column("a", Kind.NUMBER),), origin="here")
        )
