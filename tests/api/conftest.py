"""A small plant served by a real server on a free port of this computer."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
import pytest

from bobae.api import create_api, serve_http
from bobae.app.processes.state import PartState
from bobae.collect import SourceState
from bobae.core import Gap, Plant, Rejected, Samples, StoreReader, Tag, TagRow, Text, Wish, WriteAllowed, text
from bobae.historian import Store, open_store
from bobae.registry.catalogue import Alarm, AlarmStore, Catalogue, NewAlarm, open_catalogue
from bobae.testing.served import free_port
from bobae.write import Writing

S = 1_000_000_000
START_S = 1_800_000_000  # 2027-01-15T08:00:00Z
START, END = "2027-01-15T08:00:00Z", "2027-01-15T08:01:00Z"
OIL, PUMP, MODE = (
    "press_shop/line1/press1.oil_temperature",
    "press_shop/line1/press1.pump",
    "press_shop/line1/press1.mode",
)
SETPOINT, ALLOWED = "line1/oven.setpoint", WriteAllowed(range=(100, 140), step=5, dead_man="10min", safe=120)


PLANT = Plant(
    plant="busan",
    assets={"press_shop/line1/press1": {"tags": {}}},
    monitors=({"asset": "press_shop/line1/press1", "respond_within": "1h"},),
)


class Model(NamedTuple):
    monitor: str
    asset: str
    task: str
    name: str
    version: str


@dataclass
class SmallPlant:
    """One press: its store, its alarms, one source, one model."""

    reader: StoreReader
    catalogue: Catalogue
    writing: Writing
    plant: Plant
    folder: Path
    not_ready: list[Text] = field(default_factory=list)

    @property
    def alarms(self) -> AlarmStore:
        return self.catalogue.alarms

    def sources(self) -> list[SourceState]:
        lost = text("the machine did not answer")
        unknown = Rejected(Wish(OIL, "ns=2;s=Oil"), Gap.NO_SUCH_NODE, text("the machine does not know this address"))
        return [
            SourceState("press1", True, START_S * S, samples=120, skew_s=0.25),
            SourceState('odd "one"', False, START_S * S + 1, lost, rejected=(unknown,), retries=3, dropped=7),
        ]

    def models(self) -> list[Model]:
        return [Model("press1:anomaly", "press_shop/line1/press1", "anomaly", "press1", "0a1b2c3d")]

    def parts(self) -> list[PartState]:
        lost = text("the machine did not answer")
        step = text("put that right, then start bobae again")
        figures = {"rows": 12.0, "late_s": 0.01}
        return [
            PartState("scorer", "active", START_S * S, None, None, 12, 1, 2**20, figures),
            PartState("collector odd", "degraded", START_S * S, lost, step),
        ]

    def ready(self) -> list[Text]:
        return self.not_ready


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Asks the served plant."""

    port: int
    plant: SmallPlant

    def get(self, path: str, *, headers: dict[str, str] | None = None, **parameters: Any) -> Answer:
        asked = {name.rstrip("_"): value for name, value in parameters.items()}
        return self.ask("GET", f"{path}?{urlencode(asked, doseq=True)}", headers=headers)

    def post(self, path: str, body: Any, *, headers: dict[str, str] | None = None) -> Answer:
        sent = {"Content-Type": "application/json"} if headers is None else headers
        return self.ask("POST", path, body=json.dumps(body), headers=sent)

    def ask(self, method: str, path: str, *, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers or {})
            with connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read())

    def raise_alarm(self, monitor: str = "press1:anomaly", *, later_ns: int = 0, latching: bool = False) -> Alarm:
        return self.plant.alarms.put(
            NewAlarm(
                monitor=monitor,
                asset="press_shop/line1/press1",
                model="press1",
                task="anomaly",
                row_ns=START_S * S,
                active_ns=START_S * S + S // 2 + later_ns,
                peak=2.5,
                top_tags=(("oil", 0.75), ("pump", 0.25)),
                meaning=text("{asset} runs differently from usual.", asset="press1"),
                latching=latching,
            )
        )


def fill(store: Store) -> None:
    """A minute of a press, once a second, with a bad value and a gap at the end of the oil."""
    rows = [TagRow(0, OIL, unit="Cel"), TagRow(0, PUMP, kind="flag"), TagRow(0, MODE, kind="text")]
    oil, pump, mode = store.writer.tag_ids(rows)
    seconds = (START_S + np.arange(1, 61)) * S
    status = np.zeros(60, dtype=np.uint32)
    status[30], status[59] = 0x80000000, Gap.NO_COMMUNICATION
    values = 40.0 + np.arange(60)
    values[59] = np.nan
    store.writer.append(Samples.of([oil] * 60, seconds, values, status=status))
    store.writer.append(Samples.of([pump] * 2, seconds[:2], [1.0, 0.0]))
    words = np.array(["run", "stop"], dtype=object)
    store.writer.append(Samples.of([mode] * 2, seconds[:2], [np.nan] * 2, text=words)).durable.result()


@contextlib.contextmanager
def served(plant: SmallPlant, port: int) -> Iterator[None]:
    """The plant's interface on a port, in a thread with an event loop of its own, until the end of the block."""
    loop = asyncio.new_event_loop()
    serving: list[asyncio.Task[None]] = []

    async def serve() -> None:
        serving.append(asyncio.current_task())
        await serve_http(create_api(plant), port=port)

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(serve())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_for(port)
        yield
    finally:
        loop.call_soon_threadsafe(lambda: serving[0].cancel())
        thread.join()


def wait_for(port: int) -> None:
    for _ in range(500):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens on port {port}")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder: Path = tmp_path_factory.mktemp("plant")
    with open_store(folder / "historian", write=True) as store, open_catalogue(folder) as catalogue:
        fill(store)
        writing = Writing.over(catalogue.writes, {SETPOINT: Tag(source="plc", address="sp", write=ALLOWED)})
        plant, port = SmallPlant(store, catalogue, writing, PLANT, folder), free_port()
        with served(plant, port):
            yield Client(port, plant)
