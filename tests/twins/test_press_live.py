"""The live press as a process of its own, seen by a real OPC UA client."""

import asyncio
import math
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import Client, ua

from bobae.core import UnknownName, Unreachable
from bobae.testing.served import free_port
from bobae.twins.press import TAGS, Fault, Snapshot, history_until
from bobae.twins.press.clocked import ClockedPress
from bobae.twins.press.inject import inject
from bobae.twins.press.inject import main as inject_main
from bobae.twins.press.tags import NAMES

S_NS = 1_000_000_000
SILENT = "die_temperature"


class Server:
    """A live press on a free port of this machine; `state` is its file."""

    def __init__(self, state):
        self.url = f"opc.tcp://127.0.0.1:{free_port()}/press"
        self.state = state
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "bobae.twins.press.live", "--url", self.url, "--snapshot", str(self.state)]
        self.process = subprocess.Popen([*command, "--language", "ko"], stdout=subprocess.PIPE, encoding="utf-8")
        assert self.url in self.process.stdout.readline()

    def end(self, how):
        self.process.send_signal(how)
        status = self.process.wait()
        self.process.stdout.close()
        return status

    def read(self, *names):
        """The values of some tags at one moment: names -> DataValue; those of every tag if none is named."""

        async def ask():
            async with Client(self.url) as client:
                asked = names or (*NAMES, "product", "state")
                nodes = [client.get_node(f"ns=2;s=press1.{name}") for name in asked]
                found = await client.uaclient.read_attributes([n.nodeid for n in nodes], ua.AttributeIds.Value)
                return dict(zip(asked, found, strict=True))

        return asyncio.run(ask())

    def read_until(self, name, reached):
        """Read a tag once a second until its value is as wanted."""
        for _ in range(60):
            value = self.read(name)[name]
            if value.Value.Value is not None and reached(value.Value.Value):
                return value
            time.sleep(1.0)
        raise AssertionError(f"{name} stayed at {value}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    state = tmp_path_factory.mktemp("live") / "press.json"
    now_ns = time.time_ns()
    _, kept = history_until(now_ns, days=1, seed=1)
    own_ns = int(kept.arrays["time_ns"][0])
    silent = Fault("sensor_silent", own_ns, own_ns + 1, own_ns + 86_400 * S_NS, tag=SILENT)
    Snapshot(kept.seed, kept.ahead_ns, kept.arrays, (silent,)).write(state)
    one = Server(state)
    one.start()
    yield one
    one.process.kill()
    one.process.wait()
    one.process.stdout.close()


def seconds_of(moment):
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1), 6)


def test_every_tag_is_served_with_unit_range_status_and_a_source_time_on_the_whole_second(server):
    async def describe():
        found = {}
        async with Client(server.url) as client:
            press = await client.nodes.objects.get_child("2:Press1")
            for node in await press.get_children(refs=ua.ObjectIds.HasComponent, nodeclassmask=ua.NodeClass.Variable):
                properties = {
                    (await p.read_browse_name()).Name: await p.read_value() for p in await node.get_properties()
                }
                found[(await node.read_browse_name()).Name] = (node.nodeid.to_string(), properties)
        return found

    found = asyncio.run(describe())
    assert list(found) == [*NAMES, "product", "state"]
    for tag in TAGS:
        address, properties = found[tag.name]
        assert address == f"ns=2;s=press1.{tag.name}"
        assert properties["EngineeringUnits"].Description.Text == tag.unit
        assert (properties["EURange"].Low, properties["EURange"].High) == (tag.low, tag.high)
    values = server.read()
    assert len({value.SourceTimestamp for value in values.values()}) == 1
    at = seconds_of(values["tonnage"].SourceTimestamp)
    assert at == int(at) <= time.time()
    for name, value in values.items():
        assert value.StatusCode.is_good() == (name != SILENT), name


def test_a_sensor_without_a_reading_has_a_bad_status_and_no_value(server):
    value = server.read(SILENT)[SILENT]
    assert value.StatusCode.value == ua.StatusCodes.BadSensorFailure
    assert value.Value.Value is None


def test_product_and_state_are_told_in_the_words_of_the_files(server):
    values = server.read("product", "state")
    assert values["product"].Value.Value in {"브라켓", "힌지", "커버"}
    assert values["state"].Value.Value == "가동"


def test_a_new_reading_comes_each_second(server):
    times = {server.read("tonnage")["tonnage"].SourceTimestamp}
    while len(times) < 3:
        times.add(server.read("tonnage")["tonnage"].SourceTimestamp)
        time.sleep(0.2)
    gaps = [b - a for a, b in zip(sorted(times), sorted(times)[1:], strict=False)]
    assert gaps == [timedelta(seconds=round(gap.total_seconds())) for gap in gaps]


def test_an_injected_fault_shows_in_its_tags_and_lives_through_a_kill(server, capsys):
    assert server.read("lube_flow")["lube_flow"].Value.Value > 2.0
    before = time.time()
    begins = asyncio.run(inject(server.url, "lube_blockage", after_s=1.0, grows_s=2.0))
    assert begins.timestamp() > before - 1.0
    server.read_until("lube_flow", lambda flow: flow < 1.3)
    assert inject_main(["--url", server.url, "--language", "ko"]) == 0
    assert capsys.readouterr().out == f"윤활 배관 막힘: UTC {begins:%H:%M:%S}부터\n"

    for _ in range(60):  # until the fault is in the file
        if len(Snapshot.read(server.state).faults) == 2:
            break
        time.sleep(0.5)
    server.end(signal.SIGKILL)
    kept, killed_at = Snapshot.read(server.state), time.time()
    server.start()
    values = server.read()
    at = seconds_of(values["tonnage"].SourceTimestamp)
    assert at >= int(killed_at)
    assert values["lube_flow"].Value.Value < 1.3
    # the press has lived through the outage as if nobody had been away
    alone = ClockedPress(kept).until(int(at) * S_NS)
    for name, reading in zip(NAMES, alone.values[-1].tolist(), strict=True):
        shown = values[name].Value.Value
        assert (shown is None) == math.isnan(reading)
        assert shown is None or shown == reading


def test_sigterm_stops_it_and_leaves_its_state(server):
    at = seconds_of(server.read("tonnage")["tonnage"].SourceTimestamp)
    assert server.end(signal.SIGTERM) == 0
    assert ClockedPress(Snapshot.read(server.state)).time_ns >= at * S_NS
    with pytest.raises(Unreachable, match="no press answers"):
        asyncio.run(inject(server.url, "oil_leak", after_s=0.0, grows_s=1.0))


def test_a_fault_that_cannot_be_is_answered_with_the_nearest(capsys):
    with pytest.raises(UnknownName, match="lube_blockage"):
        asyncio.run(inject("opc.tcp://127.0.0.1:1/press", "lube", after_s=0.0, grows_s=1.0))
    assert inject_main(["sensor_stuck"]) == 1
    assert "nearest" in capsys.readouterr().err


def test_a_live_press_without_a_snapshot_says_so(tmp_path):
    command = [sys.executable, "-m", "bobae.twins.press.live", "--snapshot", str(tmp_path / "none.json")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "none.json holds no press" in done.stderr


def test_it_ends_when_the_process_that_it_is_for_is_gone(tmp_path):
    history_until(time.time_ns(), days=1)[1].write(tmp_path / "press.json")
    url = f"opc.tcp://127.0.0.1:{free_port()}/press"
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    command = [sys.executable, "-m", "bobae.twins.press.live", "--url", url, "--snapshot", tmp_path / "press.json"]
    done = subprocess.run(
        [*command, "--parent", gone.stdout.strip()], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0
    assert url in done.stdout
