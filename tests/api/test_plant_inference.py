"""The models that are live in a plant, asked at /v2 of its own interface by an outside client."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import tritonclient.http as triton
from tests.app.plant_of_versions import NAME, STEP_NS, made_plant
from tritonclient.utils import InferenceServerException

from bobae.api import create_api, serve_http
from bobae.app import settings_for
from bobae.app.at_work import PlantAtWork, at_work
from bobae.app.promoting import ModelDesk
from bobae.app.retraining import Retraining
from bobae.registry.catalogue import ModelVersion
from bobae.registry.versions import Hand
from bobae.testing.made_machine import START_NS
from bobae.testing.served import free_port

ASKED = "line1-press1-anomaly"
KIM = Hand("kim", "why", 1)


@dataclass
class Plant:
    """A plant at work with two versions of its model, the first live."""

    port: int
    work: PlantAtWork
    desk: ModelDesk
    versions: tuple[ModelVersion, ModelVersion]

    def ask(self, path: str, **headers: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            told: bytes = answer.read()
        return told

    def figure(self, name: str) -> float:
        lines = [line for line in self.ask("/metrics").decode().splitlines() if line.startswith(name)]
        return float(lines[0].rpartition(" ")[2]) if lines else 0.0


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made_plant(tmp_path, rows=4_000)
    settings = settings_for(tmp_path, language="en")
    assert settings.plant is not None
    port, ready, found = free_port(), threading.Event(), {}

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        async with at_work(tmp_path, settings.plant) as work:
            serving = asyncio.create_task(serve_http(create_api(work), port=port))
            found.update(work=work, stop=lambda: loop.call_soon_threadsafe(stop.set))
            ready.set()
            await stop.wait()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(60)
    work = found["work"]
    desk = ModelDesk(tmp_path, settings, work.catalogue)
    retraining, (monitor,) = Retraining(tmp_path, settings, work.catalogue), desk.plant.monitors
    first, second = (retraining.train(monitor, START_NS + rows * STEP_NS) for rows in (2_000, 2_500))
    desk.shelf.promote(first, KIM)
    try:
        yield Plant(port, work, desk, (first, second))
    finally:
        found["stop"]()
        thread.join(60)


def rows(plant: Plant) -> triton.InferInput:
    x = triton.InferInput("x", [3, 5], "FP64")
    return x.set_data_from_numpy(np.full((3, 5), 50.0))


def test_the_live_version_answers_and_after_a_promotion_the_new_one(plant: Plant) -> None:
    client = triton.InferenceServerClient(f"127.0.0.1:{plant.port}")
    first, second = (version.sha256[:12] for version in plant.versions)
    assert client.get_model_repository_index() == [
        {"name": ASKED, "version": first, "state": "READY", "reason": ""}
    ]  # fmt: skip
    assert client.is_server_ready()
    told = client.get_model_metadata(ASKED)
    assert (told["versions"], len(told["parameters"]["inputs"])) == ([first], 5)
    answer = client.infer(ASKED, [rows(plant)])
    assert answer.get_response()["model_version"] == first
    assert answer.as_numpy("score").shape == (3,)

    plant.desk.shelf.promote(plant.versions[1], replace(KIM, time_ns=2))
    while client.get_model_repository_index()[0]["version"] != second:
        pass
    assert client.infer(ASKED, [rows(plant)]).get_response()["model_version"] == second
    with pytest.raises(InferenceServerException, match=f"served in version {second}"):
        client.infer(ASKED, [rows(plant)], model_version=first)
    with pytest.raises(InferenceServerException, match=f"nearest: {ASKED}"):
        client.infer("press1", [rows(plant)])

    figures = f'bobae_inference_requests_total{{model="{ASKED}",outcome="answered"'
    assert plant.figure(f'{figures},version="{second}"') == 1
    assert plant.figure(f'bobae_inference_rows_total{{model="{ASKED}",version="{first}"') == 3
    assert plant.figure(f'bobae_inference_seconds_count{{model="{ASKED}",version="{first}"') == 1
    assert plant.figure(f'bobae_inference_requests_at_once_count{{model="{ASKED}",version="{first}"') == 1
    assert plant.figure("bobae_ready") == 1  # the plant's own figures stand beside them

    plant.desk.shelf.retire(NAME, replace(KIM, time_ns=3))
    while client.get_model_repository_index():
        pass
    assert not client.is_server_ready()


def test_a_model_whose_file_was_changed_is_refused_and_the_index_says_why(plant: Plant) -> None:
    client = triton.InferenceServerClient(f"127.0.0.1:{plant.port}")
    plant.desk.shelf.path(plant.versions[0]).write_bytes(b"something else")
    for _ in range(2):
        with pytest.raises(InferenceServerException, match="was changed since it was kept"):
            client.infer(ASKED, [rows(plant)])
    (offered,) = client.get_model_repository_index()
    assert (offered["state"], "was changed" in offered["reason"]) == ("UNAVAILABLE", True)
    assert not client.is_server_ready()
    assert json.loads(plant.ask("/healthz"))["alive"]


def test_a_request_that_is_refused_is_counted(plant: Plant) -> None:
    client = triton.InferenceServerClient(f"127.0.0.1:{plant.port}")
    x = triton.InferInput("x", [1, 2], "FP64").set_data_from_numpy(np.zeros((1, 2)))
    with pytest.raises(InferenceServerException, match="takes \\[rows, 5\\]"):
        client.infer(ASKED, [x])
    assert plant.figure(f'bobae_inference_requests_total{{model="{ASKED}",outcome="refused"') == 1
    assert plant.figure(f'bobae_inference_seconds_count{{model="{ASKED}"') == 0
