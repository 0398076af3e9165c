"""Orders over HTTP: by a person with their secret, approved by another, refused in words."""

import base64
from typing import Any

import pytest

ORDER = {"tag": "line1/oven.setpoint", "value": 122, "because": "a test"}


@pytest.fixture(scope="module")
def headers(client: Any) -> dict[str, dict[str, str]]:
    """Person -> the headers that say who asks."""
    made = {}
    for name in ("김철수", "박영희"):
        said = base64.b64encode(f"{name}:{client.plant.writing.persons.add(name)}".encode()).decode()
        made[name] = {"Content-Type": "application/json", "Authorization": f"Basic {said}"}
    return made


def test_an_order_is_asked_by_one_and_approved_by_another(client: Any, headers: dict[str, dict[str, str]]) -> None:
    kim, park = headers["김철수"], headers["박영희"]
    asked = client.post("/api/v1/writes", ORDER, headers=kim)
    assert (asked.status, asked.json["state"], asked.json["asked_by"]) == (200, "waiting", "김철수")
    place = f"/api/v1/writes/{asked.json['id']}"
    own = client.post(f"{place}/approve", None, headers=kim)
    assert (own.status, own.json["type"]) == (409, "urn:bobae:refused")
    approved = client.post(f"{place}/approve", None, headers=park)
    assert (approved.json["state"], approved.json["approved_by"]) == ("approved", ["박영희"])
    assert client.get("/api/v1/writes", open="true").json["items"][0]["id"] == asked.json["id"]
    assert client.post(f"{place}/renew", None, headers=kim).status == 409
    assert client.post(f"{place}/cancel", None, headers=kim).json["state"] == "cancelled"
    korean = client.get(place, headers={"Accept-Language": "ko"}).json
    assert korean["state_text"] == "취소됨"
    entries = client.get("/api/v1/writes/audit", limit=1000).json["items"]
    assert [entry["event"] for entry in entries[-3:]] == ["asked", "approved", "cancelled"]


@pytest.mark.parametrize(
    "authorization", [None, "Basic", "Basic !!", "Bearer abc", "Basic a2lt", "Basic a2ltOndyb25n", "Basic /////w=="]
)
def test_nobody_without_a_right_secret_orders_anything(client: Any, authorization: str | None) -> None:
    sent = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    for path in ("", "/1/approve", "/1/cancel", "/stop", "/allow"):
        answer = client.post(f"/api/v1/writes{path}", ORDER, headers=sent)
        assert (answer.status, answer.json["type"]) == (401, "urn:bobae:wrong-secret")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"value": 141}, 409),
        ({"value": "hot"}, 422),
        ({"value": None}, 422),
        ({"because": ""}, 422),
        ({"tag": "line1/oven.setpont"}, 404),
        ({"by": "lee"}, 422),
    ],
)
def test_what_may_not_be_is_refused_in_words(
    client: Any, headers: dict[str, dict[str, str]], change: dict[str, Any], status: int
) -> None:
    answer = client.post("/api/v1/writes", ORDER | change, headers=headers["김철수"])
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json["detail"]


def test_an_order_that_is_not_there_is_not_found(client: Any, headers: dict[str, dict[str, str]]) -> None:
    assert client.get("/api/v1/writes/999").status == 404
    assert client.post("/api/v1/writes/999/approve", None, headers=headers["김철수"]).status == 404


def test_one_stops_and_two_allow(client: Any, headers: dict[str, dict[str, str]]) -> None:
    kim, park = headers["김철수"], headers["박영희"]
    assert client.post("/api/v1/writes/stop", {"because": "연기"}, headers=kim).json["because"] == "연기"
    refused = client.post("/api/v1/writes", ORDER, headers=park)
    assert (refused.status, "연기" in refused.json["detail"]) == (409, True)
    assert client.get("/api/v1/writes").json["switch"]["by"] == "김철수"
    assert client.post("/api/v1/writes/allow", None, headers=kim).json["allow_by"] == "김철수"
    assert client.post("/api/v1/writes/allow", None, headers=park).json["stopped"] is None
