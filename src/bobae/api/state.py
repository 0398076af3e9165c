"""How the plant does: its sources, its models, whether it can be relied on, and figures for Prometheus."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from bobae import __version__
from bobae.api.plant import LivePlant, ThePlant
from bobae.api.questions import Nothing
from bobae.api.times import rfc3339
from bobae.collect import SourceState

router = APIRouter(tags=["plant"])
probes = APIRouter(tags=["probes"])
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Rejection(BaseModel):
    """A tag that a source cannot give."""

    tag: str
    reason: str


class ToldSource(BaseModel):
    """How one source does."""

    name: str
    connected: bool
    since: str
    reason: str | None = Field(description="why it is not connected")
    retries: int = Field(description="attempts to connect since it was lost")
    samples: int = Field(description="how many came since bobae started")
    waiting: int = Field(description="rows that are not on the disk yet")
    dropped: int = Field(description="rows that were given up since bobae started; gaps in the samples say where")
    storing: str | None = Field(description="why nothing can be kept now")
    skew_s: float | None = Field(description="how far its clock is behind this computer's; below zero: ahead")
    rejected: list[Rejection] = Field(description="tags that it cannot give")


class Sources(BaseModel):
    """All sources."""

    items: list[ToldSource]


class ToldModel(BaseModel):
    """One model at work."""

    monitor: str
    asset: str
    task: str
    name: str
    version: str


class Models(BaseModel):
    """All that is watched."""

    items: list[ToldModel]


class Alive(BaseModel):
    """It answers."""

    alive: bool = True
    version: str = __version__


class Ready(BaseModel):
    """Whether the plant can be relied on."""

    ready: bool
    reasons: list[str] = Field(description="why not")


@router.get("/sources")
def sources(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Sources:
    """How each source does."""
    return Sources(items=[_told(source) for source in plant.sources()])


@router.get("/models")
def models(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Models:
    """What is watched, and by which model."""
    return Models(items=[ToldModel.model_validate(model, from_attributes=True) for model in plant.models()])


@probes.get("/healthz")
def healthz(_: Annotated[Nothing, Query()]) -> Alive:
    """Whether bobae answers at all."""
    return Alive()


@probes.get("/readyz", responses={503: {"model": Ready}})
def readyz(plant: ThePlant, response: Response, _: Annotated[Nothing, Query()]) -> Ready:
    """Whether the plant can be relied on: 200 or 503."""
    reasons = [str(reason) for reason in plant.ready()]
    response.status_code = 503 if reasons else 200
    return Ready(ready=not reasons, reasons=reasons)


@probes.get("/metrics", response_class=PlainTextResponse)
def metrics(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Response:
    """Figures in the text format of Prometheus."""
    return Response("\n".join(_figures(plant)) + "\n", media_type=_PROMETHEUS)


def _told(source: SourceState) -> ToldSource:
    return ToldSource(
        name=source.name,
        connected=source.connected,
        since=rfc3339(source.since_ns) or "",
        reason=None if source.reason is None else str(source.reason),
        retries=source.retries,
        samples=source.samples,
        waiting=source.waiting,
        dropped=source.dropped,
        storing=None if source.storing is None else str(source.storing),
        skew_s=source.skew_s,
        rejected=[Rejection(tag=rejected.wish.path, reason=str(rejected.why)) for rejected in source.rejected],
    )


def _figures(plant: LivePlant) -> Iterator[str]:
    yield from _figure("bobae_info", "gauge", [({"version": __version__}, 1)])
    yield from _figure("bobae_ready", "gauge", [({}, int(not plant.ready()))])
    states = [({"source": state.name}, state) for state in plant.sources()]
    yield from _figure("bobae_source_connected", "gauge", [(at, int(s.connected)) for at, s in states])
    yield from _figure("bobae_source_samples_total", "counter", [(at, s.samples) for at, s in states])
    yield from _figure("bobae_source_waiting_rows", "gauge", [(at, s.waiting) for at, s in states])
    yield from _figure("bobae_source_dropped_rows_total", "counter", [(at, s.dropped) for at, s in states])
    skews = [(at, s.skew_s) for at, s in states if s.skew_s is not None]
    yield from _figure("bobae_source_clock_skew_seconds", "gauge", skews)
    yield from _figure("bobae_models", "gauge", [({}, len(plant.models()))])
    alarms = [({"state": str(state)}, n) for state, n in plant.alarms.counts().items()]
    yield from _figure("bobae_alarms", "gauge", alarms)


def _figure(name: str, kind: str, values: Sequence[tuple[dict[str, str], float]]) -> Iterator[str]:
    yield f"# TYPE {name} {kind}"
    for labels, value in values:
        inside = ",".join(f'{label}="{_escaped(written)}"' for label, written in labels.items())
        yield f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escaped(written: str) -> str:
    return written.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
