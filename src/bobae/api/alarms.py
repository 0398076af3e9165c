"""Alarms: which there are, what happened to them, taking notice of one, and hearing of each change at once."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Header, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from bobae.api.gate import Who, gated_router, needs
from bobae.api.plant import LivePlant, ThePlant
from bobae.api.questions import Acknowledgement, Nothing, WhichAlarms
from bobae.api.times import rfc3339
from bobae.app.desk import AlarmDesk
from bobae.monitor import state_in_words
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState, AlarmStore, Priority

_LOOK_S = 0.25
_SIGN_OF_LIFE_S = 15.0
_AT_ONCE = 100
router = gated_router("alarms")
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="the alarm's number")]


class Share(BaseModel):
    """How much of an alarm one signal is."""

    tag: str
    share: float


class ToldAlarm(BaseModel):
    """One alarm (ISA-18.2)."""

    id: int
    monitor: str
    asset: str
    task: str
    model: str
    priority: Priority
    state: AlarmState
    state_text: str = Field(description="the state in words")
    meaning: str = Field(description="what the alarm means for the person at the machine")
    row: str = Field(description="time of the row that raised it")
    active: str = Field(description="when it was raised")
    cleared: str | None = Field(description="when its cause was gone")
    acknowledged: str | None = Field(description="when somebody took notice")
    acknowledged_by: str | None
    comment: str | None
    stale_since: str | None = Field(description="since when no row could be judged: nobody knows whether it is over")
    peak: float = Field(description="the highest score; the alarm limit is 1")
    top_tags: list[Share] = Field(description="the signals behind it, most important first")

    @classmethod
    def of(cls, alarm: Alarm) -> "ToldAlarm":
        """An alarm in the reader's language."""
        return cls(
            **{name: getattr(alarm, name) for name in ("id", "monitor", "asset", "task", "model", "priority", "state")},
            state_text=str(state_in_words(alarm.state)),
            meaning=str(alarm.meaning),
            row=rfc3339(alarm.row_ns) or "",
            active=rfc3339(alarm.active_ns) or "",
            cleared=rfc3339(alarm.cleared_ns),
            acknowledged=rfc3339(alarm.acknowledged_ns),
            acknowledged_by=alarm.acknowledged_by,
            comment=alarm.comment,
            stale_since=rfc3339(alarm.stale_ns),
            peak=alarm.peak,
            top_tags=[Share(tag=tag, share=share) for tag, share in alarm.top_tags],
        )


class AlarmPage(BaseModel):
    """A page of alarms, newest first."""

    items: list[ToldAlarm]
    next: int | None = Field(description="`cursor` of the next page; null: that was all")


class JournalEntry(BaseModel):
    """One thing that happened to an alarm."""

    time: str
    event: AlarmEvent
    was: AlarmState
    becomes: AlarmState
    by: str
    comment: str


class Journal(BaseModel):
    """All that happened to an alarm, in order."""

    items: list[JournalEntry]


@router.get("/alarms")
@needs("plant.read")
def alarms(plant: ThePlant, asked: Annotated[WhichAlarms, Query()]) -> AlarmPage:
    """Alarms, newest first."""
    store = plant.catalogue.alarms
    found = store.page(limit=asked.limit + 1, before=asked.cursor, states=asked.state, asset=asked.asset)
    items = [ToldAlarm.of(alarm) for alarm in found[: asked.limit]]
    return AlarmPage(items=items, next=items[-1].id if len(found) > asked.limit else None)


@router.get("/alarms/{number}")
@needs("plant.read")
def alarm(plant: ThePlant, number: Number, _: Annotated[Nothing, Query()]) -> ToldAlarm:
    """One alarm."""
    return ToldAlarm.of(plant.catalogue.alarms.get(number))


@router.get("/alarms/{number}/journal")
@needs("plant.read")
def journal(plant: ThePlant, number: Number, _: Annotated[Nothing, Query()]) -> Journal:
    """All that happened to an alarm."""
    entries = plant.catalogue.alarms.journal(number)
    return Journal(items=[JournalEntry(**(vars(entry) | {"time": rfc3339(entry.time_ns)})) for entry in entries])


@router.post("/alarms/{number}/acknowledge")
@needs("alarm.handle")
def take_notice(
    plant: ThePlant, who: Who, number: Number, said: Acknowledgement, _: Annotated[Nothing, Query()]
) -> ToldAlarm:
    """Say that somebody has taken notice; the first who does so is kept."""
    return ToldAlarm.of(_desk(plant).acknowledge(number, by=who.hand(said.by), comment=said.comment))


@router.post("/alarms/{number}/reset")
@needs("alarm.handle")
def let_go(
    plant: ThePlant, who: Who, number: Number, said: Acknowledgement, _: Annotated[Nothing, Query()]
) -> ToldAlarm:
    """Let go of a latched alarm, once its cause is gone and somebody has taken notice."""
    return ToldAlarm.of(_desk(plant).reset(number, by=who.hand(said.by), comment=said.comment))


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"description": "each alarm that changes, as it is then", "content": {"text/event-stream": {}}}},
)
@needs("plant.read")
async def events(
    request: Request,
    plant: ThePlant,
    who: Who,
    _: Annotated[Nothing, Query()],
    last_event_id: Annotated[int | None, Header(ge=0, description="go on after this event")] = None,
) -> StreamingResponse:
    """Alarms as they change, as server-sent events; a reader that comes back misses none."""
    begin = await asyncio.to_thread(plant.catalogue.alarms.revision) if last_event_id is None else last_event_id
    still_in = functools.partial(request.app.state.door.is_still_in, who)
    stream = _changes(plant.catalogue.alarms, begin, request.app.state.stopping, still_in)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _desk(plant: LivePlant) -> AlarmDesk:
    return AlarmDesk(plant.plant, plant.catalogue)


async def _changes(
    store: AlarmStore, seen: int, stopping: asyncio.Event, still_in: Callable[[], bool]
) -> AsyncIterator[str]:
    yield ": connected\n\n"
    quiet_s = 0.0
    looked = time.monotonic()
    while not stopping.is_set():
        if time.monotonic() >= looked + _SIGN_OF_LIFE_S:
            looked = time.monotonic()
            if not await asyncio.to_thread(still_in):
                return
        changed = await asyncio.to_thread(store.changed_after, seen, limit=_AT_ONCE)
        for alarm in changed:
            seen = alarm.revision
            yield f"event: alarm\nid: {seen}\ndata: {ToldAlarm.of(alarm).model_dump_json()}\n\n"
        quiet_s = 0.0 if changed else quiet_s + _LOOK_S
        if quiet_s >= _SIGN_OF_LIFE_S:
            yield ": still here\n\n"
            quiet_s = 0.0
        await asyncio.sleep(_LOOK_S)
