"""What the interface says of versions of models, and what it refuses."""

from typing import Any

PRESS = "press_shop/line1/press1"


def test_a_model_without_versions_has_none_and_no_history(client: Any) -> None:
    assert client.get("/api/v1/models/versions", model=PRESS).json == {
        "name": f"{PRESS}:anomaly",
        "aliases": {},
        "versions": [],
    }
    assert client.get("/api/v1/models/history", model=PRESS).json == {"items": []}
    assert client.get("/api/v1/models/trial", model=PRESS).json == {"version": None, "agreement": None}


def test_a_model_that_nobody_knows_is_named_with_the_nearest(client: Any) -> None:
    answer = client.get("/api/v1/models/versions", model="press_shop/line1/press2")
    assert answer.status == 404
    assert PRESS in answer.json["detail"]


def test_what_cannot_be_made_live_is_refused(client: Any) -> None:
    hand = {"model": PRESS, "by": "kim", "because": "why"}
    for what in ("promote", "rollback", "retire"):
        answer = client.post(f"/api/v1/models/{what}", hand)
        assert (answer.status, answer.json["type"]) == (409, "urn:bobae:refused")
    assert client.post("/api/v1/models/promote", hand | {"because": ""}).status == 422
