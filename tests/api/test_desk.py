"""Over HTTP people judge alarms, shelve what raises them, work on cases, and see what it all came to."""

import time
from typing import Any

import pytest

from bobae.monitor import happens
from bobae.registry.catalogue import AlarmEvent, AlarmState

PRESS = "press_shop/line1/press1"
POINT = f"{PRESS}:anomaly"


@pytest.fixture
def alarm(client: Any) -> Any:
    for there in client.plant.alarms.page(limit=100, states=[AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED]):
        happens(client.plant.alarms, there, AlarmEvent.CLEARED, time_ns=1, by="test")
    return client.raise_alarm(POINT)


def test_a_judged_alarm_says_what_was_said_and_too_many_false_ones_move_the_limit(client, alarm):
    said = client.post(f"/api/v1/alarms/{alarm.id}/feedback", {"outcome": "useful", "by": "kim", "comment": "seal"})
    assert (said.status, said.json["outcome"], said.json["limit"]) == (200, "useful", None)
    case = client.get("/api/v1/cases", open="true").json["items"][0]
    whole = client.get(f"/api/v1/cases/{case['id']}", headers={"Accept-Language": "ko"}).json
    assert alarm.id in [one["id"] for one in whole["alarms"]]
    assert any("kim 님의 판정: 유용함. seal" in line for line in whole["text"])
    wrong = client.post(f"/api/v1/alarms/{alarm.id}/feedback", {"outcome": "missed", "by": "kim"})
    assert wrong.status == 422


def test_a_point_is_shelved_and_comes_back(client, alarm):
    body = {"point": POINT, "by": "kim", "because": "sensor is being changed", "hours": 8}
    shelved = client.post("/api/v1/alarm-points/shelve", body).json
    assert (shelved["state"], shelved["state_text"], shelved["shelved"]["by"]) == ("shelved", "shelved", "kim")
    assert client.get(f"/api/v1/alarms/{alarm.id}").json["state"] == "normal"
    assert client.get("/api/v1/alarm-points").json["items"][0]["state"] == "shelved"
    back = client.post("/api/v1/alarm-points/unshelve", {"point": POINT, "by": "kim"}).json
    assert (back["state"], back["shelved"]) == ("normal", None)
    unknown = client.post("/api/v1/alarm-points/shelve", body | {"point": "press:anomaly"})
    assert (unknown.status, POINT in unknown.json["detail"]) == (404, True)
    assert client.post("/api/v1/alarm-points/shelve", body | {"because": ""}).status == 422


def test_a_point_out_of_service_is_out_until_it_is_brought_back(client):
    out = client.post("/api/v1/alarm-points/take-out", {"point": POINT, "by": "kim", "because": "rebuilt"}).json
    assert out["state"] == "out_of_service"
    assert client.post("/api/v1/alarm-points/return", {"point": POINT, "by": "kim"}).json["out_of_service"] is None
    again = client.post("/api/v1/alarm-points/return", {"point": POINT, "by": "kim"})
    assert (again.status, again.json["type"]) == (409, "urn:bobae:refused")


def test_a_case_is_closed_with_what_was_found_and_shown_to_the_next_one_like_it(client, alarm):
    (case,) = client.get("/api/v1/cases", open="true").json["items"]
    done = client.post(f"/api/v1/cases/{case['id']}/close", {"by": "kim", "found": "pump worn", "done": "seal changed"})
    assert (done.status, done.json["found"]) == (200, "pump worn")
    happens(client.plant.alarms, client.plant.alarms.get(alarm.id), AlarmEvent.CLEARED, time_ns=2, by="test")
    later = client.raise_alarm(POINT, later_ns=10**12)
    (case,) = client.get("/api/v1/cases", open="true").json["items"]
    whole = client.get(f"/api/v1/cases/{case['id']}").json
    assert later.id in [one["id"] for one in whole["alarms"]]
    assert any(one["case"]["found"] == "pump worn" for one in whole["similar"])
    assert "it was: pump worn. Done: seal changed" in whole["text"]


def test_a_missed_fault_is_told(client):
    body = {"asset": PRESS, "from": "2026-03-09T10:00:00Z", "to": "2026-03-09T11:00:00Z", "what": "leak", "by": "kim"}
    told = client.post("/api/v1/missed", body)
    assert (told.status, told.json["outcome"], told.json["alarm"]) == (200, "missed", None)
    assert client.post("/api/v1/missed", body | {"asset": "press9"}).status == 404
    assert client.post("/api/v1/missed", body | {"to": "2026-03-09T09:00:00Z"}).status == 409


def test_the_figures_of_the_alarm_system_and_the_books_can_be_asked_for(client):
    client.raise_alarm("a monitor of now", later_ns=time.time_ns() - 1_800_000_001 * 10**9)
    found = client.get("/api/v1/alarm-figures", days=3660).json
    assert found["alarms"] >= 1
    assert set(found["kept"]) >= {"per_day", "most_in_ten_minutes", "in_flood", "chattering", "most_stale"}
    assert client.get("/api/v1/ledger").json == {"months": [], "models": [], "proposals": []}
