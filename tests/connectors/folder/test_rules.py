"""New files, growing ones, half-written, damaged and rotated ones, and a share that is gone or hangs."""

import asyncio
import contextlib
import datetime
import logging
import os
import shutil
import threading

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from asammdf import MDF, Signal

from bobae.connectors.folder import connector, looking
from bobae.core import BadInput, Gap, Refused, UnknownName, Unreachable, Wish
from bobae.testing.live_connector import Heard, until

NOON = np.datetime64("2026-03-04T12:00:00")
NOON_NS = 1_772_625_600_000_000_000
S = 10**9


def rows(begin, end, machine=0):
    return "".join(f"{NOON + np.timedelta64(i, 's')},{i + machine}\n" for i in range(begin, end))


def table(begin, end, machine=0):
    return "time,count\n" + rows(begin, end, machine)


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


@contextlib.asynccontextmanager
async def watched(export, *addresses, own=None, since=None, heard=None, **settings):
    """What is heard of a folder while it is watched."""
    hasty = {"path": str(export), "poll_s": 0.02, "quiet_s": 0.3, "timeout_s": 5.0}
    source, heard = connector(hasty | settings, own), heard or Heard()
    try:
        await source.open()
        wishes = [Wish(f"line/press.{address}", address, since_ns=since) for address in addresses]
        heard.rejected = await source.subscribe(wishes, heard.deliver)
        heard.source = source
        yield heard
        assert not source._following.done()
    finally:
        await source.close()


def values(heard, position=0):
    return [row[1] for row in heard.of(position)]


async def looks(n=4):
    await asyncio.sleep(n * 0.03)


def test_a_file_that_appears_and_grows_is_read_row_by_row_and_once(export):
    async def run():
        async with watched(export, "count") as heard:
            assert heard.rejected == []
            (export / "a.csv").write_text(table(0, 3))
            await until(lambda: len(heard.rows) == 3)
            with (export / "a.csv").open("a") as file:
                file.write(rows(3, 5) + rows(5, 6)[:15])
                file.flush()
                await until(lambda: len(heard.rows) == 5)
                await looks()
                file.write(rows(5, 6)[15:])
            await until(lambda: len(heard.rows) == 6)
            await looks()
        assert values(heard) == [0, 1, 2, 3, 4, 5]
        assert heard.of(0)[5][0] == NOON_NS + 5 * S

    asyncio.run(run())


def test_a_last_line_without_its_end_is_read_when_nobody_writes_on(export):
    (export / "a.csv").write_text(table(0, 3)[:-1])

    async def run():
        async with watched(export, "count") as heard:
            await until(lambda: len(heard.rows) == 3)
            await looks(16)
        assert values(heard) == [0, 1, 2]

    asyncio.run(run())


def test_half_written_files_are_left_alone(export):
    async def run():
        async with watched(export, "count", poll_s=0.05) as heard:
            (export / "b.csv.part").write_text(table(0, 3))
            (export / "~$c.xlsx").write_text(table(0, 3))
            (export / ".d.csv").write_text(table(0, 3))
            book = openpyxl.Workbook()
            for cells in (["time", "count"], *([f"2026-03-04 12:00:{i:02d}", i] for i in range(30))):
                book.active.append(cells)
            book.save(export / "whole.tmp")
            whole = (export / "whole.tmp").read_bytes()
            with (export / "e.xlsx").open("wb") as file:
                for at in range(0, len(whole), len(whole) // 8):
                    file.write(whole[at : at + len(whole) // 8])
                    file.flush()
                    await asyncio.sleep(0.03)
                    assert heard.rows == []
            await until(lambda: len(heard.rows) == 30)
            (export / "b.csv.part").rename(export / "b.csv")
            await until(lambda: len(heard.rows) == 33)

    asyncio.run(run())


def test_a_header_that_is_understood_only_with_more_rows_loses_no_row(export):
    log = export / "a.csv"
    log.write_bytes(
        "설비 기록\n시각;온도;비고\n04.03.2026 12:00:00;1,5;정상\n04.03.2026 12:00:01;2,5;정상\n".encode("cp949")
    )

    async def run():
        async with watched(export, "온도") as heard:
            await looks()
            with log.open("ab") as file:
                for i in range(2, 30):
                    file.write(f"04.03.2026 12:00:{i:02d};{i},5;정상\n".encode("cp949"))
                    file.flush()
                    await asyncio.sleep(0.01)
            await until(lambda: len(set(heard.of(0))) == 30)
        read = {(time_ns - NOON_NS) // S: value for time_ns, value, _, _ in heard.of(0)}
        assert read == {0: 1.5, 1: 2.5} | {i: i + 0.5 for i in range(2, 30)}

    asyncio.run(run())


def test_every_kind_of_file_is_read_with_its_encoding_header_and_zone(export):
    german = "".join(f"{14 + i}.03.2026 21:00:00;1,5;정상\n" for i in range(12))
    (export / "a.csv").write_bytes(
        f"설비 기록\n시각;온도 [°C];비고\n{german}04.03.2026 21:00:00;NG;정지\n".encode("cp949")
    )
    cells = {"시각": pa.array([NOON_NS, NOON_NS + S], pa.timestamp("ns", "UTC")), "온도": pa.array([3.5, None])}
    pyarrow.parquet.write_table(pa.table(cells), export / "b.parquet")
    (export / "c.tsv").write_bytes(("시각\t온도\n2026-03-04 21:00:05\t9\n" * 1).encode("utf-16"))
    with MDF() as file:
        file.header.start_time = datetime.datetime(2026, 3, 4, 12, tzinfo=datetime.UTC)
        file.append([Signal(np.array([7.0, 8.0]), np.array([0.0, 0.5]), name="온도")])
        file.save(export / "d.mf4")

    async def run():
        async with watched(export, "온도", "비고", timezone="Asia/Seoul") as heard:
            await until(lambda: len(heard.of(0)) == 18)
        day = 86_400 * S
        assert [(at, text) for at, _, _, text in heard.of(1)][-2:] == [(NOON_NS + 21 * day, "정상"), (NOON_NS, "정지")]
        told = {
            (time_ns - NOON_NS, value) for time_ns, value, status, text in heard.of(0) if status == 0 and text is None
        }
        assert told == {*((i * day, 1.5) for i in range(10, 22)), (0, 3.5), (5 * S, 9.0), (0, 7.0), (S // 2, 8.0)}
        assert [row[0::3] for row in heard.of(0) if row[3]] == [(NOON_NS, "NG")]
        assert [row[0] for row in heard.of(0) if row[2] == Gap.EMPTY_CELL] == [NOON_NS + S]

    asyncio.run(run())


def test_a_damaged_file_is_told_once_and_read_when_it_is_mended(export, caplog):
    caplog.set_level(logging.WARNING, "bobae.connect")
    pyarrow.parquet.write_table(
        pa.table({"time": pa.array([NOON_NS], pa.timestamp("ns")), "count": [5.0]}), export / "a.parquet"
    )
    whole = (export / "a.parquet").read_bytes()
    (export / "a.parquet").write_bytes(whole[:-20])

    async def run():
        async with watched(export, "count") as heard:
            (export / "b.csv").write_text(table(0, 2))
            await until(lambda: len(heard.rows) == 2)
            await until(lambda: bool(caplog.records))
            await looks(30)
            assert ["a.parquet" in record.getMessage() for record in caplog.records] == [True]
            (export / "a.parquet").write_bytes(whole)
            await until(lambda: len(heard.rows) == 3)

    asyncio.run(run())


@pytest.mark.parametrize("way", ["renamed", "copied"])
def test_a_rotated_log_is_not_read_twice_and_loses_nothing(export, way):
    log, old = export / "log.csv", export / "log.1.csv"
    log.write_text(table(0, 3))

    async def run():
        async with watched(export, "log.csv:count") as heard:
            await until(lambda: len(heard.rows) == 3)
            with log.open("a") as file:
                file.write(rows(3, 5))
            if way == "renamed":
                log.rename(old)
            else:
                shutil.copy(log, old)
            log.write_text(table(5, 8))
            await until(lambda: len(set(values(heard))) == 8)
            await looks(8)
        assert sorted(values(heard)) == list(range(8))

    asyncio.run(run())


def test_two_machines_in_one_folder_are_told_apart_even_if_their_files_begin_alike(export):
    for machine in (1, 2):
        (export / f"press{machine}_0304.csv").write_text(table(0, 2))

    async def run():
        async with watched(export, "press1_*:count", "press2_*:count", "press3_*:count") as heard:
            await until(lambda: len(heard.rows) == 4)
            for machine in (1, 2):
                with (export / f"press{machine}_0304.csv").open("a") as file:
                    file.write(rows(2, 4, 100 * machine))
            await until(lambda: len(heard.rows) == 8)
        assert values(heard, 0) == [0, 1, 102, 103]
        assert values(heard, 1) == [0, 1, 202, 203]
        assert [one.wish.address for one in heard.rejected] == ["press3_*:count"]

    asyncio.run(run())


def test_rows_out_of_order_and_overlapping_files_keep_their_times(export):
    lines = rows(0, 4).splitlines(keepends=True)
    (export / "a.csv").write_text("time,count\n" + "".join(lines[::-1]))
    (export / "b.csv").write_text(table(2, 6))

    async def run():
        async with watched(export, "count") as heard:
            await until(lambda: len(heard.rows) == 8)
        assert all(time_ns == NOON_NS + int(value) * S for time_ns, value, _, _ in heard.of(0))

    asyncio.run(run())


def test_after_a_restart_only_what_is_new_is_read(export, tmp_path):
    (export / "a.csv").write_text(table(0, 50))
    (export / "b.csv").write_text(table(50, 60))

    async def run(expected, *addresses, change=lambda: None, since=1, **settings):
        async with watched(export, *addresses, own=tmp_path, since=since, **settings) as heard:
            await until(lambda: len(heard.rows) >= expected)
            await looks()
            change()
        return heard

    def rotate():
        (export / "a.csv").rename(export / "a.old.csv")
        (export / "a.csv").write_text(table(60, 63))

    assert len(asyncio.run(run(60, "count")).rows) == 60
    rotate()
    assert sorted(values(asyncio.run(run(3, "count")))) == [60, 61, 62]
    assert asyncio.run(run(0, "count")).rows == []
    assert len(asyncio.run(run(63, "count", timezone="Asia/Seoul")).rows) == 63
    assert len(asyncio.run(run(63, "count", "a*:count", timezone="Asia/Seoul")).of(0)) == 63
    assert len(asyncio.run(run(63, "count", "a*:count", timezone="Asia/Seoul", since=None)).of(0)) == 63
    (tmp_path / "bookmarks.db").write_bytes(b"damaged" * 1000)
    assert len(asyncio.run(run(63, "count")).rows) == 63


def test_no_more_is_read_than_the_disk_takes(export):
    (export / "a.csv").write_text("time," + ",".join(f"c{i}" for i in range(20)) + "\n")
    line = ",".join("1.25" for _ in range(20))
    with (export / "a.csv").open("a") as file:
        file.writelines(f"{1_772_625_600_000 + i},{line}\n" for i in range(20_000))

    class Slow(Heard):
        waiting, most, kept = 0, 0, []

        def deliver(self, readings, kept=None):
            self.waiting += len(readings.position)
            self.most = max(self.most, self.waiting)
            self.kept.append((len(readings.position), kept))

    async def run():
        heard = Slow()
        async with watched(export, *(f"c{i}" for i in range(20)), heard=heard):
            await until(lambda: bool(heard.kept))
            await looks(8)
            assert heard.waiting <= 50_000
            total = 0
            while total < 400_000:
                await until(lambda: bool(heard.kept))
                size, kept = heard.kept.pop(0)
                heard.waiting -= size
                total += size
                kept()
        assert (total, heard.most <= 50_000) == (400_000, True)

    asyncio.run(run())


def test_a_folder_that_goes_is_unreachable_and_goes_on_when_it_is_back(export, tmp_path):
    (export / "a.csv").write_text(table(0, 3))

    async def run():
        hasty = {"path": str(export), "poll_s": 0.02}
        for since in (None, 1):
            source, heard = connector(hasty, tmp_path), Heard()
            await source.open()
            await source.subscribe([Wish("a", "count", since_ns=since)], heard.deliver)
            await until(lambda heard=heard: len(heard.rows) == 3)
            export.rename(tmp_path / "away")
            with pytest.raises(Unreachable, match="export"):
                await source.watch()
            await source.close()
            with pytest.raises(Unreachable):
                await connector(hasty).open()
            with (tmp_path / "away" / "a.csv").open("a") as file:
                file.write(rows(3, 6))
            (tmp_path / "away").rename(export)
            return_to = heard
        assert values(return_to) == [3, 4, 5]

    asyncio.run(run())


def test_a_share_that_hangs_is_unreachable_and_asked_no_more_until_it_comes_back(export, monkeypatch):
    back = threading.Event()
    monkeypatch.setattr(looking.os, "scandir", lambda path: back.wait() and os.scandir(path))

    async def run():
        sources = [connector({"path": str(export), "timeout_s": 0.1}) for _ in range(3)]
        before = threading.active_count()
        for source in sources:
            with pytest.raises(Unreachable):
                await source.open()
        assert threading.active_count() == before + 1
        closing = [asyncio.create_task(source.close()) for source in sources]
        back.set()
        await asyncio.gather(*closing)

    asyncio.run(run())


def test_what_is_no_file_is_passed_over_and_subfolders_are_watched_where_that_is_asked(export):
    os.mkfifo(export / "pipe.csv")
    (export / "03").mkdir()
    (export / "03" / "a.csv").write_text(table(0, 2))
    (export / "b.csv").write_text(table(2, 3))

    async def run(subfolders, expected):
        async with watched(export, "count", subfolders=subfolders) as heard:
            await until(lambda: len(heard.rows) == expected)
            await looks()
        assert len(heard.rows) == expected

    asyncio.run(run(False, 1))
    asyncio.run(run(True, 3))


def test_a_column_that_no_file_has_is_rejected_with_the_nearest(export):
    (export / "a.csv").write_text(table(0, 3))

    async def run():
        async with watched(export, "cuont", "count") as heard:
            await until(lambda: len(heard.of(1)) == 3)
        (one,) = heard.rejected
        assert (one.wish.address, one.status) == ("cuont", Gap.NO_SUCH_NODE)
        assert "count" in str(one.why)

    asyncio.run(run())


def test_a_file_without_times_is_told_and_the_others_are_read(export, caplog):
    caplog.set_level(logging.WARNING, "bobae.connect")
    (export / "a.csv").write_text("x,y\n" + "".join(f"{i % 3},{i % 5}\n" for i in range(30)))
    (export / "b.csv").write_text(table(0, 2))
    (export / "c.csv").write_text("time,count\n2026-03-04 12:00:08,8\n,9\n2026-03-04 12:00:10,10\n")

    async def run():
        async with watched(export, "count") as heard:
            await until(lambda: len(heard.rows) == 4 and len(caplog.records) == 2)
        assert sorted(values(heard)) == [0, 1, 8, 10]
        told = " ".join(record.getMessage() for record in caplog.records)
        assert "a.csv" in told
        assert "1 rows of c.csv" in told

    asyncio.run(run())


def test_a_long_past_does_not_hold_the_event_loop(export):
    for i in range(60):
        (export / f"{i:04d}.csv").write_text(table(100 * i, 100 * i + 100))

    async def run():
        rounds = 0
        async with watched(export, "count") as heard:
            while len(heard.rows) < 6_000:
                await asyncio.sleep(0.001)
                rounds += 1
        assert sorted(values(heard)) == list(range(6_000))
        assert rounds > 60  # others had their turn at least once a file

    asyncio.run(run())


@pytest.mark.parametrize(
    "wrong",
    [{"path": None}, {"timezone": "Asia/Pusan"}, {"dates": "american"}, {"poll_s": 0}, {"subfolders": "yes"}],
)
def test_settings_that_cannot_be_are_told(export, wrong):
    settings = {"path": str(export)} | wrong
    with pytest.raises(BadInput):
        connector({name: value for name, value in settings.items() if value is not None})
    with pytest.raises(UnknownName, match="subfolders"):
        connector({"path": str(export), "subfolder": True})


def test_a_folder_that_may_not_be_looked_into_is_refused(export, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(looking.os, "scandir", forbidden)  # a superuser may look everywhere

    async def run():
        source = connector({"path": str(export)})
        try:
            with pytest.raises(Refused, match="export"):
                await source.open()
        finally:
            await source.close()

    asyncio.run(run())
