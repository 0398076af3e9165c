"""Traces: what a collector of OpenTelemetry gets of a sample's way, and that nothing is loaded where none listens."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bobae.app.telemetry import EVERY_NS, VARIABLE, TracedWriter, Tracing
from bobae.core import Samples, TagRow
from bobae.historian import open_store


@dataclass
class Collector:
    """A small collector of traces: OTLP over HTTP."""

    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    address: str = ""

    def take(self, body: bytes) -> None:
        for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = [a.value.string_value for a in of_process.resource.attributes if a.key == "service.name"]
            self.services |= set(names)
            self.spans += [span for of_scope in of_process.scope_spans for span in of_scope.spans]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    taken = Collector()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            taken.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        taken.address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv(VARIABLE, taken.address)
        yield taken
        server.shutdown()
        thread.join()


def told(span: Any) -> dict[str, Any]:
    return {a.key: a.value.int_value or a.value.string_value for a in span.attributes}


def test_the_way_of_a_sample_is_one_trace_with_its_own_time(collector: Collector, tmp_path: Path) -> None:
    collecting, scoring = Tracing("bobae collector line", "run"), Tracing("bobae scorer", "run")
    moment = 7 * EVERY_NS + 5
    with open_store(tmp_path, write=True, commit_s=0.001) as store:
        writer = TracedWriter(store.writer, collecting, "line", lambda: moment + 50)
        (tag,) = writer.tag_ids([TagRow(0, "a.p")])
        for later in (0, 1, 2):  # of one moment in ten seconds the first batch is traced
            writer.append(Samples.of([tag], [moment + later], [1.0])).durable.result(60)
    assert scoring.is_chosen(moment)
    scoring.span("score", moment + 60, moment + 70, moment_ns=moment, monitor="a:anomaly")
    scoring.span("alarm", moment, moment + 90, moment_ns=moment, alarm=1)
    collecting.close()
    scoring.close()
    spans = {span.name: span for span in collector.spans}
    assert sorted(span.name for span in collector.spans) == ["alarm", "collect", "commit", "score"]
    assert len({span.trace_id for span in collector.spans}) == 1
    assert (spans["collect"].start_time_unix_nano, spans["collect"].end_time_unix_nano) == (moment, moment + 50)
    assert told(spans["collect"]) == {"bobae.sample_time_ns": moment, "bobae.source": "line", "bobae.rows": 1}
    assert told(spans["score"])["bobae.monitor"] == "a:anomaly"
    assert collector.services == {"bobae collector line", "bobae scorer"}


def test_what_is_not_kept_is_not_told_as_committed(collector: Collector) -> None:
    class Full:
        def append(self, samples: Samples) -> Any:
            @dataclass
            class Broken:
                durable: Future[int]

            failed: Future[int] = Future()
            failed.set_exception(OSError("full"))
            return Broken(failed)

        def tag_ids(self, tags: list[TagRow]) -> Any:
            raise NotImplementedError

    tracing = Tracing("bobae collector line", "run")
    TracedWriter(Full(), tracing, "line").append(Samples.of([0], [9 * EVERY_NS], [1.0]))
    tracing.close()
    assert [span.name for span in collector.spans] == ["collect"]


def test_without_an_endpoint_nothing_of_it_is_loaded() -> None:
    code = (
        "import sys\nfrom bobae.app.telemetry import Tracing\nt = Tracing('x', 'r')\n"
        "t.span('score', 1, 2, moment_ns=1)\nt.close()\n"
        "assert not t.is_on and not t.is_chosen(5)\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    clean = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=clean, check=True)
    assert done.stdout.strip() == "[]"
