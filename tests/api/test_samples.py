"""Tags and samples over HTTP are those of the historian, with their times, statuses and gaps."""

from typing import Any

import pytest

OIL, PUMP, MODE = (
    "press_shop/line1/press1.oil_temperature",
    "press_shop/line1/press1.pump",
    "press_shop/line1/press1.mode",
)
START, END = "2027-01-15T08:00:00Z", "2027-01-15T08:01:00Z"


def test_tags_come_page_by_page_and_can_be_searched(client: Any) -> None:
    first = client.get("/api/v1/tags", limit=2).json
    assert first["items"] == [
        {"tag": OIL, "kind": "number", "unit": "Cel"},
        {"tag": PUMP, "kind": "flag", "unit": None},
    ]
    second = client.get("/api/v1/tags", limit=2, cursor=first["next"]).json
    assert ([item["tag"] for item in second["items"]], second["next"]) == ([MODE], None)
    assert [item["tag"] for item in client.get("/api/v1/tags", q="PUMP").json["items"]] == [PUMP]


def test_the_newest_sample_says_its_status_and_why_nothing_follows(client: Any) -> None:
    oil, pump, mode = client.get("/api/v1/samples/last", tag=[OIL, PUMP, MODE]).json["items"]
    assert (oil["tag"], oil["time"], oil["value"], oil["status"]) == (OIL, END, None, 0x80310000)
    assert (oil["status_text"], oil["gap"]) == ("bad", "the machine did not answer")
    assert (pump["value"], pump["status_text"], pump["gap"]) == (False, "good", None)
    assert mode["value"] == "stop"
    korean = client.get("/api/v1/samples/last", tag=OIL, headers={"Accept-Language": "ko"}).json["items"]
    assert (korean[0]["status_text"], korean[0]["gap"]) == ("불량", "설비가 응답하지 않았습니다")


def test_every_sample_of_a_stretch_comes_once_page_by_page(client: Any) -> None:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/api/v1/samples", tag=OIL, from_=START, to=END, limit=25, **cursor).json
        found += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert [item["time"] for item in found] == [f"2027-01-15T08:00:{s:02}Z" for s in range(1, 60)] + [END]
    assert [item["value"] for item in found[:2]] == [40.0, 41.0]
    assert [i for i, item in enumerate(found) if item["status_text"] == "bad"] == [30, 59]


def test_a_time_may_have_any_offset_and_nanoseconds(client: Any) -> None:
    for start in ("2027-01-15T17:00:57.999999999+09:00", "2027-01-15T08:00:57.999999999Z"):
        items = client.get("/api/v1/samples", tag=OIL, from_=start, to=END).json["items"]
        assert [item["time"] for item in items] == ["2027-01-15T08:00:58Z", "2027-01-15T08:00:59Z", END]
    unescaped = client.ask("GET", f"/api/v1/samples?tag={OIL}&from=2027-01-15T17:00:59+09:00&to={END}")
    assert len(unescaped.json["items"]) == 1


def test_samples_are_found_after_years_of_nothing(client: Any) -> None:
    page = client.get("/api/v1/samples", tag=PUMP, from_="1970-01-01T00:00:00Z", to=END, limit=1).json
    assert [item["value"] for item in page["items"]] == [True]
    assert page["next"] == "2027-01-15T08:00:01Z"


def test_a_frame_has_a_column_for_each_tag_and_aggregate(client: Any) -> None:
    frame = client.get(
        "/api/v1/frame", tag=[OIL, PUMP], from_=START, to="2027-01-15T08:00:40Z", step="20s", agg=["mean", "count"]
    ).json
    assert frame["time"] == ["2027-01-15T08:00:20Z", "2027-01-15T08:00:40Z"]
    assert [(c["tag"], c["agg"], c["unit"]) for c in frame["columns"]] == [
        (OIL, "mean", "Cel"),
        (OIL, "count", "Cel"),
        (PUMP, "mean", None),
        (PUMP, "count", None),
    ]
    assert frame["columns"][0]["values"][0] == pytest.approx(49.5)
    assert frame["columns"][1]["values"] == [20.0, 19.0]  # the bad one does not count
    assert frame["columns"][2]["values"] == [0.5, None]


def test_a_frame_says_texts_and_flags_as_such(client: Any) -> None:
    frame = client.get("/api/v1/frame", tag=[PUMP, MODE], from_=START, to="2027-01-15T08:00:02Z", step="1s").json
    assert [column["values"] for column in frame["columns"]] == [[True, False], ["run", "stop"]]


def test_a_frame_too_large_is_told_before_it_is_read(client: Any) -> None:
    answer = client.get("/api/v1/frame", tag=OIL, from_="2020-01-01T00:00:00Z", to=END, step="1s")
    assert answer.status == 422
    assert "at most 200,000" in answer.json["detail"]
    nothing = client.get("/api/v1/frame", tag=OIL, from_=END, to=START, step="1s")
    assert (nothing.status, "no row fits" in nothing.json["detail"]) == (422, True)
