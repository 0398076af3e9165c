"""The chaos suite sees what is missing, and catches a connector that breaks its promises."""

import asyncio
import functools
import socket
import subprocess
import sys

import numpy as np
import pytest

from bobae.core import STILL_GOOD, Gap, Readings, Samples
from bobae.testing import network, small_disk
from bobae.testing.chaos import tried
from bobae.testing.chaos_faults import FAULTS
from bobae.testing.chaos_ramp import stretches
from bobae.testing.chaos_subject import Subject
from bobae.testing.mqtt_process import MqttSource
from bobae.testing.network import Network
from bobae.testing.small_disk import SmallDisk

NAN, LOST, OVERFLOW = float("nan"), int(Gap.NO_COMMUNICATION), 0x0480
SLOW = next(fault for fault in FAULTS if fault.name == "slow source")


def ramp(*rows, step_ns=1):
    """Rows of one tag: a value, or (value, status)."""
    values, statuses = zip(*(row if isinstance(row, tuple) else (row, 0) for row in rows), strict=True)
    return Samples.of([0] * len(rows), np.arange(len(rows)) * step_ns, values, status=statuses)


@pytest.mark.parametrize(
    ("rows", "missing", "silent"),
    [
        ((1, 2, 2, 3), 0, ()),
        ((0, 5, 6), 0, ()),
        ((1, 4), 2, ("after 1 comes 4",)),
        ((1, (NAN, LOST), 4), 2, ()),
        ((1, (4, OVERFLOW)), 2, ()),
        ((1, (NAN, 0x8004_0000), 4), 2, ("after 1 comes 4",)),
        ((7, 1), 0, ("after 7 comes 1",)),
        ((7, (NAN, LOST), 1), 0, ()),
        ((7, 1_000_001, 3), 0, ()),
        ((1, 2, (1, STILL_GOOD), 3), 0, ()),
    ],
)
def test_what_is_missing_is_told_or_silent(rows, missing, silent):
    found = stretches(ramp(*rows))
    assert (found.missing, found.silent) == (missing, silent)


def test_a_ramp_may_begin_anew_where_that_is_said():
    assert stretches(ramp(7, 1), anew=True).silent == ()
    assert stretches(ramp(1, 4), anew=True).silent == ("after 1 comes 4",)


def test_a_polled_source_may_miss_a_moment_but_no_longer():
    rows = ramp(1, 4, step_ns=1_000_000_000)
    assert stretches(rows, unnoticed_s=1.5).silent == ()
    assert stretches(rows, unnoticed_s=0.5).silent == ("after 1 comes 4",)


def test_what_stands_at_another_time_is_not_missing():
    assert stretches(ramp(2, 3, 1, 4), strewn=True).silent == ()
    assert stretches(ramp(2, 3, 1, 5), strewn=True).silent == ("after 1 comes 5",)


def available(why):
    if why is not None:
        pytest.skip(why)


def test_packets_vanish_and_nobody_is_told():
    available(network.unavailable())
    serve = (
        "import socket, sys; s = socket.create_server((sys.argv[1], 0)); print(s.getsockname()[1], flush=True); input()"
    )
    with Network() as between:
        command = [*between.prefix, sys.executable, "-c", f"{serve}; input()", between.host]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            at = (between.host, int(server.stdout.readline()))
            socket.create_connection(at, timeout=5).close()
            between.black()
            with pytest.raises(TimeoutError):
                socket.create_connection(at, timeout=0.3)
            between.back()
            socket.create_connection(at, timeout=5).close()
            server.kill()
    assert between.prefix[-1] not in subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout


def test_a_small_disk_is_full_until_it_is_not(tmp_path):
    available(small_disk.unavailable())
    with SmallDisk(tmp_path / "disk") as disk:
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.folder / "more").write_bytes(b"x" * 5000)
        disk.free()
        (disk.folder / "more").write_bytes(b"x" * 5000)
    assert list((tmp_path / "disk").iterdir()) == []


class Forgetful(MqttSource):
    """Its connector drops every fourth value, and says nothing."""

    def connector(self, folder=None, **settings):
        made = super().connector(folder, **settings)
        made.subscribe = functools.partial(self._subscribe, made.subscribe)
        return made

    @staticmethod
    async def _subscribe(subscribe, wishes, deliver):
        def some(readings, kept=None):
            chosen = readings.value % 4 != 3
            columns = (readings.position, readings.time_ns, readings.value, readings.status)
            deliver(Readings(*(column[chosen] for column in columns)), kept)

        return await subscribe(wishes, some)


class Crowding(MqttSource):
    """Its connector opens a second connection, and leaves that and a task behind."""

    sockets = ()

    def connector(self, folder=None, **settings):
        made = super().connector(folder, **settings)
        made.open = functools.partial(self._open, made.open)
        return made

    async def _open(self, opened):
        await opened()
        self.sockets.append(socket.create_connection((self.broker.host, self.broker.port)))
        self.left = asyncio.create_task(asyncio.sleep(60))


@pytest.mark.parametrize(
    ("source", "broken", "left"),
    [
        (MqttSource, [], []),
        (Forgetful, ["missing without a gap row"], []),
        (Crowding, ["2 connections at once"], ["task", "1"]),
    ],
)
def test_a_connector_that_breaks_its_promises_is_caught(source, broken, left, tmp_path, monkeypatch):
    monkeypatch.setattr(Crowding, "sockets", [])
    came = tried(Subject("tried", source, outage_s=1.0), [SLOW], tmp_path)
    for one in Crowding.sockets:
        one.close()
    assert [said.partition(":")[0] for said in came.outcomes[SLOW.name].broken()] == broken
    assert [said.partition(" ")[0] for said in came.left] == left
