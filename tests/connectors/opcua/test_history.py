"""What a server has kept is read afterwards: all of it, page by page, and said to be whole only if it is."""

import asyncio
import random
import time

import numpy as np
import pytest

from bobae.collect import Collector, Patience, filling
from bobae.connectors.opcua import OpcUaSource, connector, history
from bobae.connectors.opcua.settings import checked
from bobae.core import STILL_GOOD, Gap, HistoryReader, TagRow, Wish
from bobae.historian import open_store
from bobae.testing.live_connector import Heard, until
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

MS = 1_000_000
NODES = [
    Node("flow", 0.0, time_ns=1_772_625_600_000_000_000, historized=True),
    Node("product", "A", "String", time_ns=1_772_625_600_000_000_000, historized=True),
    Node("curve", [0.0, 0.0], time_ns=1_772_625_600_000_000_000, historized=True),
    Node("forgotten", 5.0, time_ns=1_772_625_600_000_000_000),
]
FLOW, PRODUCT, CURVE, FORGOTTEN = (node.address for node in NODES)
PAGE = 100


@pytest.fixture(scope="module")
def server():
    with OpcUaProcess(NODES, history_page=PAGE) as process:
        yield process


@pytest.fixture
def settings(server):
    return {"url": server.url, "publishing_ms": 20, "timeout_s": 2, "requests_per_s": 1_000}


def whole_microseconds() -> int:
    return time.time_ns() // 1000 * 1000


def read(settings, *wishes, until_ns):
    """The positions that are whole, and what came."""

    async def ask():
        source, heard = connector(settings), Heard()
        assert isinstance(source, HistoryReader)
        try:
            await source.open()
            whole = await source.history(wishes, until_ns, lambda said: (heard.deliver(said), pasts.append(said.past)))
            return list(whole), heard
        finally:
            await source.close()

    pasts: list[bool] = []
    answer = asyncio.run(ask())
    assert all(pasts)
    return answer


@pytest.mark.parametrize("at_once", [1_000, 50])  # the server says where it goes on, or cuts off without a word
def test_history_comes_page_by_page_with_times_and_statuses(server, settings, monkeypatch, at_once):
    monkeypatch.setattr(history, "_VALUES", at_once)
    begun = whole_microseconds()
    sent = [
        Write("flow", float(i), status=0x4090_0000 if i % 7 == 0 else 0, time_ns=begun + i * 1000) for i in range(1_234)
    ]
    server.write(*sent)
    wish, end = Wish("flow", FLOW, since_ns=begun), begun + 10_000 * MS
    rows = []
    for _ in range(50):
        whole, heard = read(settings, wish, until_ns=end)
        rows = heard.of(0)
        if rows[-1][1] == 1_233.0:
            break
        time.sleep(0.02)  # the server writes its history behind
    assert whole == [0]
    assert rows[-1234:] == [(one.time_ns, one.value, one.status, None) for one in sent]
    assert len(rows) in (1234, 1235)
    assert rows[0][0] <= begun


def test_what_held_before_comes_too_and_nothing_from_after(server, settings):
    at = whole_microseconds()
    server.write(*(Write("product", name, "String", time_ns=at + i * MS) for i, name in enumerate("BCDE")))
    server.write(Write("curve", [1.0, 7.0], time_ns=at))
    wishes = [Wish("p", PRODUCT, since_ns=at + MS + MS // 2), Wish("c", f"{CURVE}[1]", since_ns=at + 2 * MS)]
    for _ in range(50):
        whole, heard = read(settings, *wishes, until_ns=at + 2 * MS)
        if len(heard.rows) == 3:
            break
        time.sleep(0.02)
    assert whole == [0, 1]
    assert sorted((row[0], row[3]) for row in heard.of(0)) == [(at + MS, "C"), (at + 2 * MS, "D")]
    assert heard.of(1) == [(at, 7.0, 0, None)]


def test_a_node_that_the_server_does_not_record_is_not_whole(server, settings):
    now = time.time_ns()
    whole, heard = read(
        settings, Wish("f", FORGOTTEN, since_ns=now), Wish("x", "ns=2;s=gone", since_ns=now), until_ns=now
    )
    assert (whole, heard.rows) == ([], [])


def test_what_was_before_the_server_started_is_not_whole(server, settings):
    whole, heard = read(settings, Wish("flow", FLOW, since_ns=NODES[0].time_ns), until_ns=time.time_ns())
    assert whole == []
    assert heard.rows


def test_a_gap_is_filled_while_a_tag_without_history_keeps_it(server, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(filling, "LOOK_BACK_NS", 0)  # the server has not run for a minute yet
    wishes = [Wish("flow", FLOW), Wish("forgotten", FORGOTTEN)]
    server.write(Write("flow", 1.5, time_ns=whole_microseconds()))
    filled = []

    class Noted(OpcUaSource):
        async def history(self, *asked):
            filled.append(await super().history(*asked))
            return filled[-1]

    async def collect(store, enough):
        tags = store.writer.tag_ids([TagRow(-1, wish.path) for wish in wishes])
        collector = Collector(
            "line",
            lambda: Noted(checked(settings)),
            wishes,
            tags,
            writer=store.writer,
            reader=store,
            chance=random.Random(0),
            patience=Patience(0.05, 0.2, 0.2),
        )
        task = asyncio.create_task(collector.run())
        await until(lambda: collector.state.samples == 2 and enough())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])

    with open_store(tmp_path, write=True) as store:
        asyncio.run(collect(store, lambda: True))
    time.sleep(0.01)
    begun = whole_microseconds()
    missed = [Write("flow", 10.0 + i, status=0x4090_0000 * (i == 1), time_ns=begun + i * 5 * MS) for i in range(3)]
    server.write(*missed)
    time.sleep(0.1)
    with open_store(tmp_path, write=True) as store:
        asyncio.run(collect(store, lambda: bool(filled)))
    with open_store(tmp_path) as store:
        flow, forgotten = (store.raw([wish.path], 0, 2**62) for wish in wishes)
    assert filled == [[0]]
    assert flow.status.tolist() == [0, STILL_GOOD, 0, 0x4090_0000, 0, Gap.NOT_COLLECTED]
    assert flow.value.tolist()[:5] == [1.5, 1.5, 10.0, 11.0, 12.0]
    assert flow.time_ns.tolist()[2:5] == [one.time_ns for one in missed]
    assert forgotten.status.tolist() == [0, Gap.NOT_COLLECTED, STILL_GOOD, Gap.NOT_COLLECTED]
    assert np.isnan(forgotten.value[1])
