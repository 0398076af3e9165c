"""A message that did not come is asked for again; what cannot be had again is a lost connection, not a silent hole."""

import asyncio
import time

import pytest

from bobae.core import Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.opcua_process import OpcUaSource, Write


@pytest.fixture(scope="module")
def press():
    with OpcUaSource() as source:
        yield source


def listening(press, act):
    async def listen():
        one, heard = press.connector(), Heard()
        try:
            await one.open()
            await one.subscribe([Wish("pressure", press.number)], heard.deliver)
            await until(lambda: bool(heard.rows))
            return await act(one, heard)
        finally:
            await one.close()

    return asyncio.run(listen())


def test_messages_that_did_not_come_are_had_again_in_order(press):
    async def act(one, heard):
        press.server.lose(2)
        for value in (1.0, 2.0, 3.0):
            press.server.write(Write("press.pressure", value))
            await asyncio.sleep(0.05)  # each in a message of its own
        await until(lambda: heard.rows[-1][2] == 3.0)
        return [row[2] for row in heard.rows][-3:]

    assert listening(press, act) == [1.0, 2.0, 3.0]


def test_the_next_keep_alive_shows_that_a_message_is_missing(press):
    async def act(_, heard):
        press.server.lose(1)
        press.server.write(Write("press.pressure", 4.0))
        await until(lambda: heard.rows[-1][2] == 4.0)
        assert [row[2] for row in heard.rows].count(4.0) == 1

    listening(press, act)


def test_a_message_that_cannot_be_had_again_is_a_lost_connection_since_the_last_one(press):
    async def act(one, heard):
        came, alive = len(heard.rows), one.alive_ns
        press.server.lose(1, for_good=True)
        press.server.write(Write("press.pressure", 5.0))
        with pytest.raises(Unreachable, match="any more"):
            await one.watch()
        assert len(heard.rows) == came
        assert alive <= one.alive_ns <= time.time_ns()

    listening(press, act)
