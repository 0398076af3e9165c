"""What only an MQTT broker can do: keep what we missed, wait for our acknowledgement, tell that a machine is gone."""

import asyncio
import contextlib
import json
import random
import time

import numpy as np
import pytest

from bobae.collect import Collector, Patience
from bobae.connectors.mqtt import broker
from bobae.core import Gap, Rejected, TagRow, Unreachable, Wish
from bobae.historian import open_store
from bobae.testing.live_connector import Heard, until
from bobae.testing.mqtt_process import MqttSource

S_NS = 1_000_000_000


@pytest.fixture(scope="module")
def source():
    with MqttSource() as machine:
        yield machine


class Unkept(Heard):
    """Takes what comes and never gets it onto the disk."""

    def deliver(self, readings, kept=None):
        super().deliver(readings)
        self.kept = kept


@contextlib.asynccontextmanager
async def listening(connector, heard, *addresses):
    try:
        await connector.open()
        yield await connector.subscribe([Wish(f"tag{i}", a) for i, a in enumerate(addresses)], heard.deliver)
    finally:
        await connector.close()


def payload(value, time_ns=None):
    return json.dumps({"t": time.time_ns() if time_ns is None else time_ns, "v": value, "q": 0})


def test_what_is_not_on_the_disk_is_sent_again_and_what_is_is_not(source, tmp_path):
    async def away_and_back():
        heard = Unkept()
        async with listening(source.connector(tmp_path), heard, "again#v"):
            for value in (1, 2):
                source.publish("again", payload(value))
                await until(lambda v=value: len(heard.rows) == v)
                if value == 1:
                    heard.kept()
        assert [row[2] for row in heard.rows] == [1, 2]
        again = Heard()
        async with listening(source.connector(tmp_path), again, "again#v"):
            await until(lambda: bool(again.rows))
            source.publish("again", payload(3))
            await until(lambda: len(again.rows) == 2)
        return [row[2] for row in again.rows]

    assert asyncio.run(away_and_back()) == [2, 3]


def test_what_is_published_while_nobody_listens_comes_afterwards_as_past(source, tmp_path):
    async def away_and_back():
        async with listening(source.connector(tmp_path), Heard(), "away#v"):
            pass
        began = time.time_ns() - 100 * S_NS
        for i in range(50):
            source.publish("away", payload(i, began + i * S_NS))
        told = []
        async with listening(source.connector(tmp_path), Told(told), "away#v"):
            await until(lambda: sum(len(one.value) for one in told) == 50)
            source.publish("away", payload(50))
            await until(lambda: sum(len(one.value) for one in told) == 51)
        return np.concatenate([one.value for one in told]).tolist(), [one.past for one in told]

    values, past = asyncio.run(away_and_back())
    assert values == list(range(51))
    assert past[0] is True
    assert past[-1] is False


class Told:
    """Keeps all readings, and has them kept at once."""

    def __init__(self, told):
        self.told = told

    def deliver(self, readings, kept=None):
        self.told.append(readings)
        if kept is not None:
            kept()


def test_without_a_time_in_the_payload_no_session_is_kept(source, tmp_path):
    async def away_and_back():
        settings = {"time": None}
        async with listening(source.connector(tmp_path, **settings), Heard(), "timeless#v"):
            pass
        source.publish("timeless", payload(1))
        heard = Heard()
        async with listening(source.connector(tmp_path, **settings), heard, "timeless#v"):
            source.publish("timeless", payload(2))
            await until(lambda: bool(heard.rows))
        return [row[2] for row in heard.rows]

    assert asyncio.run(away_and_back()) == [2]


def test_a_slow_disk_holds_the_broker_back_and_nothing_is_lost(source, tmp_path, monkeypatch):
    monkeypatch.setattr(broker, "WINDOW", 20)

    async def listen():
        heard = Unkept()
        async with listening(source.connector(tmp_path), heard, "slow#v"):
            for value in range(100):
                source.publish("slow", payload(value))
            await until(lambda: len(heard.rows) == 20)
            await asyncio.sleep(0.1)
            assert len(heard.rows) == 20
            while len(heard.rows) < 100:
                before = len(heard.rows)
                heard.kept()
                await until(lambda b=before: len(heard.rows) > b)
        return [row[2] for row in heard.rows]

    assert asyncio.run(listen()) == list(range(100))


def test_messages_that_nobody_wants_are_acknowledged_in_their_turn(source, tmp_path, monkeypatch):
    monkeypatch.setattr(broker, "WINDOW", 20)

    async def listen():
        heard = Heard()
        async with listening(source.connector(tmp_path), heard, "wanted#v"):
            for value in range(60):
                source.publish("wanted", json.dumps({"other": value}))
            source.publish("wanted", payload(1))
            await until(lambda: bool(heard.rows))
        return [row[2] for row in heard.rows]

    assert asyncio.run(listen()) == [1]


def test_a_machine_that_is_gone_by_its_availability_is_a_gap(source):
    async def listen():
        heard = Heard()
        source.publish("machine/status", "online", retained=True)
        settings = {"availability": "machine/status"}
        async with listening(source.connector(**settings), heard, "machine/a#v", "machine/b#v"):
            source.publish("machine/a", payload(1))
            await until(lambda: bool(heard.rows))
            source.publish("machine/status", "offline", retained=True)
            await until(lambda: len(heard.rows) == 3)
        source.publish("machine/a", payload(2), retained=True)
        again = Heard()
        async with listening(source.connector(**settings), again, "machine/a#v"):
            await until(lambda: bool(again.rows))
            source.publish("machine/status", "online", retained=True)
            source.publish("machine/a", payload(3))
            await until(lambda: len(again.rows) == 2)
        return heard.rows, again.rows

    before, after = asyncio.run(listen())
    assert [row[3] for row in before] == [0, Gap.NO_COMMUNICATION, Gap.NO_COMMUNICATION]
    assert {row[0] for row in before[1:]} == {0, 1}
    assert before[1][1] > before[0][1]
    assert [row[3] for row in after] == [
        Gap.NO_COMMUNICATION,
        0,
    ]  # a retained value of a machine that is gone is none
    assert after[1][2] == 3.0


def test_a_payload_that_is_not_as_said_is_told_once(source, caplog):
    async def listen():
        heard = Heard()
        async with listening(source.connector(), heard, "broken#v", "whole#v"):
            for _ in range(3):
                source.publish("broken", "{")
            source.publish("whole", payload(1))
            await until(lambda: bool(heard.of(1)))
        return heard

    heard = asyncio.run(listen())
    assert [row[2] for row in heard.of(0)] == [0x8007_0000] * 3
    assert len([one for one in caplog.records if "broken#v" in one.getMessage()]) == 1


def test_two_tags_can_come_from_one_value(source):
    async def listen():
        heard = Heard()
        async with listening(source.connector(), heard, "twice#v", "twice#v"):
            source.publish("twice", payload(5))
            await until(lambda: len(heard.rows) == 2)
        return heard.rows

    assert [(row[0], row[2]) for row in asyncio.run(listen())] == [(0, 5.0), (1, 5.0)]


def test_a_topic_beyond_ten_thousand_bytes_and_a_payload_of_a_megabyte_come_whole(source):
    topic = "long/" + "x" * 10_000

    async def listen():
        heard = Heard()
        async with listening(source.connector(), heard, f"{topic}#v", f"{topic}#text"):
            said = {"t": time.time_ns(), "v": 1, "q": 0, "text": "금" * 300_000}
            source.publish(topic, json.dumps(said, ensure_ascii=False))
            await until(lambda: len(heard.rows) == 2)
        return heard.rows

    rows = asyncio.run(listen())
    assert rows[0][2] == 1.0
    assert rows[1][4] == "금" * 300_000


@contextlib.asynccontextmanager
async def collecting(source, folder, store):
    """bobae at work for as long as the block; it ends without a word."""
    wish = Wish("line.number", source.number)
    tags = store.writer.tag_ids([TagRow(0, wish.path)])
    collector = Collector(
        "line1",
        lambda: source.connector(folder),
        [wish],
        tags,
        writer=store.writer,
        reader=store,
        chance=random.Random(1),
        patience=Patience(retry_s=0.05, longest_retry_s=0.2),
    )
    running = asyncio.create_task(collector.run())
    try:
        yield collector
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def values(store):
    """The different numbers that are stored."""
    return np.unique(store.raw(["line.number"], 0, 2**62).value)


def test_bobae_that_is_restarted_while_a_machine_publishes_loses_nothing(source, tmp_path):
    async def restart():
        source.ramp(10)
        for run in range(3):
            with open_store(tmp_path / "store", write=True) as store:
                async with collecting(source, tmp_path / "source", store):  # what comes again is no new one
                    await until(lambda s=store, n=run: len(values(s)) > 40 * (n + 1))
        source.ramp(0)
        await asyncio.sleep(0.05)
        with open_store(tmp_path / "store", write=True) as store:
            async with collecting(source, tmp_path / "source", store) as collector:
                await until(lambda: collector.state.connected)
                await asyncio.sleep(0.5)
                await until(lambda: collector.state.waiting == 0)
            return store.raw(["line.number"], 0, 2**62)

    rows = asyncio.run(restart())
    counted = np.unique(rows.value[(rows.status == 0) & (rows.value >= 1)])
    assert len(counted) > 90
    assert counted.tolist() == list(range(int(counted[0]), int(counted[-1]) + 1))
    assert Gap.NOT_COLLECTED in rows.status


def test_a_broker_that_is_killed_and_restarted_is_taken_up_again(source, tmp_path):
    async def restart():
        with open_store(tmp_path / "store", write=True) as store:
            async with collecting(source, tmp_path / "source", store) as collector:
                await until(lambda: collector.state.connected)
                await asyncio.to_thread(source.kill)
                await until(lambda: not collector.state.connected)
                await asyncio.to_thread(source.start)
                await until(lambda: collector.state.connected)
                await asyncio.to_thread(source.write, source.number, 77.0, time_ns=time.time_ns())
                await until(lambda: bool((store.last(["line.number"]).value == 77.0).any()))
            return store.raw(["line.number"], 0, 2**62)

    assert Gap.NO_COMMUNICATION in asyncio.run(restart()).status


def test_a_connector_that_is_not_open_says_so(source):
    connector = source.connector()
    for act in (connector.browse(), connector.subscribe([Wish("a", "b")], print), connector.watch()):
        with pytest.raises(Unreachable, match="not open"):
            asyncio.run(act)


def test_only_what_the_broker_forbids_is_rejected(source):
    async def ask():
        async with listening(source.connector(), Heard(), "line1/number#v", "a/+/b") as rejected:
            return rejected

    rejected = asyncio.run(ask())
    assert [type(one) for one in rejected] == [Rejected]
    assert "a/+/b" in str(rejected[0].why)
