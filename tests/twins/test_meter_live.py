"""The live meter answers over Modbus, moves every second, and ends when it should."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, cast

import pytest

from bobae.connectors.modbus import connector
from bobae.core import Wish
from bobae.testing.live_connector import Heard, until
from bobae.twins.meter import live_part


def started(port: int, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bobae.twins.meter.live", "--port", str(port), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, error = process.communicate(timeout=30)
    return process.returncode, out, error


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def meter(port: int) -> Iterator["subprocess.Popen[str]"]:
    process = started(port, "--language", "ko", "--parent", str(os.getpid()))
    try:
        assert cast(IO[str], process.stdout).readline() == f"전력량계가 tcp://127.0.0.1:{port}에서 응답합니다\n"
        yield process
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0
    finally:
        process.kill()
        process.wait()


def test_all_its_tags_come_and_move(meter, port):
    part = live_part(port=port, language="ko")
    tags = [(path.partition(".")[2], tag) for path, tag in part.tags()]

    async def listen():
        source, heard = connector(part.sources["main_meter"].settings | {"poll_s": 0.1}), Heard()
        try:
            await source.open()
            wishes = [Wish(name, str(tag.address)) for name, tag in tags]  # at night little leaves its dead band
            assert list(await source.subscribe(wishes, heard.deliver)) == []
            shown = {name: heard.of(i)[0] for i, (name, _) in enumerate(tags)}
            await until(lambda: len(heard.rows) > len(tags) + 3)
        finally:
            await source.close()
        return shown

    shown = asyncio.run(listen())
    for name, tag in tags:
        low, high = tag.range
        assert shown[name][2] == 0
        assert low <= shown[name][1] <= high
    powers = [shown[name][1] for name in ("power_l1", "power_l2", "power_l3", "active_power")]
    assert sum(powers[:3]) == pytest.approx(powers[3], abs=0.01)
    assert 215 < shown["voltage_l1"][1] < 230
    assert shown["energy"][1] > 1e6


def test_a_port_that_is_taken_is_told(meter, port):
    status, out, error = ended(started(port))
    assert (status, out) == (1, "")
    assert f"port {port}" in error


def test_it_ends_with_the_process_that_it_is_for(meter, port):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    status, out, error = ended(started(free, "--parent", str(meter.pid)))  # which is not its parent
    assert (status, error) == (0, "")
    assert str(free) in out
