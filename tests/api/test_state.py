"""How the plant does, for people, for probes and for Prometheus; and what the interface says of itself."""

import re
from typing import Any

from bobae import __version__
from bobae.core import text


def test_sources_say_since_when_and_why_not(client: Any) -> None:
    well, lost = client.get("/api/v1/sources").json["items"]
    assert well == {
        "name": "press1",
        "connected": True,
        "since": "2027-01-15T08:00:00Z",
        "reason": None,
        "retries": 0,
        "samples": 120,
        "waiting": 0,
        "dropped": 0,
        "storing": None,
        "skew_s": 0.25,
        "rejected": [],
    }
    assert (lost["connected"], lost["since"]) == (False, "2027-01-15T08:00:00.000000001Z")
    assert (lost["reason"], lost["retries"], lost["dropped"]) == ("the machine did not answer", 3, 7)
    assert lost["rejected"] == [
        {"tag": "press_shop/line1/press1.oil_temperature", "reason": "the machine does not know this address"}
    ]


def test_models_say_what_they_watch(client: Any) -> None:
    assert client.get("/api/v1/models").json["items"] == [
        {
            "monitor": "press1:anomaly",
            "asset": "press_shop/line1/press1",
            "task": "anomaly",
            "name": "press1",
            "version": "0a1b2c3d",
        }
    ]


def test_a_plant_that_cannot_be_relied_on_says_why(client: Any) -> None:
    assert client.get("/healthz").json == {"alive": True, "version": __version__}
    assert (client.get("/readyz").status, client.get("/readyz").json) == (200, {"ready": True, "reasons": []})
    client.plant.not_ready.append(text("the disk was full"))
    try:
        answer = client.get("/readyz", headers={"Accept-Language": "ko"})
        assert (answer.status, answer.json) == (503, {"ready": False, "reasons": ["디스크가 가득 찼습니다"]})
        assert client.get("/healthz").status == 200
    finally:
        client.plant.not_ready.clear()


def test_metrics_are_in_the_text_format_of_prometheus(client: Any) -> None:
    client.raise_alarm("for metrics")
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    rows = answer.body.decode().splitlines()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? -?[0-9.e+]+')
    assert [row for row in rows if not row.startswith("# TYPE ") and not sample.fullmatch(row)] == []
    assert 'bobae_source_samples_total{source="press1"} 120' in rows
    assert r'bobae_source_dropped_rows_total{source="odd \"one\""} 7' in rows
    assert r'bobae_source_connected{source="odd \"one\""} 0' in rows
    assert 'bobae_source_clock_skew_seconds{source="press1"} 0.25' in rows
    unnoticed = next(row for row in rows if row.startswith('bobae_alarms{state="unacknowledged"}'))
    assert int(unnoticed.split()[-1]) >= 1


def test_the_interface_describes_itself_as_it_is(client: Any) -> None:
    described = client.get("/api/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")
    assert sorted(described["paths"]) == [
        "/api/v1/alarms",
        "/api/v1/alarms/{number}",
        "/api/v1/alarms/{number}/acknowledge",
        "/api/v1/alarms/{number}/journal",
        "/api/v1/events",
        "/api/v1/frame",
        "/api/v1/models",
        "/api/v1/samples",
        "/api/v1/samples/last",
        "/api/v1/sources",
        "/api/v1/tags",
        "/api/v1/writes",
        "/api/v1/writes/allow",
        "/api/v1/writes/audit",
        "/api/v1/writes/stop",
        "/api/v1/writes/{number}",
        "/api/v1/writes/{number}/approve",
        "/api/v1/writes/{number}/cancel",
        "/api/v1/writes/{number}/renew",
        "/healthz",
        "/metrics",
        "/readyz",
    ]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"], (path, method)
    frame = {p["name"]: p for p in described["paths"]["/api/v1/frame"]["get"]["parameters"]}
    assert frame["from"]["schema"]["format"] == "date-time"
    assert (frame["from"]["required"], frame["to"]["required"]) == (True, False)
