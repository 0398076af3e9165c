"""What the interface says of versions of models, and what it refuses."""

from dataclasses import replace
from typing import Any

from bobae.core import text
from bobae.registry.catalogue import Drift, DriftCheck

PRESS = "press_shop/line1/press1"


def test_a_model_without_versions_has_none_and_no_history(client: Any) -> None:
    assert client.get("/api/v1/models/versions", model=PRESS).json == {
        "name": f"{PRESS}:anomaly",
        "aliases": {},
        "versions": [],
    }
    assert client.get("/api/v1/models/history", model=PRESS).json == {"items": []}
    assert client.get("/api/v1/models/trial", model=PRESS).json == {"version": None, "agreement": None}


def test_what_has_moved_is_told_newest_first_and_in_figures(client: Any) -> None:
    assert client.get("/api/v1/models/drift", model=PRESS).json == {"items": []}
    shift = {"name": "oil", "unit": "Cel", "answer": "moved", "rows": 99, "effect": 2.5, "before": 41.0, "now": 47.0}
    said = text("too few rows to say whether anything has moved")
    found = {"from_ns": 0, "rows": 99, "inputs": [shift], "influence": None, "violations": [], "said": said.as_json()}
    first = DriftCheck(f"{PRESS}:anomaly", "abc", Drift.STEADY, 1, 1, found)
    for check in (first, replace(first, answer=Drift.MOVED, since_ns=10**9, checked_ns=2 * 10**9)):
        client.plant.catalogue.drift.keep(check)
    newest, before = client.get("/api/v1/models/drift", model=PRESS, headers={"Accept-Language": "ko"}).json["items"]
    assert (newest["answer"], newest["since"], before["answer"]) == ("moved", "1970-01-01T00:00:01+00:00", "steady")
    assert newest["inputs"] == [shift]
    assert newest["said"] == "달라졌는지 판단하기에는 행이 너무 적습니다"
    figures = client.get("/metrics").body.decode()
    assert f'bobae_model_drift{{answer="moved",model="{PRESS}:anomaly"}} 1.0' in figures
    assert f'bobae_model_drift{{answer="steady",model="{PRESS}:anomaly"}} 0.0' in figures
    assert f'bobae_model_input_shift_spreads{{input="oil",model="{PRESS}:anomaly"}} 2.5' in figures


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
