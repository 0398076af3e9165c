"""Against secsgem's equipment with its own connection, as the passive and as the active end."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bobae.connectors.secs import connector
from bobae.core import Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.served import free_port

ADDRESSES = ["sv/101", "sv/101@ce/300", "sv/102@ce/300", "ce/300", "alarm/12", "state", "ec/2"]


@pytest.fixture(params=["passive", "active"])
def tool(request):
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("equipment_by_secsgem.py")), str(port), request.param]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    yield process, port, {"passive": "active", "active": "passive"}[request.param]
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


async def opened(settings):
    """secsgem says that it listens a little before it does."""
    while True:
        source = connector(settings | {"t5_s": 0.1})
        try:
            await source.open()
        except Unreachable as error:
            await source.close()
            if "no equipment answers" not in str(error):
                raise
        else:
            return source


def test_it_is_read_whichever_end_connects(tool):
    process, port, mode = tool
    settings = {"host": "127.0.0.1", "port": port, "mode": mode, "device_id": 3, "poll_s": 0.05, "t7_s": 8}

    async def listen():
        source, heard = await opened(settings), Heard()
        try:
            offered = {one.address: one for one in await source.browse()}
            wishes = [Wish(address, address) for address in [*ADDRESSES, "sv/7"]]
            rejected = await source.subscribe(wishes, heard.deliver)
            await until(lambda: len({row[0] for row in heard.rows}) == 6)
            before = time.time_ns()
            process.stdin.write("7.5\n")
            process.stdin.flush()
            await until(lambda: bool(heard.of(3)) and heard.of(0)[-1][1] == 7.5)
            return offered, rejected, heard, before
        finally:
            await source.close()

    offered, rejected, heard, before = asyncio.run(listen())
    assert (offered["sv/101"].kind, offered["sv/101"].unit) == ("number", "bar")
    assert offered["sv/102"].kind == "text"
    assert [one.wish.address for one in rejected] == ["sv/7"]
    assert [row[1:] for row in heard.of(1)] == [(1.5, 0, None), (7.5, 0, None)]
    assert {row[3] for row in heard.of(2)} == {"LOT-1"}
    assert abs(heard.of(1)[-1][0] - before) < 5e9  # its clock has hundredths
    assert heard.of(1)[-1][0] == heard.of(3)[-1][0] != time.time_ns()
    assert [row[1] for row in heard.of(3)] == [1.0]
    assert [row[1] for row in heard.of(4)] == [0.0]
    assert heard.of(5)[0][3] == "online"
