"""The live packaging line in a process of its own, collected by the Sparkplug connector."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from bobae.connectors.mqtt.sparkplug import connector
from bobae.core import Gap, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.served import free_port
from bobae.twins.packaging import NAMES, STATES, TAGS, live_part


@pytest.fixture
def line():
    """A live line: its process and its port."""
    port = free_port()
    command = [sys.executable, "-m", "bobae.twins.packaging.live", "--port", str(port), "--language", "ko"]
    process = subprocess.Popen([*command, "--parent", str(os.getpid())], stdout=subprocess.PIPE, encoding="utf-8")
    assert str(port) in process.stdout.readline()
    yield process, port
    process.kill()
    process.wait()
    process.stdout.close()


async def collected(port, act):
    """What `act` gives of a connector that collects all of the line, and what it has heard."""
    part = live_part(port=port, language="ko")
    source, heard = connector(part.sources["packaging"].settings | {"browse_s": 0.5, "keepalive_s": 2}), Heard()
    try:
        await source.open()
        return await act(source, [Wish(path, str(tag.address)) for path, tag in part.tags()], heard)
    finally:
        await source.close()


def test_every_tag_comes_each_second_until_the_line_says_goodbye(line):
    process, port = line

    async def listen(source, wishes, heard):
        assert await source.subscribe(wishes, heard.deliver) == []
        await until(lambda: len({row[1] for row in heard.of(0)}) >= 3)
        process.send_signal(signal.SIGTERM)
        await until(lambda: heard.of(0)[-1][2] == Gap.NO_COMMUNICATION)
        return heard

    heard = asyncio.run(collected(port, listen))
    assert process.wait() == 0
    for position, tag in enumerate(TAGS):
        for at, value, status, _ in heard.of(position)[:-1]:
            assert 0 <= value <= tag.high
            assert status == 0
            assert abs(at - time.time_ns()) < 60e9
    assert {row[3] for row in heard.of(len(NAMES))[:-1]} <= set(STATES["ko"])
    gaps = [later[0] - earlier[0] for earlier, later in zip(heard.of(0)[1:-2], heard.of(0)[2:-1], strict=True)]
    assert all(500e6 < gap < 3e9 for gap in gaps)


def test_units_and_ranges_are_told_in_its_births(line):
    async def look(source, _wishes, _heard):
        return {one.address: one for one in await source.browse()}

    offered = asyncio.run(collected(line[1], look))
    for tag in TAGS:
        one = offered[f"plant/line1/packer1:{tag.name}"]
        assert (one.kind, one.unit, one.range) == ("number", tag.unit, (0.0, tag.high))
    assert offered["plant/line1/packer1:state"].kind == "text"


def test_it_ends_when_the_process_that_it_is_for_is_gone_and_where_the_port_is_taken():
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    command = [sys.executable, "-m", "bobae.twins.packaging.live", "--port", str(free_port())]
    done = subprocess.run([*command, "--parent", gone.stdout.strip()], capture_output=True, check=False)
    assert done.returncode == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command[-1] = str(taken.getsockname()[1])
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr != ""
