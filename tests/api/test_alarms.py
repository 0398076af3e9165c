"""Alarms over HTTP: read in any language, acknowledged once, heard of as they change."""

import contextlib
import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bobae.monitor import happens
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState

S = 1_000_000_000


@pytest.fixture
def alarm(client: Any) -> Alarm:
    for there in client.plant.alarms.page(limit=100, states=[AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED]):
        happens(client.plant.alarms, there, AlarmEvent.CLEARED, time_ns=1, by="test")
    raised: Alarm = client.raise_alarm()
    return raised


def test_an_alarm_is_told_in_the_readers_language(client: Any, alarm: Alarm) -> None:
    told = client.get(f"/api/v1/alarms/{alarm.id}").json
    assert told["meaning"] == "press1 runs differently from usual."
    assert (told["state"], told["state_text"]) == ("unacknowledged", "active, nobody has taken notice")
    assert (told["row"], told["active"], told["cleared"]) == (
        "2027-01-15T08:00:00Z",
        "2027-01-15T08:00:00.500Z",
        None,
    )
    assert told["top_tags"] == [{"tag": "oil", "share": 0.75}, {"tag": "pump", "share": 0.25}]
    korean = client.get(f"/api/v1/alarms/{alarm.id}", headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}).json
    assert korean["meaning"] == "press1의 운전 상태가 평소와 다릅니다."
    assert korean["state_text"] == "발생 중, 미확인"


def test_alarms_come_newest_first_and_can_be_chosen(client: Any, alarm: Alarm) -> None:
    older = client.raise_alarm("another monitor")
    newest = client.raise_alarm("a third monitor")
    page = client.get("/api/v1/alarms", limit=2).json
    assert [item["id"] for item in page["items"]] == [newest.id, older.id]
    rest = client.get("/api/v1/alarms", cursor=page["next"], state=["unacknowledged", "acknowledged"]).json
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([alarm.id], None)
    assert client.get("/api/v1/alarms", asset="line1/press9").json["items"] == []


def test_an_alarm_is_acknowledged_once_and_the_journal_says_by_whom(client: Any, alarm: Alarm) -> None:
    place = f"/api/v1/alarms/{alarm.id}"
    done = client.post(f"{place}/acknowledge", {"by": "김철수", "comment": "펌프를 봅니다"})
    assert (done.status, done.json["state"], done.json["acknowledged_by"]) == (200, "acknowledged", "김철수")
    second = client.post(f"{place}/acknowledge", {"by": "lee"})
    assert (second.status, second.json["type"]) == (409, "urn:bobae:refused")
    assert "김철수" in second.json["detail"]
    entries = client.get(f"{place}/journal").json["items"]
    assert [(e["event"], e["was"], e["becomes"], e["by"]) for e in entries] == [
        ("raised", "normal", "unacknowledged", "press1"),
        ("acknowledged", "unacknowledged", "acknowledged", "김철수"),
    ]


def test_a_stale_alarm_says_since_when(client: Any, alarm: Alarm) -> None:
    client.plant.alarms.update(replace(alarm, stale_ns=1_800_000_060 * S))
    assert client.get(f"/api/v1/alarms/{alarm.id}").json["stale_since"] == "2027-01-15T08:01:00Z"


def test_an_alarm_that_is_not_there_is_not_found(client: Any) -> None:
    for answer in (client.get("/api/v1/alarms/999999"), client.post("/api/v1/alarms/999999/acknowledge", {"by": "a"})):
        assert (answer.status, answer.json["type"]) == (404, "urn:bobae:unknown-name")


@contextlib.contextmanager
def listening(client: Any, **headers: str) -> Iterator[http.client.HTTPResponse]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)) as connection:
        connection.request("GET", "/api/v1/events", headers=headers)
        with connection.getresponse() as response:
            assert response.headers["Content-Type"].startswith("text/event-stream")
            assert next_event(response) == {"": "connected"}
            yield response


def next_event(response: http.client.HTTPResponse) -> dict[str, Any]:
    rows = iter(lambda: response.readline().decode().rstrip("\n"), "")
    fields = dict(row.split(": ", 1) for row in rows)
    return fields | ({"data": json.loads(fields["data"])} if "data" in fields else {})


def test_each_change_of_an_alarm_is_heard_of(client: Any, alarm: Alarm) -> None:
    with listening(client, **{"Accept-Language": "ko"}) as response:
        client.plant.alarms.update(replace(alarm, peak=7.0))
        heard = next_event(response)
        assert (heard["event"], heard["data"]["id"], heard["data"]["peak"]) == ("alarm", alarm.id, 7.0)
        assert heard["data"]["meaning"] == "press1의 운전 상태가 평소와 다릅니다."
        client.post(f"/api/v1/alarms/{alarm.id}/acknowledge", {"by": "kim"})
        last = next_event(response)
        assert last["data"]["state"] == "acknowledged"
    client.plant.alarms.update(replace(alarm, peak=8.0))
    with listening(client, **{"Last-Event-ID": last["id"]}) as response:
        assert next_event(response)["data"]["peak"] == 8.0
