"""A trend keeps every peak, every gap and every doubt, however few its pixels; live values come as they are."""

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bobae.api.trend import WhichTrend, trend
from bobae.core import Samples, TagRow
from bobae.historian import open_store

S = 1_000_000_000
START, END = "2027-01-15T08:00:00Z", "2027-01-15T08:01:00Z"
PRESS = "press_shop/line1/press1"
OIL, PUMP, MODE = f"{PRESS}.oil_temperature", f"{PRESS}.pump", f"{PRESS}.mode"
KINDS = {"f64": "<f8", "u32": "<u4", "u8": "<u1"}


def unpacked(body: bytes) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """As the layout in api/packing.py says."""
    length = int.from_bytes(body[:4], "little")
    header = json.loads(body[8 : 8 + length])
    columns = {
        one["name"]: np.frombuffer(body, KINDS[one["kind"]], one["rows"], 8 + length + one["at"]).tolist()
        for one in header["columns"]
    }
    assert all(one["at"] % 8 == 0 for one in header["columns"])
    assert length % 8 == 0
    return header, columns


def test_a_column_has_the_lowest_and_the_highest_of_its_time(client: Any) -> None:
    header, columns = unpacked(client.get("/api/v1/trend", tag=OIL, from_=START, to=END, width=12).body)
    assert (header["from_ms"], header["step_ms"], header["rows"]) == (1_800_000_000_000, 5_000, 12)
    assert (header["tags"], header["quality_known"]) == (
        [{"tag": OIL, "kind": "number", "unit": "Cel", "texts": []}],
        True,
    )
    assert (columns["low 0"][0], columns["high 0"][0]) == (40, 44)
    assert (columns["low 0"][10], columns["high 0"][10]) == (90, 94)


def test_bad_samples_and_gaps_are_seen_as_such(client: Any) -> None:
    _, columns = unpacked(client.get("/api/v1/trend", tag=OIL, from_=START, to=END, width=60).body)
    assert columns["state 0"][:3] == [1, 1, 1]
    assert columns["state 0"][30] == 4
    assert math.isnan(columns["low 0"][30])
    assert columns["state 0"][59] == 0  # the mark of a gap
    _, wide = unpacked(client.get("/api/v1/trend", tag=OIL, from_=START, to=END, width=12).body)
    assert (wide["state 0"][6], wide["low 0"][6], wide["high 0"][6]) == (3, 71, 74)
    _, later = unpacked(client.get("/api/v1/trend", tag=OIL, from_=END, to="2027-01-15T08:02:00Z", width=12).body)
    assert set(later["state 0"]) == {0}
    assert all(math.isnan(value) for value in later["high 0"])


def test_flags_and_texts_have_trends_too(client: Any) -> None:
    asked = {"tag": [PUMP, MODE], "from_": START, "to": END, "width": 60}
    header, columns = unpacked(client.get("/api/v1/trend", **asked).body)
    flag, word = header["tags"]
    assert (flag["kind"], word["kind"], word["texts"]) == ("flag", "text", ["run", "stop"])
    assert (columns["low 0"][:2], columns["high 1"][:2]) == ([1, 0], [0, 1])


def test_what_holds_is_carried_on_until_now_and_no_further(tmp_path: Path) -> None:
    now = time.time_ns() // S
    with open_store(tmp_path, write=True) as store:
        tags = store.writer.tag_ids([TagRow(0, PUMP, kind="flag")])
        store.writer.append(Samples.of(tags, [(now - 60) * S], [1.0])).durable.result()
        asked = WhichTrend.model_construct(tag=[PUMP], t0_ns=(now - 100) * S, t1_ns=(now + 100) * S, width=20)
        _, columns = unpacked(trend(SimpleNamespace(reader=store), asked).body)
    assert columns["state 0"][:10] == [0, 0, 0, 1, *[2] * 6]
    assert columns["state 0"][15:] == [0] * 5
    assert math.isnan(columns["low 0"][-1])


def test_where_only_minutes_are_left_the_trend_says_so(tmp_path: Path) -> None:
    end = time.time_ns() // S // 86400 * 86400
    with open_store(tmp_path, write=True, keep_raw_ns=2 * 86400 * S) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, OIL)])
        seconds = np.arange(end - 5 * 86400, end, 10)
        store.writer.append(Samples.of([tag] * len(seconds), seconds * S, np.sin(seconds / 1e4))).durable.result()
        store.writer.seal()
        store.writer.keeper.keep()
        asked = {"tag": [OIL], "t0_ns": (end - 5 * 86400) * S, "t1_ns": (end - 5 * 86400 + 600) * S, "width": 600}
        header, columns = unpacked(trend(SimpleNamespace(reader=store), WhichTrend.model_construct(**asked)).body)
    assert (header["quality_known"], header["step_ms"], header["rows"]) == (False, 60_000, 10)
    assert set(columns["state 0"]) == {1}


@pytest.mark.parametrize(
    ("asked", "status", "why"),
    [
        ({"tag": "press.oil"}, 404, "press.oil"),
        ({"to": START}, 422, "ends after it begins"),
        ({"width": 4001}, 422, "the most is 4000"),
        ({"height": 7}, 422, "nothing here is called 'height'"),
    ],
)
def test_a_question_that_is_not_right_is_answered_with_what_is_wrong(
    client: Any, asked: dict[str, Any], status: int, why: str
) -> None:
    answer = client.get("/api/v1/trend", **({"tag": OIL, "from_": START, "to": END} | asked))
    assert answer.status == status
    assert why in answer.json["detail"]


@pytest.fixture
def viewer(client: Any) -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{client.port}/api/v1/live", origin=f"http://127.0.0.1:{client.port}") as socket:
        yield socket


def test_a_viewer_is_told_the_newest_samples_of_what_it_names(client: Any, viewer: ClientConnection) -> None:
    viewer.send(json.dumps({"tags": [OIL, "no.such", MODE]}))
    told = json.loads(viewer.recv(timeout=10))
    assert [one["tag"] for one in told["tags"]] == [OIL, MODE]
    assert (told["wish"], told["unknown"], told["tags"][0]["unit"]) == (1, ["no.such"], "Cel")
    message = viewer.recv(timeout=10)
    assert isinstance(message, bytes)
    header, columns = unpacked(message)
    assert (header["wish"], header["texts"], columns["place"]) == (1, {"1": "stop"}, [0, 1])
    assert math.isnan(columns["value"][0])
    assert columns["status"] == [0x8031_0000, 0]
    assert columns["time_ms"] == [1_800_000_060_000, 1_800_000_002_000]


def test_what_does_not_change_is_told_once(viewer: ClientConnection) -> None:
    viewer.send(json.dumps({"tags": [PUMP]}))
    assert [type(viewer.recv(timeout=10)) for _ in range(2)] == [str, bytes]
    with pytest.raises(TimeoutError):
        viewer.recv(timeout=0.5)


def test_a_viewer_that_is_not_understood_is_sent_away(viewer: ClientConnection) -> None:
    viewer.send('{"tags": 7}')
    with pytest.raises(ConnectionClosed) as closed:
        viewer.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4422


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_page_of_another_site_cannot_look_on(client: Any, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{client.port}/api/v1/live", origin=origin)
    assert refused.value.response.status_code == 403


def test_a_name_that_only_leads_here_cannot_look_on(client: Any) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    named = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert client.ask("GET", "/api/v1/live", headers=upgrade | key | named).status == 403
