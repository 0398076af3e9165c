"""OpenTelemetry traces: a sample's way from its source to the disk, to its score, to an alarm, with its own time.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; then nothing of OpenTelemetry is loaded. The way of one moment in ten
seconds of source time is traced, and that of every alarm. Each process sends its own spans; those of one moment share
a trace whose number follows from the run and the moment, so that nothing has to be handed from one to the other.
"""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from bobae.core import Ack, Missing, Samples, StoreWriter, TagRow, Tags

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
EVERY_NS = 10 * 10**9


class Tracing:
    """The traces of one process; without an endpoint it does nothing.

    Args:
        service: what the process is called: 'bobae scorer'.
        run: names the run of the plant.
        endpoint: where spans are sent, OTLP over HTTP; None: as the environment has it; '': nowhere.

    Raises:
        Missing: an endpoint is named and OpenTelemetry is not installed.

    Example:
        >>> tracing = Tracing("bobae scorer", "r", endpoint="")
        >>> tracing.is_on, tracing.span("score", 5, 6, moment_ns=5)
        (False, None)
    """

    def __init__(self, service: str, run: str, *, endpoint: str | None = None) -> None:
        self._run = run
        self._place = os.environ.get(VARIABLE, "") if endpoint is None else endpoint
        self._last = -1
        self._provider: Any = _provider(service) if self._place else None
        self._tracer: Any = None if self._provider is None else self._provider.get_tracer("bobae")

    @property
    def is_on(self) -> bool:
        """Whether spans are sent."""
        return self._tracer is not None

    def is_chosen(self, moment_ns: int) -> bool:
        """Whether this is the first that is seen of the next moment to be traced."""
        if self._tracer is None or moment_ns // EVERY_NS <= self._last:
            return False
        self._last = moment_ns // EVERY_NS
        return True

    def span(self, name: str, begin_ns: int, end_ns: int, *, moment_ns: int, **attributes: Any) -> None:
        """One step on the way of the moment `moment_ns`, from when to when, ns UTC."""
        if self._tracer is None:
            return
        from_others = _remote(self._run, moment_ns)
        begin = min(begin_ns, end_ns)  # a source's clock may be ahead of ours
        told = {"bobae.sample_time_ns": moment_ns, **{f"bobae.{key}": value for key, value in attributes.items()}}
        self._tracer.start_span(name, context=from_others, start_time=begin, attributes=told).end(end_ns)

    def close(self) -> None:
        """Send what is left, and let go."""
        if self._provider is not None:
            self._provider.shutdown()


class TracedWriter:
    """A store's writer whose chosen batches are traced: from the source to here, and from here to the disk.

    Args:
        writer: takes the samples.
        tracing: of this process.
        source: that they come from.
        clock: ns UTC.
    """

    def __init__(
        self, writer: StoreWriter, tracing: Tracing, source: str, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._writer, self._tracing, self._source, self._clock = writer, tracing, source, clock

    def tag_ids(self, tags: Sequence[TagRow]) -> Tags:
        """The number of each tag; see core.StoreWriter."""
        return self._writer.tag_ids(tags)

    def append(self, samples: Samples) -> Ack:
        """Take samples; see core.StoreWriter."""
        ack = self._writer.append(samples)
        moment_ns = int(samples.time_ns.max(initial=0))
        if self._tracing.is_chosen(moment_ns):
            now, about = self._clock(), {"source": self._source, "rows": len(samples)}
            self._tracing.span("collect", moment_ns, now, moment_ns=moment_ns, **about)

            def kept(done: Any) -> None:
                if done.exception() is None:
                    self._tracing.span("commit", now, self._clock(), moment_ns=moment_ns, **about)

            ack.durable.add_done_callback(kept)
        return ack


def _provider(service: str) -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Missing(
            "{variable} is set, and OpenTelemetry is not installed: pip install 'bobae[telemetry]'", variable=VARIABLE
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _remote(run: str, moment_ns: int) -> Any:
    """The trace of a moment, as if somebody else had begun it."""
    from opentelemetry import trace

    digest = hashlib.sha256(f"{run}:{moment_ns // EVERY_NS}".encode()).digest()
    begun = trace.SpanContext(
        int.from_bytes(digest[:16], "big"),
        int.from_bytes(digest[16:24], "big"),
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(begun))
