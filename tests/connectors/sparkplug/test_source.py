"""bobae as primary host of a real edge node behind a real broker."""

import asyncio
import contextlib
import json
import random
import time

import numpy as np
import pytest

from bobae.collect import Collector, Patience
from bobae.connectors.mqtt.broker import Broker
from bobae.connectors.mqtt.sparkplug import node
from bobae.connectors.mqtt.sparkplug.payload import DataType
from bobae.core import STILL_GOOD, Gap, Offered, TagRow, Unreachable, Wish
from bobae.historian import open_store
from bobae.testing.live_connector import Heard, until
from bobae.testing.sparkplug_process import SparkplugSource

OTHER = {
    "/oil": (DataType.INT16, {"engUnit": "℃", "engLow": -10.0, "engHigh": 120.0}),
    "/curve": (DataType.DATA_SET, {}),
    "recipe": (DataType.TEMPLATE, {}),
}
CURVE, RECIPE = "plant/edge1/press:curve", "plant/edge1:recipe"
NUMBER = SparkplugSource.number


@pytest.fixture(scope="module")
def source():
    with SparkplugSource(other=OTHER) as edge:
        yield edge


class Told(Heard):
    """Keeps apart what was of the past."""

    def __init__(self):
        super().__init__()
        self.past = []

    def deliver(self, readings, kept=None):
        if readings.past:
            self.past += zip(readings.time_ns.tolist(), readings.value.tolist(), strict=True)
        else:
            super().deliver(readings, kept)


@contextlib.asynccontextmanager
async def listening(source, *addresses, **settings):
    connector, heard = source.connector(**settings), Told()
    try:
        await connector.open()
        rejected = await connector.subscribe([Wish(f"tag{i}", a) for i, a in enumerate(addresses)], heard.deliver)
        yield heard, rejected
    finally:
        await connector.close()


async def shown(source, heard, value):
    """Have the edge node show a value, and wait until it has come."""
    source.write(NUMBER, value, time_ns=time.time_ns())
    await until(lambda: heard.of(0)[-1][1] == value)


def test_units_ranges_and_kinds_are_offered(source):
    async def browse():
        connector = source.connector()
        try:
            await connector.open()
            return {one.address: one for one in await connector.browse()}
        finally:
            await connector.close()

    offered = asyncio.run(browse())
    oil = "plant/edge1/press:oil"
    assert set(offered) == {NUMBER, source.flag, source.text, oil, CURVE, RECIPE}
    assert offered[oil] == Offered(oil, "plant/edge1/press/oil", "number", "Cel", (-10.0, 120.0))
    assert offered[CURVE].kind is offered[RECIPE].kind is None


def test_what_cannot_be_had_is_rejected_by_name(source):
    async def ask():
        addresses = (CURVE, RECIPE, "plant/edge1:nothing", "plant/edge1", "plant/+/press:x", NUMBER, NUMBER)
        async with listening(source, *addresses, "plant/edge2:x") as (heard, rejected):
            await until(lambda: len(heard.rows) == 2)
            return rejected, heard.rows

    rejected, rows = asyncio.run(ask())
    told = {one.wish.address: (one.status, str(one.why)) for one in rejected}
    assert set(told) == {CURVE, RECIPE, "plant/edge1:nothing", "plant/edge1", "plant/+/press:x"}
    assert CURVE in told[CURVE][1]
    assert told["plant/edge1:nothing"][0] == Gap.NO_SUCH_NODE
    assert [row[0] for row in rows] == [5, 6]  # two tags of one metric


def test_the_host_is_told_online_while_it_listens_and_offline_afterwards(source):
    states = []

    async def watch():
        connector = source.connector()
        login = connector._settings.login
        onlooker = Broker(login, client_id="onlooker")
        await onlooker.open()
        onlooker.listen(lambda messages: states.extend(json.loads(one.payload) for one in messages))
        await onlooker.subscribe(["spBv1.0/STATE/bobae"])
        try:
            async with listening(source, NUMBER):
                await until(lambda: bool(states) and states[-1]["online"])
                born = states[-1]["timestamp"]
                onlooker.publish("spBv1.0/STATE/bobae", json.dumps({"online": False, "timestamp": born}).encode())
                await until(lambda: [one["online"] for one in states[-2:]] == [False, True])
            await until(lambda: not states[-1]["online"])
            assert states[-1]["timestamp"] == born
            async with contextlib.AsyncExitStack() as stack:
                killed = source.connector()
                stack.push_async_callback(killed.close)
                await killed.open()
                await killed.subscribe([Wish("tag", NUMBER)], Told().deliver)
                await until(lambda: states[-1]["online"])
                killed._broker._connection._transport.abort()
                await until(lambda: not states[-1]["online"])
        finally:
            await onlooker.close()

    asyncio.run(watch())
    assert len({one["timestamp"] for one in states}) >= 2


def test_a_message_that_was_overtaken_is_put_in_its_place(source):
    async def listen():
        async with listening(source, NUMBER) as (heard, _):
            now = time.time_ns() // 1_000_000
            source.edge.tell({"swap": [["/number", [1.5, now, 192]], ["/number", [2.5, now + 1, 192]]]})
            await until(lambda: len(heard.rows) == 3)
            return [row[2] for row in heard.rows[1:]]

    assert asyncio.run(listen()) == [1.5, 2.5]


def test_a_message_that_is_lost_is_made_good_by_a_birth(source, monkeypatch):
    monkeypatch.setattr(node, "REORDER_NS", 100_000_000)
    monkeypatch.setattr("bobae.connectors.mqtt.sparkplug.source.REORDER_NS", 100_000_000)

    async def listen():
        async with listening(source, NUMBER, source.text) as (heard, _):
            await until(lambda: len(heard.rows) == 2)
            source.edge.tell({"lose": 1})
            await shown(source, heard, 5.5)
            await until(lambda: len(heard.of(1)) == 3)  # the birth told it once more
            return heard

    heard = asyncio.run(listen())
    (_, number, *after), (_, word, again) = heard.of(0), heard.of(1)
    assert number[2] == word[2] == Gap.NO_COMMUNICATION
    assert {row[1] for row in after} == {5.5}
    assert again[2] == 0


def test_what_is_lost_is_stored_as_a_gap_that_the_birth_ends(source, tmp_path, monkeypatch):
    monkeypatch.setattr(node, "REORDER_NS", 100_000_000)
    monkeypatch.setattr("bobae.connectors.mqtt.sparkplug.source.REORDER_NS", 100_000_000)
    wishes = [Wish("line.number", NUMBER), Wish("line.text", source.text)]

    async def lose():
        with open_store(tmp_path / "store", write=True) as store:
            tags = store.writer.tag_ids([TagRow(i, wish.path) for i, wish in enumerate(wishes)])
            running = asyncio.create_task(
                Collector(
                    "line1", source.connector, wishes, tags, writer=store.writer, reader=store, chance=random.Random(1)
                ).run()
            )
            source.write(source.text, "before", time_ns=time.time_ns())
            await until(lambda: "before" in told(store))
            source.edge.tell({"lose": 1})
            source.write(NUMBER, 5.25, time_ns=time.time_ns())
            await until(lambda: told(store)[-1] == "before" and len(told(store)) > len({*told(store)}))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return store.raw(["line.text"], 0, 2**62), store.raw(["line.number"], 0, 2**62)

    def told(store):
        found = store.raw(["line.text"], 0, 2**62)
        return [] if found.text is None else [word for word in found.text.tolist() if word is not None]

    words, numbers = asyncio.run(lose())
    lost = int(np.flatnonzero(words.status == Gap.NO_COMMUNICATION)[-1])
    assert words.text[lost - 1] == words.text[lost + 1] == "before"
    assert words.status[lost + 1] == STILL_GOOD
    assert words.time_ns[lost] in numbers.time_ns  # one gap for all that the edge node has
    assert numbers.value[numbers.time_ns > words.time_ns[lost]][0] == 5.25


def test_an_edge_node_that_may_not_be_asked_yet_is_asked_later_though_it_says_nothing(source, monkeypatch):
    monkeypatch.setattr(node, "REBIRTH_NS", 500_000_000)
    monkeypatch.setattr("bobae.connectors.mqtt.sparkplug.source.REORDER_NS", 100_000_000)

    async def listen():
        async with listening(source, source.text) as (heard, _):
            await until(lambda: len(heard.rows) == 1)
            source.edge.tell({"strange": 999})
            await until(lambda: len(heard.rows) == 2)
            source.edge.tell({"strange": 998})  # within half a second of the first
            await until(lambda: len(heard.rows) == 3)

    asyncio.run(listen())
    assert source.broker.pid > 0


def test_a_metric_without_a_birth_asks_for_one(source):
    async def listen():
        async with listening(source, source.text) as (heard, _):
            await until(lambda: len(heard.rows) == 1)
            source.edge.tell({"strange": 999})
            await until(lambda: len(heard.rows) == 2)

    asyncio.run(listen())
    assert source.broker.pid > 0


def test_an_edge_node_that_dies_is_a_gap_until_it_is_born_again(source):
    async def listen():
        async with listening(source, NUMBER, source.text) as (heard, _):
            await shown(source, heard, 6.5)
            source.kill_edge()
            await until(lambda: len(heard.of(1)) == 2)
            dead = [heard.of(position)[-1] for position in (0, 1)]
            await asyncio.to_thread(source.start_edge)
            await until(lambda: len(heard.of(1)) >= 3)
            return dead, heard.of(0)[-1]

    dead, again = asyncio.run(listen())
    assert [row[2] for row in dead] == [Gap.NO_COMMUNICATION] * 2
    assert again[1:3] == (6.5, 0)


def test_a_device_that_dies_is_a_gap_for_its_metrics_alone(source):
    async def listen():
        async with listening(source, NUMBER, source.text) as (heard, _):
            await shown(source, heard, 7.5)
            source.edge.tell({"device": False})
            await until(lambda: heard.of(0)[-1][2] == Gap.NO_COMMUNICATION)
            source.edge.tell({"device": True})
            await until(lambda: heard.of(0)[-1][2] == 0)
            return heard

    heard = asyncio.run(listen())
    assert heard.of(0)[-1][1] == 7.5
    assert Gap.NO_COMMUNICATION not in [row[2] for row in heard.of(1)]


def test_what_the_edge_node_had_kept_comes_as_past(source):
    async def listen():
        async with listening(source, NUMBER) as (heard, _):
            await shown(source, heard, 8.5)
            ago = time.time_ns() // 1_000_000 - 60_000
            source.edge.tell({"flush": [["/number", float(i), ago + i] for i in range(100)]})
            await until(lambda: len(heard.past) == 100)
            return ago, heard

    ago, heard = asyncio.run(listen())
    assert heard.past == [((ago + i) * 1_000_000, float(i)) for i in range(100)]
    assert heard.of(0)[-1][1] == 8.5


def test_data_may_name_its_metrics_instead_of_numbering_them():
    async def listen():
        async with listening(named, NUMBER) as (heard, _):
            await shown(named, heard, 9.5)
            return heard.of(0)[-1]

    with SparkplugSource(aliases=False) as named:
        assert asyncio.run(listen())[1:3] == (9.5, 0)


def test_a_broker_that_is_killed_and_restarted_leaves_a_gap_and_is_taken_up_again(source, tmp_path):
    wish = Wish("line.number", NUMBER)

    async def restart():
        with open_store(tmp_path / "store", write=True) as store:
            collector = Collector(
                "line1",
                source.connector,
                [wish],
                store.writer.tag_ids([TagRow(0, wish.path)]),
                writer=store.writer,
                reader=store,
                chance=random.Random(1),
                patience=Patience(retry_s=0.05, longest_retry_s=0.2),
            )
            running = asyncio.create_task(collector.run())
            await until(lambda: collector.state.samples > 0)
            await asyncio.to_thread(source.kill)
            await until(lambda: not collector.state.connected)
            await asyncio.to_thread(source.start)
            await asyncio.to_thread(source.write, NUMBER, 11.5, time_ns=time.time_ns())
            await until(lambda: bool((store.last([wish.path]).value == 11.5).any()))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return store.raw([wish.path], 0, 2**62)

    rows = asyncio.run(restart())
    assert Gap.NO_COMMUNICATION in rows.status
    assert np.isnan(rows.value[rows.status == Gap.NO_COMMUNICATION]).all()


def test_a_connector_that_is_not_open_says_so(source):
    connector = source.connector()
    for act in (connector.browse(), connector.subscribe([], print), connector.watch()):
        with pytest.raises(Unreachable, match="not open"):
            asyncio.run(act)
