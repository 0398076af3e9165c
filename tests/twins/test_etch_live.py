"""The live etch tool collected into a plant's historian, and its trace cut by wafer, over a restart in the middle."""

import asyncio
import contextlib
import random
import re
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
import yaml

from bobae.app import plant_data, plant_file
from bobae.app.data import read_with_roles
from bobae.app.settings import Settings
from bobae.app.sources import collecting
from bobae.collect import Patience
from bobae.core import BadInput, Kind, Role, Samples, TagRow
from bobae.historian import open_store
from bobae.testing.served import free_port
from bobae.twins.etch import NAMES, live_part

PACE, PERIOD_S = 20, 0.1  # the shortest step, 3 s, still has a sample
HASTY = Patience(retry_s=0.1, longest_retry_s=0.3)


def command(*more):
    return [sys.executable, "-m", "bobae.twins.etch.live", "--port", *map(str, more)]


@pytest.fixture
def port():
    """A live tool in a hurry: a wafer takes a second and a half."""
    at = free_port()
    process = subprocess.Popen(command(at, "--pace", PACE, "--seed", 4), stdout=subprocess.PIPE, text=True)
    assert f"127.0.0.1:{at}" in process.stdout.readline()
    yield at
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()


def plant_folder(folder, port):
    """A plant folder with the live part in its plant file, and fast traces."""
    plant = live_part(port=port, language="en").model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plant["sources"]["etcher1"] |= {"trace_s": PERIOD_S, "t5_s": 0.05, "state_s": 1}
    folder.mkdir()
    written = yaml.safe_dump(plant, allow_unicode=True, sort_keys=False)
    plant_file.parse(written, folder / "plant.yaml").save()
    return folder


async def collected(folder, until):
    """Collect until `until(reader)` is so; then stop in an orderly way."""
    plant = plant_file.read(folder).plant
    with open_store(plant_data.historian_folder(folder), write=True) as store:
        (collector,) = collecting(
            plant, folder / "kept", writer=store.writer, reader=store, chance=random.Random(1), patience=HASTY
        ).collectors
        running = asyncio.create_task(collector.run())
        async with asyncio.timeout(60):
            while not until(store):
                await asyncio.sleep(0.1)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        assert collector.state.rejected == ()


def wafers(store):
    """The wafers that have been worked on, as the tool said it."""
    tag = "etch/etcher1.wafer"
    known = tag in [row.path for row in store.tags()]
    texts = store.raw([tag], -1, 2**62).text if known else None
    return [] if texts is None else list(dict.fromkeys(one for one in texts if one))


def test_six_wafers_are_six_pieces_over_a_restart_in_the_middle_of_one(tmp_path, port):
    folder = plant_folder(tmp_path / "fab", port)

    def in_the_middle(store):
        steps = store.last(["etch/etcher1.step"]).text if len(wafers(store)) == 3 else None
        return steps is not None and steps[0] == "main etch"

    asyncio.run(collected(folder, in_the_middle))
    asyncio.run(collected(folder, lambda store: len(wafers(store)) >= 8))
    with open_store(plant_data.historian_folder(folder)) as store:
        worked_on = wafers(store)
        said = store.raw(["etch/etcher1.wafer"], -1, 2**62)
        rows = store.raw(["etch/etcher1.rf_forward"], -1, 2**62)
    # the first and the last wafer are not whole
    begin, end = (int(said.time_ns[list(said.text).index(one)]) for one in (worked_on[1], worked_on[7]))
    trace = plant_data.process_trace(folder, "etch/etcher1", begin - 1, end - 1)

    assert {c.name: c.role for c in trace.columns if c.role in (Role.TIME, Role.LOT, Role.CONTEXT)} == {
        "time": Role.TIME,
        "wafer": Role.LOT,
        "recipe": Role.CONTEXT,
        "step": Role.CONTEXT,
    }
    pieces = trace.values("wafer")
    assert list(dict.fromkeys(pieces)) == worked_on[1:7]
    assert np.count_nonzero(pieces[1:] != pieces[:-1]) == 5  # each wafer is one piece
    times = trace.time_ns()
    there = dict(zip(rows.time_ns.tolist(), rows.value.tolist(), strict=True))
    changes = [(t, word) for t, word, good in zip(said.time_ns, said.text, said.status == 0, strict=True) if good]
    for wafer in worked_on[1:7]:
        own = times[pieces == wafer]
        came = min(t for t, word in changes if word == wafer)
        went = min(t for t, word in changes if t > came and word != wafer)
        assert list(own) == [t for t in there if came <= t < went]
        # every sample of the tool is there: what it took while nobody listened, it has kept
        assert np.diff(own).max() < 2.5 * PERIOD_S * 1e9
    np.testing.assert_array_equal(trace.values("rf_forward"), [there[t] for t in times])
    assert set(trace.values("recipe")) == {"OX-ETCH-A"}
    assert set(trace.values("lot")) == {"LOT0001"}
    assert list(dict.fromkeys(trace.values("step")[pieces == worked_on[1]]))[:2] == ["pump down", "strike"]

    judged = read_with_roles([folder], Settings(tmp_path))
    assert judged.name_of(Role.LOT) == "wafer"
    assert set(judged.names(Role.FEATURE)) <= {*NAMES, "match_alarm"}
    assert judged.column("lot").role is Role.IGNORED
    assert judged.column("step").kind is Kind.CATEGORY


def test_an_asset_that_says_nothing_of_what_it_works_on_has_no_pieces(tmp_path):
    folder = plant_folder(tmp_path / "fab", 5000)
    plain = (folder / "plant.yaml").read_text("utf-8")
    (folder / "plant.yaml").write_text(re.sub(" *context: .*\n", "", plain), "utf-8")
    with open_store(plant_data.historian_folder(folder), write=True) as store:
        tags = store.writer.tag_ids([TagRow(0, "etch/etcher1.rf_forward")])
        store.writer.append(Samples.of(np.repeat(tags, 3), [1, 2, 3], [1.0, 2.0, 3.0])).durable.result()
    with pytest.raises(BadInput, match="context: wafer"):
        plant_data.process_trace(folder, "etch/etcher1", 0, 2**62)


def test_it_ends_when_the_process_that_it_is_for_is_gone():
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    done = subprocess.run(
        command(free_port(), "--parent", gone.stdout.decode().strip(), "--language", "ko"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "식각 장비" in done.stdout


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(command(taken.getsockname()[1]), capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "in use" in done.stderr


def test_its_part_of_a_plant_file_is_right(tmp_path):
    for language in ("en", "ko"):
        plant = live_part(port=5000, language=language)
        tags = plant.assets["etch/etcher1"].tags
        assert [tags[name].context for name in ("lot", "wafer", "recipe", "step")] == ["lot", "wafer", "recipe", "step"]
    folder = plant_folder(tmp_path / "fab", 5000)
    twice = (folder / "plant.yaml").read_text().replace("context: lot", "context: wafer")
    with pytest.raises(plant_file.PlantMistakes, match="leave `context` out here"):
        plant_file.parse(twice, folder / "plant.yaml")
