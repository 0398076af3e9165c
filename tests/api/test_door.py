"""Who may ask, what may be asked, and how a no is told."""

from typing import Any

import pytest

OIL, START = "press_shop/line1/press1.oil_temperature", "2027-01-15T08:00:00Z"


def test_a_web_page_under_another_name_gets_nothing(client: Any) -> None:
    for host in ("evil.example", f"evil.example:{client.port}", "127.0.0.1.evil.example", "localhost.", ""):
        answer = client.get("/api/v1/alarms", headers={"Host": host})
        assert (answer.status, answer.json["type"]) == (403, "urn:bobae:foreign"), host
    for host in ("localhost", f"127.0.0.1:{client.port}", "[::1]:8800"):
        assert client.get("/api/v1/alarms", headers={"Host": host}).status == 200, host


def test_only_json_can_change_anything(client: Any) -> None:
    alarm = client.raise_alarm("only json")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/plain; application/json"):
        answer = client.post(f"/api/v1/alarms/{alarm.id}/acknowledge", {"by": "page"}, headers={"Content-Type": kind})
        assert (answer.status, answer.json["type"]) == (415, "urn:bobae:not-json"), kind
    assert client.plant.alarms.get(alarm.id).state == "unacknowledged"


def test_no_other_origin_is_let_in(client: Any) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (client.ask("OPTIONS", "/api/v1/alarms", headers=asked), client.get("/api/v1/tags", headers=asked)):
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/v1/tags?limt=3", "nothing here is called 'limt'"),
        ("/api/v1/sources?x=1", "nothing here is called 'x'"),
        ("/healthz?x=1", "nothing here is called 'x'"),
        ("/api/v1/tags?limit=0", "limit is '0': the least is 1"),
        ("/api/v1/tags?limit=9999", "limit is '9999': the most is 1000"),
        ("/api/v1/tags?cursor=abc", "cursor is 'abc': write a whole number"),
        ("/api/v1/samples/last", "'tag' is missing"),
        (f"/api/v1/samples?tag={OIL}&from=yesterday", "the time 'yesterday' is not understood"),
        (f"/api/v1/samples?tag={OIL}&from=2027-01-15T08:00:00", "the time '2027-01-15T08:00:00' is not understood"),
        (f"/api/v1/samples?tag={OIL}&from=2027-02-30T08:00:00Z", "is not understood"),
        (f"/api/v1/samples?tag={OIL}&from=9999-01-15T08:00:00Z", "is not between 1970 and 2262"),
        (f"/api/v1/frame?tag={OIL}&from={START}&step=fast", "the time 'fast' is not understood"),
        (f"/api/v1/frame?tag={OIL}&from={START}&step=1h&agg=median", "agg.0 is 'median': write one of"),
        ("/api/v1/alarms?state=asleep", "state.0 is 'asleep': write one of"),
        ("/api/v1/alarms/first", "number is 'first': write a whole number"),
        ("/api/v1/alarms/99999999999999999999", "the most is 9223372036854775807"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(client: Any, path: str, detail: str) -> None:
    answer = client.ask("GET", path)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status, answer.json["status"], answer.json["type"]) == (422, 422, "urn:bobae:bad-input")
    assert detail in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "'by' is missing"),
        ({"by": ""}, "by is '': it has fewer than 1 letters"),
        ({"by": " "}, "'by' is empty"),
        ({"by": 7}, "by is 7: write a text"),
        ({"by": "kim", "force": True}, "nothing here is called 'force'"),
        ([], "JSON is []"),
    ],
)
def test_a_wrong_acknowledgement_changes_nothing(client: Any, body: Any, detail: str) -> None:
    alarm = client.raise_alarm(f"wrong {detail}")
    answer = client.post(f"/api/v1/alarms/{alarm.id}/acknowledge", body)
    assert (answer.status, answer.json["type"]) == (422, "urn:bobae:bad-input")
    assert detail in answer.json["detail"]
    assert client.plant.alarms.get(alarm.id).state == "unacknowledged"


def test_a_body_that_is_no_json_is_told(client: Any) -> None:
    sent = {"Content-Type": "application/json"}
    answer = client.ask("POST", "/api/v1/alarms/1/acknowledge", body='{"by": ', headers=sent)
    assert (answer.status, "the body is not JSON" in answer.json["detail"]) == (422, True)


def test_a_name_that_does_not_exist_is_told_the_nearest(client: Any) -> None:
    for path in ("samples/last", "samples", "frame"):
        more = {} if path == "samples/last" else {"from_": START} | ({"step": "1s"} if path == "frame" else {})
        more |= {} if path == "samples/last" else {"to": "2027-01-15T08:00:09Z"}
        answer = client.get(f"/api/v1/{path}", tag="press_shop/line1/press1.oil_temperatur", **more)
        assert (answer.status, answer.json["type"]) == (404, "urn:bobae:unknown-name"), path
        assert OIL in answer.json["detail"]


def test_a_no_is_told_in_the_readers_language(client: Any) -> None:
    answer = client.get("/api/v1/tags", limit=0, headers={"Accept-Language": "ko"})
    assert answer.json["title"] == "잘못된 요청"
    assert answer.json["detail"] == "limit 값이 '0'입니다: 최솟값은 1입니다"
    lost = client.get("/api/v1/nothing", headers={"Accept-Language": "ko"})
    assert (lost.status, "아무것도 없습니다" in lost.json["detail"]) == (404, True)


def test_what_is_not_there_is_told_as_a_problem(client: Any) -> None:
    lost = client.get("/api/v2/alarms")
    assert (lost.status, lost.json["type"]) == (404, "urn:bobae:no-such-page")
    wrong = client.post("/api/v1/tags", {})
    assert (wrong.status, wrong.json["type"]) == (405, "urn:bobae:not-allowed")
