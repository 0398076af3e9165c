"""Times are found and read in the forms that loggers, people and Excel write."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bobae.connectors import files
from bobae.core import BadInput, Dataset, Kind, Role

Read = Callable[..., Dataset]
START = dt.datetime(2024, 1, 30, 22, 30, 5, tzinfo=dt.UTC)
STEPS = [START + dt.timedelta(hours=i) for i in range(60)]


def codes(data: Dataset) -> set[str]:
    return {finding.code for finding in data.findings}


def seconds(data: Dataset) -> list[float]:
    time = data.time_ns()
    assert time is not None
    return (time / 1e9).tolist()


def korean(t: dt.datetime) -> str:
    return f"{t:%Y-%m-%d} {'오전' if t.hour < 12 else '오후'} {t.hour % 12 or 12}:{t:%M:%S}"


@pytest.mark.parametrize(
    "written",
    [
        lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
        lambda t: f"{t:%Y-%m-%dT%H:%M:%S}",
        lambda t: f"{t:%Y-%m-%dT%H:%M:%S.000}Z",
        lambda t: f"{t + dt.timedelta(hours=9):%Y-%m-%dT%H:%M:%S}+09:00",
        lambda t: f"{t + dt.timedelta(hours=9):%Y-%m-%d %H:%M:%S}+0900",
        lambda t: f"{t:%Y/%m/%d %H:%M:%S}",
        lambda t: f"{t:%d/%m/%Y %H:%M:%S}",
        lambda t: f"{t:%m/%d/%Y %H:%M:%S}",
        lambda t: f"{t.month}/{t.day}/{t:%Y} {t.hour}:{t:%M:%S}",
        lambda t: f"{t:%d.%m.%Y %H:%M:%S}",
        lambda t: f"{t:%m/%d/%y %H:%M:%S}",
        lambda t: f"{t:%y-%m-%d %H:%M:%S}",
        lambda t: f"{t:%m/%d/%Y %I:%M:%S %p}",
        lambda t: f"{t:%Y.%m.%d %H:%M:%S}",
        lambda t: f"{t.year}년 {t.month}월 {t.day}일 {t:%H:%M:%S}",
        lambda t: f"{t.year}년 {t.month}월 {t.day}일 {t.hour}시 {t.minute}분 {t.second}초",
        korean,
        lambda t: f"{t:%d-%b-%Y %H:%M:%S}",
        lambda t: f"{t:%Y%m%d%H%M%S}",
        lambda t: f"{t:%Y%m%d_%H%M%S}",
        lambda t: f"{t:%Y%m%d %H:%M:%S}",
        lambda t: f"{t.timestamp():.0f}",
        lambda t: f"{t.timestamp():.3f}",
        lambda t: f"{t.timestamp() * 1e3:.0f}",
        lambda t: f"{t.timestamp():.0f}000000",
        lambda t: f"{t.timestamp():.0f}000000000",
        lambda t: f"{t.timestamp() / 86400 + 25569:.9f}",
    ],
)
def test_every_usual_form_of_a_time(read: Read, written: Callable[[dt.datetime], str]) -> None:
    data = read("time,x\n" + "".join(f"{written(t)},{i % 3}.5\n" for i, t in enumerate(STEPS)))
    assert data.name_of(Role.TIME) == "time"
    assert np.allclose(seconds(data), [t.timestamp() for t in STEPS], atol=1e-3, rtol=0)
    assert str(data.table.column("time").type) == "timestamp[ns, tz=UTC]"


def test_fractions_of_a_second_are_exact(read: Read) -> None:
    data = read("t,x\n" + "".join(f"02/01/2024 00:00:00.{i:03d},{i}\n" for i in range(0, 900, 100)))
    assert np.diff(np.asarray(data.time_ns())).tolist() == [100_000_000] * 8


def test_midnight_written_as_24_is_the_next_day(read: Read) -> None:
    data = read("t,x\n01/01/2024 23:00,1\n01/01/2024 24:00,2\n02/01/2024 01:00,3\n13/01/2024 00:00,4\n")
    assert np.diff(np.asarray(data.time_ns()))[:2].tolist() == [3600 * 10**9] * 2


def test_the_whole_column_tells_day_from_month(read: Read) -> None:
    late = [dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=i) for i in range(24 * 40)]
    for form in ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"):
        data = read("t,x\n" + "".join(f"{t.strftime(form)},1.5\n" for t in late))
        assert seconds(data) == [t.timestamp() for t in late]
        assert "day_or_month" not in codes(data)


def test_a_day_that_could_be_a_month_is_told_as_ambiguous(read: Read) -> None:
    data = read("t,x\n" + "".join(f"03/04/2024 {h:02d}:00,{h}\n" for h in range(20)))
    finding = next(f for f in data.findings if f.code == "day_or_month")
    assert finding.level == "warning"
    assert finding.columns == ("t",)


def test_another_column_of_the_file_can_tell_day_from_month(read: Read) -> None:
    data = read("start,due,x\n" + "".join(f"01/02/24 {h:02d}:00,01/{h + 5:02d}/24 00:00,{h}\n" for h in range(20)))
    assert seconds(data)[0] == dt.datetime(2024, 1, 2, tzinfo=dt.UTC).timestamp()
    assert "day_or_month" not in codes(data)


def test_a_date_column_and_a_clock_column_are_joined(read: Read) -> None:
    data = read("Date,Time,x\n" + "".join(f"{t:%Y-%m-%d},{t:%H:%M:%S},{i}.5\n" for i, t in enumerate(STEPS)))
    assert data.name_of(Role.TIME) == "Date Time"
    assert seconds(data) == [t.timestamp() for t in STEPS]
    assert [c.name for c in data.columns] == ["Date Time", "x"]


def test_bad_times_are_missing_and_told(read: Read) -> None:
    rows = [f"2024-01-{d:02d} 00:00:00,{d}.5" for d in range(1, 29)]
    rows[4], rows[9] = "not yet,5", "2024-02-30 00:00:00,10"
    data = read("time,x\n" + "\n".join(rows) + "\n")
    assert data.table.column("time").null_count == 2
    finding = next(f for f in data.findings if f.code == "bad_values")
    assert finding.rows == 2
    assert "not yet" in str(finding.text)


def test_local_times_follow_their_zone_through_the_hour_that_comes_twice(read: Read) -> None:
    local = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    data = read("t,x\n" + "".join(f"2024-10-27 {t}:00,1\n" for t in local), timezone="Europe/Berlin")
    assert np.diff(seconds(data)).tolist() == [1800.0] * 4 + [1800.0]
    assert seconds(data)[0] == dt.datetime(2024, 10, 26, 23, 30, tzinfo=dt.UTC).timestamp()


def test_a_zone_in_the_text_beats_the_zone_given(read: Read) -> None:
    data = read("t,x\n2024-01-01T00:00:00Z,1\n2024-01-01T01:00:00Z,2\n", timezone="Asia/Seoul")
    assert seconds(data)[0] == dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp()
    assert "no_time_zone" not in codes(data)


def test_an_unknown_zone_is_refused(read: Read) -> None:
    with pytest.raises(BadInput, match="Asia/Soul"):
        read("t,x\n2024-01-01 00:00:00,1\n2024-01-01 00:00:01,2\n", timezone="Asia/Soul")


def test_a_zone_is_asked_for_where_a_clock_was_set_back(read: Read) -> None:
    steps = [dt.datetime(2024, 10, 27, tzinfo=dt.UTC) + dt.timedelta(minutes=5 * i) for i in range(60)]
    written = [t - dt.timedelta(hours=1) if i >= 36 else t for i, t in enumerate(steps)]
    data = read("t,x\n" + "".join(f"{t:%Y-%m-%d %H:%M:%S},1.5\n" for t in written))
    assert next(f for f in data.findings if f.code == "time_zone_needed").level == "warning"


def test_a_zone_is_asked_for_where_only_some_files_name_one(write: Callable[..., Path]) -> None:
    a = write("t,x\n2024-01-01 00:00:00,1\n2024-01-01 00:00:01,2\n", "a.csv")
    b = write("t,x\n2024-01-01T00:00:00Z,1\n2024-01-01T00:00:01Z,2\n", "b.csv")
    assert next(f for f in files.read([a, b]).findings if f.code == "time_zone_needed").level == "problem"


def test_midnight_rows_with_the_old_date_are_moved_to_the_next_day(read: Read) -> None:
    rows = []
    for day in range(1, 21):
        rows += [f"{day:02d}/01/2024 {m // 60:02d}:{m % 60:02d}" for m in range(30, 24 * 60, 30)]
        rows.append(f"{day:02d}/01/2024 00:00")
    data = read("t,x\n" + "".join(f"{row},1.5\n" for row in rows))
    assert np.diff(np.asarray(data.time_ns())).tolist() == [1800 * 10**9] * (len(rows) - 1)
    assert next(f for f in data.findings if f.code == "midnight_date").rows == 20


def test_a_clock_that_jumps_back_elsewhere_is_left_alone(read: Read) -> None:
    rows = [f"2024-01-01 {h:02d}:00:00" for h in (*range(24), *range(24))]
    data = read("t,x\n" + "".join(f"{row},1.5\n" for row in rows))
    assert (np.diff(np.asarray(data.time_ns())) < 0).sum() == 1
    assert "midnight_date" not in codes(data)


def test_seconds_of_unknown_origin_serve_as_time_and_are_told(read: Read) -> None:
    data = read("TIMESTAMP,x\n" + "".join(f"{481637082.3 + i},{i % 4}.5\n" for i in range(40)))
    assert data.name_of(Role.TIME) == "TIMESTAMP"
    assert np.allclose(np.diff(seconds(data)), 1.0)
    assert "relative_time" in codes(data)


def test_a_cycle_counter_is_no_clock(read: Read) -> None:
    data = read("cycle,x\n" + "".join(f"{i},{i % 4}.5\n" for i in range(40)))
    assert data.name_of(Role.TIME) is None
    assert data.column("cycle").role is Role.FEATURE


def test_a_measured_duration_is_no_clock(read: Read) -> None:
    data = read("Cycle time [s],x\n" + "".join(f"{74.8 + (i * 7 % 5) / 10},{i}.5\n" for i in range(40)))
    assert data.column("Cycle time").kind is Kind.NUMBER


def test_of_two_times_the_one_that_runs_on_is_the_time(read: Read) -> None:
    rows = "".join(f"2024-01-01 08:00:00,2024-01-01 00:{i:02d}:00,{i}.5\n" for i in range(50))
    data = read("shift_start,timestamp,x\n" + rows)
    assert data.name_of(Role.TIME) == "timestamp"
    assert (data.column("shift_start").kind, data.column("shift_start").role) == (Kind.TIME, Role.IGNORED)
