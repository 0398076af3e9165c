"""How the plant does, for people, for probes and for Prometheus; and what the interface says of itself."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

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
    told = list(text_string_to_metric_families(answer.body.decode()))  # the reader that Prometheus' own client has
    found = {(s.name, *sorted(s.labels.items())): s.value for family in told for s in family.samples}
    assert found["bobae_source_samples_total", ("source", "press1")] == 120
    assert found["bobae_source_dropped_rows_total", ("source", 'odd "one"')] == 7
    assert found["bobae_source_connected", ("source", 'odd "one"')] == 0
    assert found["bobae_source_clock_skew_seconds", ("source", "press1")] == 0.25
    assert found["bobae_alarms", ("state", "unacknowledged")] >= 1
    assert found["bobae_alarms_by_priority", ("priority", "medium")] >= 1
    assert found["bobae_alarms_by_priority", ("priority", "urgent")] == 0
    assert found["bobae_part_state", ("part", "scorer"), ("state", "active")] == 1
    assert found["bobae_part_state", ("part", "scorer"), ("state", "degraded")] == 0
    assert found["bobae_part_restarts_total", ("part", "scorer")] == 1
    assert found["bobae_part_memory_bytes", ("part", "scorer")] == 2**20
    assert found["bobae_rows_scored", ("part", "scorer")] == 12
    assert found["bobae_scoring_delay_seconds", ("part", "scorer")] == 0.01
    assert {family.type for family in told} == {"gauge", "counter", "histogram"}


def test_parts_say_how_they_do_why_and_what_to_do(client: Any) -> None:
    well, lost = client.get("/api/v1/parts").json["items"]
    assert (well["name"], well["state"], well["pid"], well["restarts"]) == ("scorer", "active", 12, 1)
    assert (well["since"], well["reason"], well["next_step"]) == ("2027-01-15T08:00:00Z", None, None)
    assert (lost["state"], lost["reason"]) == ("degraded", "the machine did not answer")
    assert lost["next_step"] == "put that right, then start bobae again"


def test_the_interface_describes_itself_as_it_is(client: Any) -> None:
    described = client.get("/api/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")
    assert sorted(described["paths"]) == [
        "/api/v1/alarm-figures",
        "/api/v1/alarm-points",
        "/api/v1/alarm-points/return",
        "/api/v1/alarm-points/shelve",
        "/api/v1/alarm-points/take-out",
        "/api/v1/alarm-points/unshelve",
        "/api/v1/alarm-records",
        "/api/v1/alarms",
        "/api/v1/alarms/{number}",
        "/api/v1/alarms/{number}/acknowledge",
        "/api/v1/alarms/{number}/feedback",
        "/api/v1/alarms/{number}/journal",
        "/api/v1/alarms/{number}/reset",
        "/api/v1/audit",
        "/api/v1/cases",
        "/api/v1/cases/{number}",
        "/api/v1/cases/{number}/close",
        "/api/v1/events",
        "/api/v1/frame",
        "/api/v1/ledger",
        "/api/v1/missed",
        "/api/v1/models",
        "/api/v1/models/drift",
        "/api/v1/models/history",
        "/api/v1/models/promote",
        "/api/v1/models/retire",
        "/api/v1/models/rollback",
        "/api/v1/models/trial",
        "/api/v1/models/versions",
        "/api/v1/parts",
        "/api/v1/samples",
        "/api/v1/samples/last",
        "/api/v1/session",
        "/api/v1/session/password",
        "/api/v1/sources",
        "/api/v1/tags",
        "/api/v1/trend",
        "/api/v1/users",
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
