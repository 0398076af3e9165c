"""Figures for Prometheus about answering: how many asked, how long it took, how many were answered at once."""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest

_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_AT_ONCE = (1, 2, 4, 8, 16, 32, 64, 128)
_OF = ("model", "version")
disable_created_metrics()  # type: ignore[no-untyped-call]


class Figures:
    """Counts what a desk answers."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"bobae_inference_{name}", what, (*_OF, *labels), registry=self._registry)

        def histogram(name: str, what: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"bobae_inference_{name}", what, _OF, buckets=buckets, registry=self._registry)

        self._requests = counter("requests", "that a model was asked", "outcome")
        self._rows = counter("rows", "that a model answered")
        self._seconds = histogram("seconds", "from a request to its answer", _SECONDS)
        self._at_once = histogram("requests_at_once", "requests that one call of a model answered", _AT_ONCE)

    def answered(self, model: str, version: str, rows: int, seconds: float, *, well: bool) -> None:
        """One request is answered; `well`: with values, not with an error."""
        self._requests.labels(model, version, "answered" if well else "refused").inc()
        if well:
            self._rows.labels(model, version).inc(rows)
            self._seconds.labels(model, version).observe(seconds)

    def called(self, model: str, version: str, requests: int) -> None:
        """One call of a model answered so many requests."""
        self._at_once.labels(model, version).observe(requests)

    def exposed(self) -> bytes:
        """All figures in the text format of Prometheus, version 0.0.4."""
        return generate_latest(self._registry)
