"""Rows in order, ties and late commits, long tables, zones, what is missing, and what is told at the start."""

import asyncio
import json
import sqlite3

import pytest
from sqlalchemy import make_url

from bobae.connectors.sql import connector
from bobae.connectors.sql.table import PAGE
from bobae.core import BadInput, Gap, Refused, UnknownName, Unreachable, Wish
from bobae.testing.live_connector import Heard, until

S = 1_000_000_000
BEGIN = 1_772_625_600


@pytest.fixture
def file(tmp_path):
    return tmp_path / "mes 1.db"


@pytest.fixture
def base(file):
    base = sqlite3.connect(file, isolation_level=None)
    base.execute("pragma synchronous = off")
    yield base
    base.close()


def collected(settings, addresses, done, *, folder=None, since=None, meanwhile=lambda heard: None):
    """What has been heard when `done(heard)` is so, and what was rejected."""

    async def run():
        hasty = {"poll_s": 0.01, "requests_per_s": 1000.0, "look_back_s": 0.1, "timeout_s": 5.0}
        source, heard = connector(hasty | settings, folder), Heard()
        try:
            await source.open()
            wishes = [Wish(f"line/press.{address}", address, since_ns=since) for address in addresses]
            rejected = await source.subscribe(wishes, heard.deliver)
            watching = asyncio.create_task(source.watch())
            meanwhile(heard)
            await until(lambda: done(heard) or watching.done())
            if watching.done():
                watching.result()
            watching.cancel()
            return heard, rejected
        finally:
            await source.close()

    return asyncio.run(run())


def of(file, **more):
    return {"url": f"sqlite:///{file}", "table": "readings", "time": "at", **more}


def test_rows_of_equal_order_are_not_cut_apart_at_the_end_of_a_page(file, base):
    base.execute("create table readings (at integer, value real)")
    times = [1] * (PAGE + 7) + [2] * 3 + [3] * (PAGE - 2) + [4]
    base.execute("begin")
    base.executemany("insert into readings values (?, ?)", ((BEGIN + t, i) for i, t in enumerate(times)))
    base.execute("commit")
    heard, _ = collected(of(file), ["value"], lambda heard: len(heard.rows) == len(times))
    assert sorted(row[1] for row in heard.of(0)) == list(range(len(times)))


def test_a_row_that_is_committed_late_is_found_and_no_other_comes_twice(file, base):
    base.execute("create table readings (id integer primary key, at text, value real)")
    base.executemany("insert into readings values (?, '2026-03-04 12:00:00', ?)", [(1, 1.0), (2, 2.0), (4, 4.0)])

    def late(heard):
        async def commit():
            await until(lambda: len(heard.rows) == 3)
            base.execute("insert into readings values (3, '2026-03-04 12:00:03', 3.0), (5, '2026-03-04 12:00:05', 5.0)")

        heard.task = asyncio.create_task(commit())

    heard, _ = collected(of(file, order="id"), ["value"], lambda heard: len(heard.rows) == 5, meanwhile=late)
    assert {row[1] for row in heard.of(0)} == {1.0, 2.0, 3.0, 4.0, 5.0}


def test_it_goes_on_where_its_samples_were_on_the_disk(file, base, tmp_path):
    base.execute("create table readings (id integer primary key, at integer, value real)")
    base.executemany("insert into readings values (?, ?, ?)", ((i, BEGIN + i, i) for i in range(100)))
    mark = tmp_path / "bookmark.json"
    settings = of(file, order="id")
    collected(settings, ["value"], lambda heard: mark.exists(), folder=tmp_path)
    assert json.loads(mark.read_text())["at"] == 99
    base.execute("insert into readings values (100, ?, 100)", (BEGIN + 100,))
    heard, _ = collected(settings, ["value"], lambda heard: bool(heard.rows), folder=tmp_path, since=1)
    assert [row[1] for row in heard.of(0)] == [100.0]
    for since, again in ((None, settings), (1, settings | {"timezone": "Asia/Seoul"})):
        heard, _ = collected(again, ["value"], lambda heard: len(heard.rows) > 1, folder=tmp_path, since=since)
        assert len(heard.rows) == 101


def test_a_damaged_bookmark_is_none(file, base, tmp_path):
    base.execute("create table readings (at integer, value real)")
    base.execute("insert into readings values (1, 2.5)")
    (tmp_path / "bookmark.json").write_text('{"meant": ')
    heard, _ = collected(of(file), ["value"], lambda heard: bool(heard.rows), folder=tmp_path, since=1)
    assert heard.of(0) == [(1 * S, 2.5, 0, None)]


def test_a_long_table_holds_numbers_flags_and_texts_of_several_machines(file, base):
    base.execute("create table readings (at text, machine text, signal text, value text)")
    rows = [
        ("2026-03-04 21:00:00", "P1", "temp", "12.5"),
        ("2026-03-04 21:00:00", "P2", "temp", "13.5"),
        ("2026-03-04T21:00:01.25", "P1", "lot", "금형 A-7"),
        ("2026-03-04 12:00:02+00:00", "P1", "temp", None),
        ("noon", "P1", "temp", "99"),
    ]
    base.executemany("insert into readings values (?, ?, ?, ?)", rows)
    settings = of(file, asset="machine", name="signal", value="value", timezone="Asia/Seoul")
    wanted = ["P1:temp", "P2:temp", "P1:lot", "P3:temp"]
    heard, rejected = collected(settings, wanted, lambda heard: len(heard.rows) == 4)
    first, second = sorted(heard.of(0))
    assert first == (BEGIN * S, 12.5, 0, None)
    assert second[0::2] == ((BEGIN + 2) * S, int(Gap.EMPTY_CELL))
    assert heard.of(1) == [(BEGIN * S, 13.5, 0, None)]
    assert heard.of(2)[0][0] == BEGIN * S + 1_250_000_000
    assert heard.of(2)[0][3] == "금형 A-7"
    assert [one.wish.address for one in rejected] == ["P3:temp"]
    assert "P2:temp" in str(rejected[0].why)


def test_null_is_bad_and_a_count_of_milliseconds_is_a_time(file, base):
    base.execute("create table readings (at integer, temp real, tem boolean, picture blob)")
    base.execute("insert into readings values (?, null, 1, x'00')", (BEGIN * 1000 + 7,))
    heard, rejected = collected(of(file, epoch="ms"), ["temp", "tem", "picture"], lambda heard: len(heard.rows) == 2)
    assert heard.of(0)[0][0::2] == (BEGIN * S + 7_000_000, int(Gap.EMPTY_CELL))
    assert heard.of(1)[0][1:] == (1.0, 0, None)
    assert [(one.wish.address, one.status) for one in rejected] == [("picture", Gap.WRONG_KIND)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"table": "reading"}, "nearest: readings"),
        ({"time": "att"}, "no column 'att'"),
        ({"order": "no"}, "column 'no'"),
    ],
)
def test_a_table_or_a_key_that_is_not_there_is_refused_with_the_nearest(file, base, wrong, told):
    base.execute("create table readings (at integer, value real)")
    with pytest.raises(Refused, match=told):
        collected(of(file) | wrong, ["value"], lambda heard: False)


def test_a_database_that_is_not_there_is_unreachable_and_not_made(file):
    with pytest.raises(Unreachable, match="mes"):
        collected(of(file), ["value"], lambda heard: False)
    assert not file.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "postgresql://reader:s3cret@mes/plant"},
        {"url": "no address"},
        {"url_env": "NO_SUCH_VARIABLE", "url": None},
        {"password_env": "NO_SUCH_VARIABLE"},
        {"name": "signal"},
        {"timezone": "Asia/Pusan"},
        {"epoch": "minutes"},
        {"query": "select 1"},
    ],
)
def test_settings_that_cannot_be_are_told(wrong):
    settings = {"url": "postgresql://reader@mes/plant", "table": "readings", "time": "at"} | wrong
    with pytest.raises(BadInput):
        connector({name: value for name, value in settings.items() if value is not None})


def test_a_setting_that_nobody_knows_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match="poll_s"):
        connector({"url": "sqlite://", "table": "a", "time": "b", "pol_s": 1})


def test_a_password_is_neither_shown_nor_told(monkeypatch):
    monkeypatch.setenv("MES_URL", "postgresql://reader:s3cret@mes/plant")
    source = connector({"url_env": "MES_URL", "table": "readings", "time": "at"})
    assert "s3cret" not in source.endpoint + repr(source._settings)
    assert source._settings.url.password == "s3cret"


def test_a_stranger_is_refused(server):
    url = str(make_url(server.url).set(username="stranger"))
    with pytest.raises(Refused, match="login"):
        collected({"url": url, "table": "press", "time": "at"}, ["number"], lambda heard: False)


def test_nothing_can_be_written_and_a_slow_query_is_ended(server):
    server.execute("create view slow as select at, id, number, pg_sleep(9) is null as flag from press")
    server.execute("grant select on slow to reader")
    with pytest.raises(Unreachable, match="timeout"):
        collected(
            {"url": server.url, "table": "slow", "time": "at", "order": "id", "timeout_s": 0.3},
            ["flag"],
            lambda heard: False,
        )
    source = server.connector()

    async def write():
        await source.open()
        try:
            await source._do(lambda: source._follower._base.exec_driver_sql("delete from press"))
        finally:
            await source.close()

    with pytest.raises(Exception, match="read-only"):
        asyncio.run(write())


def test_a_column_that_gets_another_name_is_told_and_then_rejected(server):
    _, rejected = collected(
        {"url": server.url, "table": "press", "time": "at", "order": "id"}, ["number"], lambda heard: bool(heard.rows)
    )
    assert rejected == []

    async def run():
        source, heard = server.connector(), Heard()
        await source.open()
        try:
            await source.subscribe([Wish("a", "number")], heard.deliver)
            server.replace()
            await source.watch()
        finally:
            await source.close()

    try:
        with pytest.raises(Unreachable, match="changed"):
            asyncio.run(run())
        _, rejected = collected(
            {"url": server.url, "table": "press", "time": "at", "order": "id"}, ["number", "flag"], lambda heard: True
        )
        assert [one.wish.address for one in rejected] == ["number"]
    finally:
        server.restore()


def test_a_database_is_asked_no_more_often_than_it_may_be(server):
    before = server.counts()

    async def run():
        source = server.connector(requests_per_s=20.0, poll_s=0.001)
        await source.open()
        try:
            await source.subscribe([Wish("a", "number")], Heard().deliver)
            await asyncio.sleep(1.0)
        finally:
            await source.close()

    asyncio.run(run())
    connections, statements = (after - then for after, then in zip(server.counts(), before, strict=True))
    assert connections == 1
    assert 10 < statements < 110  # 20 queries, each between a begin and a rollback, and the look at the table
