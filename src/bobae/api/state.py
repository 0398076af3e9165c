"""How the plant does: its sources, its parts, whether it can be relied on, and figures for Prometheus."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from bobae import __version__
from bobae.api.gate import gated_router, needs
from bobae.api.inference import Desk
from bobae.api.metrics import CONTENT_TYPE, exposed
from bobae.api.plant import ThePlant
from bobae.api.questions import Nothing
from bobae.api.times import rfc3339
from bobae.app.processes.state import PartState
from bobae.collect import SourceState

router = gated_router("plant")
probes = gated_router("probes", prefix="")


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


class ToldPart(BaseModel):
    """How one part of bobae does; each has a process of its own."""

    name: str
    state: str = Field(description="starting, active, idle (nothing to do), degraded (works with a loss), stopped")
    since: str
    reason: str | None = Field(description="why, where that is not plain")
    next_step: str | None = Field(description="what a person can do about it")
    pid: int | None = Field(description="of its process")
    restarts: int = Field(description="since bobae started")
    memory_bytes: int | None = Field(description="of its process, what it shares counted by its share")


class Parts(BaseModel):
    """All parts; none where bobae runs in one process."""

    items: list[ToldPart]


class Alive(BaseModel):
    """It answers."""

    alive: bool = True
    version: str = __version__


class Ready(BaseModel):
    """Whether the plant can be relied on."""

    ready: bool
    reasons: list[str] = Field(description="why not")


@router.get("/sources")
@needs("plant.read")
def sources(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Sources:
    """How each source does."""
    return Sources(items=[_told(source) for source in plant.sources()])


@router.get("/parts")
@needs("plant.read")
def parts(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Parts:
    """How each part of bobae does."""
    return Parts(items=[_part_told(part) for part in plant.parts()])


@probes.get("/healthz")
@needs("nothing")
def healthz(_: Annotated[Nothing, Query()]) -> Alive:
    """Whether bobae answers at all."""
    return Alive()


@probes.get("/readyz", responses={503: {"model": Ready}})
@needs("plant.read")
def readyz(plant: ThePlant, response: Response, _: Annotated[Nothing, Query()]) -> Ready:
    """Whether the plant can be relied on: 200 or 503."""
    reasons = [str(reason) for reason in plant.ready()]
    response.status_code = 503 if reasons else 200
    return Ready(ready=not reasons, reasons=reasons)


@probes.get("/metrics", response_class=PlainTextResponse)
@needs("plant.read")
def metrics(plant: ThePlant, request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Figures in the text format of Prometheus."""
    desk: Desk = request.app.state.desk
    return Response(exposed(plant) + desk.figures.exposed(), media_type=CONTENT_TYPE)


def _part_told(part: PartState) -> ToldPart:
    return ToldPart(
        name=part.name,
        state=part.state,
        since=rfc3339(part.since_ns) or "",
        reason=None if part.reason is None else str(part.reason),
        next_step=None if part.next_step is None else str(part.next_step),
        pid=part.pid,
        restarts=part.restarts,
        memory_bytes=part.memory_bytes,
    )


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
