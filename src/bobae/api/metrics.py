"""Figures for Prometheus: the sources, the models, the alarms, and each part's process."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bobae import __version__
from bobae.api.plant import LivePlant
from bobae.registry.catalogue import Drift

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATES = ("starting", "active", "idle", "degraded", "stopped")
_OF_PARTS = {
    "commit_lag_s": ("bobae_commit_lag_seconds", "how long ago everything received was on the disk"),
    "late_s": ("bobae_scoring_delay_seconds", "from the disk to the score of the newest rows"),
    "rows": ("bobae_rows_scored", "since the scorer's process started"),
    "cpu_s": ("bobae_part_cpu_seconds", "of its process since it started"),
}


def exposed(plant: LivePlant) -> bytes:
    """All figures in the text format of Prometheus, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(plant))
    return generate_latest(registry)


class _Figures:
    def __init__(self, plant: LivePlant) -> None:
        self._plant = plant

    def collect(self) -> Iterator[Metric]:
        plant = self._plant
        yield _gauge("bobae_info", "which bobae this is", [({"version": __version__}, 1)])
        yield _gauge("bobae_ready", "whether the plant can be relied on", [({}, int(not plant.ready()))])
        yield from _of_sources(plant)
        yield _gauge("bobae_models", "at work", [({}, len(plant.models()))])
        alarms = [({"state": str(state)}, n) for state, n in plant.catalogue.alarms.counts().items()]
        yield _gauge("bobae_alarms", "that still ask for somebody", alarms)
        priorities = [({"priority": str(name)}, n) for name, n in plant.catalogue.alarms.priorities().items()]
        yield _gauge("bobae_alarms_by_priority", "that still ask for somebody", priorities)
        yield from _of_drift(plant)
        yield from _of_parts(plant)


def _of_sources(plant: LivePlant) -> Iterator[Metric]:
    states = [({"source": state.name}, state) for state in plant.sources()]
    yield _gauge("bobae_source_connected", "whether it is", [(at, int(s.connected)) for at, s in states])
    yield _counter("bobae_source_samples", "that came", [(at, s.samples) for at, s in states])
    yield _gauge("bobae_source_waiting_rows", "not on the disk yet", [(at, s.waiting) for at, s in states])
    yield _counter("bobae_source_dropped_rows", "that were given up", [(at, s.dropped) for at, s in states])
    skews = [(at, s.skew_s) for at, s in states if s.skew_s is not None]
    yield _gauge("bobae_source_clock_skew_seconds", "how far its clock is behind", skews)


def _of_drift(plant: LivePlant) -> Iterator[Metric]:
    checks = plant.catalogue.drift.newest_of_all()
    answers = [({"model": c.subject, "answer": str(d)}, int(c.answer is d)) for c in checks for d in Drift]
    yield _gauge("bobae_model_drift", "1 for what the last look at its inputs came to", answers)
    moved = [
        ({"model": c.subject, "input": one["name"]}, one["effect"])
        for c in checks
        for one in c.found.get("inputs", [])
        if one["effect"] is not None
    ]
    yield _gauge("bobae_model_input_shift_spreads", "how far an input has moved since its model learned", moved)


def _of_parts(plant: LivePlant) -> Iterator[Metric]:
    parts = plant.parts()
    states = [({"part": p.name, "state": state}, int(p.state == state)) for p in parts for state in _STATES]
    yield _gauge("bobae_part_state", "1 for the state that it is in", states)
    yield _counter("bobae_part_restarts", "of its process", [({"part": p.name}, p.restarts) for p in parts])
    memory = [({"part": p.name}, p.memory_bytes) for p in parts if p.memory_bytes is not None]
    yield _gauge("bobae_part_memory_bytes", "proportional share of its process", memory)
    for figure, (name, told) in _OF_PARTS.items():
        yield _gauge(name, told, [({"part": p.name}, p.figures[figure]) for p in parts if figure in p.figures])


def _gauge(name: str, told: str, values: Iterable[tuple[dict[str, str], float]]) -> Metric:
    family = GaugeMetricFamily(name, told)
    for labels, value in values:
        family.add_sample(name, labels, value)
    return family


def _counter(name: str, told: str, values: Iterable[tuple[dict[str, str], float]]) -> Metric:
    family = CounterMetricFamily(name, told)
    for labels, value in values:
        family.add_sample(f"{name}_total", labels, value)
    return family
