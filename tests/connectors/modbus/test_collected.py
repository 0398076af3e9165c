"""A device collected through losses: it is never asked more than allowed, and what is stored tells of every gap."""

import asyncio
import random
import time

import numpy as np
import pytest

from bobae.collect import Collector, Patience
from bobae.core import Gap, TagRow, Wish
from bobae.historian import open_store
from bobae.testing.live_connector import until
from bobae.testing.modbus_process import ModbusSource

PER_S, ROUNDS, FIRST_RETRY_S = 20, 2, 0.25
ADDRESSES = ["1/holding/0", "1/input/0", "1/coil/0", "1/discrete/0"]  # four requests each round


class Counting:
    """Stands between connector and server and notes when connections and questions come."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.connections: list[float] = []
        self.questions: list[float] = []

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(time.monotonic())
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        answers = asyncio.create_task(self._answers(there, writer))
        while question := await reader.read(300):
            self.questions += [time.monotonic()] * (len(question) // 12)
            back.write(question)
        answers.cancel()
        back.close()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await there.read(300):
            writer.write(answer)
        writer.close()  # the server is gone

    def most_within(self, seconds: float) -> int:
        came = np.array(sorted(self.questions + self.connections))
        return int(max(np.searchsorted(came, came + seconds) - np.arange(len(came))))


@pytest.mark.parametrize("way", ["killed", "frozen"])
def test_a_device_is_never_asked_more_than_allowed_however_often_it_is_lost(serving, tmp_path, way):
    wishes = [Wish(address, address) for address in ADDRESSES]

    async def collect(source: ModbusSource, counting: Counting, store) -> float:
        async with serving(counting.relay) as port:
            tags = store.writer.tag_ids([TagRow(-1, wish.path) for wish in wishes])
            collector = Collector(
                "line",
                lambda: source.connector(
                    url=f"tcp://127.0.0.1:{port}", requests_per_s=PER_S, poll_s=0.05, timeout_s=0.3
                ),
                wishes,
                tags,
                writer=store.writer,
                reader=store,
                chance=random.Random(0),
                patience=Patience(FIRST_RETRY_S, FIRST_RETRY_S, FIRST_RETRY_S, 0.5),
            )
            began = time.monotonic()
            task = asyncio.create_task(collector.run())
            for n in range(1, ROUNDS + 1):
                source.hold((1, "holding", 0, [n]))
                await until(lambda: collector.state.connected)
                await asyncio.sleep(0.6)
                source.kill() if way == "killed" else source.freeze()
                await until(lambda: not collector.state.connected)
                await asyncio.sleep(0.5)
                await asyncio.to_thread(source.start) if way == "killed" else source.thaw()
            await until(lambda: collector.state.connected and collector.state.waiting == 0)
            task.cancel()
            await asyncio.wait([task])
            return time.monotonic() - began

    with ModbusSource() as source, open_store(tmp_path, write=True) as store:
        counting = Counting(int(source.url.rpartition(":")[2]))
        seconds = asyncio.run(collect(source, counting, store))
    assert len(counting.questions) > 2 * PER_S * 0.6 * ROUNDS / 2  # it did ask
    assert len(counting.questions) + len(counting.connections) <= PER_S * seconds + 1
    assert counting.most_within(1.0) <= 1.3 * PER_S  # the network may hold up a few and bring them together
    assert len(counting.connections) <= 1 + seconds / FIRST_RETRY_S
    with open_store(tmp_path) as store:
        rows = store.raw([ADDRESSES[0]], 0, 2**62)
    gaps = rows.time_ns[rows.status == Gap.NO_COMMUNICATION]
    assert len(gaps) == ROUNDS
    values = rows.value[~np.isnan(rows.value)]
    assert set(values.tolist()) >= {1, 2}
    assert (np.diff(rows.time_ns) > 0).all()
