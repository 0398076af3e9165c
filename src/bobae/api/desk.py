"""What people do with alarms over HTTP: judge them, shelve what raises them, work on cases; and how the alarms do."""

import functools
import time
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from bobae.api.alarms import ToldAlarm
from bobae.api.gate import Who, gated_router, needs
from bobae.api.plant import LivePlant, ThePlant
from bobae.api.questions import (
    Closing,
    Judgement,
    Lately,
    MissedFault,
    Nothing,
    PointHand,
    Shelving,
    WhichCases,
    WhichRecords,
)
from bobae.api.times import rfc3339
from bobae.app.alarm_figures import figures_as_json
from bobae.app.clearing import Clearing
from bobae.app.desk import AlarmDesk, CaseTold, PointTold, case_told
from bobae.app.ledger_told import statement
from bobae.app.records_told import record_as_json, record_of
from bobae.app.settings import settings_for
from bobae.app.sparkline import stretches
from bobae.evidence.eemua import alarm_figures
from bobae.monitor import state_in_words
from bobae.registry.catalogue import AlarmState, Case, Feedback, Outcome, Suppression

router = gated_router("alarms")
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="the number of the alarm or case")]
_DAY_NS = 24 * 3600 * 1_000_000_000


class ToldSuppression(BaseModel):
    """Why a point calls nobody."""

    since: str
    by: str
    because: str
    until: str | None

    @classmethod
    def of(cls, held: Suppression | None) -> "ToldSuppression | None":
        """As it is told; None where nothing holds."""
        if held is None:
            return None
        return cls(since=rfc3339(held.since_ns) or "", by=held.by, because=held.because, until=rfc3339(held.until_ns))


class ToldPoint(BaseModel):
    """One thing that can raise alarms."""

    point: str
    asset: str
    state: AlarmState
    state_text: str
    shelved: ToldSuppression | None
    by_design: ToldSuppression | None
    out_of_service: ToldSuppression | None
    alarm: int | None = Field(description="number of the alarm that it raised last")
    limit_factor: float = Field(description="where its limit stands, times the one that was proved")

    @classmethod
    def of(cls, told: PointTold) -> "ToldPoint":
        """A point in the reader's language."""
        held = {
            how: ToldSuppression.of(None if told.point is None else getattr(told.point, how))
            for how in ("shelved", "by_design", "out_of_service")
        }
        return cls(
            point=told.name,
            asset=told.asset,
            state=told.state,
            state_text=str(state_in_words(told.state)),
            alarm=None if told.alarm is None else told.alarm.id,
            limit_factor=told.factor,
            **held,
        )


class Points(BaseModel):
    """All that can raise alarms."""

    items: list[ToldPoint]


class ToldFeedback(BaseModel):
    """What somebody said."""

    id: int
    asset: str
    alarm: int | None
    outcome: Outcome
    by: str
    time: str
    comment: str
    limit: str | None = Field(default=None, description="why the limit moved because of it")
    limit_factor: float | None = Field(default=None, description="where it stands now, times the one that was proved")

    @classmethod
    def of(cls, said: Feedback) -> "ToldFeedback":
        """As it is told."""
        return cls(
            time=rfc3339(said.time_ns) or "",
            **{name: getattr(said, name) for name in ("id", "asset", "alarm", "outcome", "by", "comment")},
        )


class ToldCase(BaseModel):
    """One case."""

    id: int
    asset: str
    opened: str
    over: str | None = Field(description="since when all its alarms are over")
    closed: str | None
    closed_by: str
    found: str
    done: str

    @classmethod
    def of(cls, case: Case) -> "ToldCase":
        """As it is told."""
        return cls(
            opened=rfc3339(case.opened_ns) or "",
            over=rfc3339(case.over_ns),
            closed=rfc3339(case.closed_ns),
            **{name: getattr(case, name) for name in ("id", "asset", "closed_by", "found", "done")},
        )


class CasePage(BaseModel):
    """A page of cases, newest first."""

    items: list[ToldCase]
    next: int | None = Field(description="`cursor` of the next page; null: that was all")


class SimilarAlarm(BaseModel):
    """An earlier alarm like this one, and what came of it."""

    alarm: ToldAlarm
    alike: float
    feedback: ToldFeedback | None
    case: ToldCase | None


class WholeCase(ToldCase):
    """One case with its evidence."""

    text: list[str] = Field(description="the case in sentences")
    alarms: list[ToldAlarm]
    feedback: list[ToldFeedback]
    similar: list[SimilarAlarm]
    signals: list[dict[str, Any]] = Field(
        description="those behind its newest alarm: lowest and highest values, in pieces"
    )

    @classmethod
    def told(cls, told: CaseTold) -> "WholeCase":
        """A case in the reader's language."""
        similar = [
            SimilarAlarm(
                alarm=ToldAlarm.of(one.alarm),
                alike=one.alike,
                feedback=None if said is None else ToldFeedback.of(said),
                case=None if case is None else ToldCase.of(case),
            )
            for one, said, case in told.similar
        ]
        return cls(
            **ToldCase.of(told.case).model_dump(),
            text=[str(said) for said in case_told(told)],
            alarms=[ToldAlarm.of(alarm) for alarm in told.alarms],
            feedback=[ToldFeedback.of(told.said[alarm.id]) for alarm in told.alarms if alarm.id in told.said],
            similar=similar,
            signals=[signal.as_json() for signal in told.signals],
        )


class RecordPage(BaseModel):
    """Records, by the names of their points."""

    items: list[dict[str, Any]] = Field(description="point, revision, since, what changed, and the record")
    next: str | None = Field(default=None, description="`cursor` of the next page; null: that was all")


@router.get("/alarm-points")
@needs("plant.read")
def points(plant: ThePlant, _: Annotated[Nothing, Query()]) -> Points:
    """All that can raise alarms, and how each stands."""
    return Points(items=[ToldPoint.of(point) for point in _desk(plant).points()])


@router.get("/alarm-records")
@needs("plant.read")
def records(plant: ThePlant, asked: Annotated[WhichRecords, Query()]) -> RecordPage:
    """What is written down about each point that can raise alarms (ISA-18.2: rationalization)."""
    if asked.point is not None:
        return RecordPage(items=[record_as_json(one) for one in reversed(record_of(plant.catalogue, asked.point))])
    found = plant.catalogue.records.newest(after=asked.cursor, limit=asked.limit + 1)
    items = [record_as_json(one) for one in found[: asked.limit]]
    return RecordPage(items=items, next=found[asked.limit - 1].point if len(found) > asked.limit else None)


@router.post("/alarm-points/shelve")
@needs("alarm.handle")
def shelve(plant: ThePlant, who: Who, asked: Shelving, _: Annotated[Nothing, Query()]) -> ToldPoint:
    """Put a point away for a time: it calls nobody, and comes back by itself."""
    found = _desk(plant).shelve(asked.point, by=who.hand(asked.by), because=asked.because, for_s=asked.hours * 3600)
    return ToldPoint.of(found)


@router.post("/alarm-points/unshelve")
@needs("alarm.handle")
def unshelve(plant: ThePlant, who: Who, asked: PointHand, _: Annotated[Nothing, Query()]) -> ToldPoint:
    """Take a point from the shelf."""
    return ToldPoint.of(_desk(plant).unshelve(asked.point, by=who.hand(asked.by), because=asked.because))


@router.post("/alarm-points/take-out")
@needs("alarm.design")
def take_out(plant: ThePlant, who: Who, asked: PointHand, _: Annotated[Nothing, Query()]) -> ToldPoint:
    """Take a point out of service, until somebody returns it."""
    return ToldPoint.of(_desk(plant).take_out(asked.point, by=who.hand(asked.by), because=asked.because))


@router.post("/alarm-points/return")
@needs("alarm.design")
def give_back(plant: ThePlant, who: Who, asked: PointHand, _: Annotated[Nothing, Query()]) -> ToldPoint:
    """Return a point to service."""
    return ToldPoint.of(_desk(plant).give_back(asked.point, by=who.hand(asked.by), because=asked.because))


@router.post("/alarms/{number}/feedback")
@needs("alarm.handle")
def judge(plant: ThePlant, who: Who, number: Number, said: Judgement, _: Annotated[Nothing, Query()]) -> ToldFeedback:
    """Say whether an alarm was useful or false; the last word counts. It may move the limit."""
    given, move = _desk(plant).judge(number, Outcome(said.outcome), by=who.hand(said.by), comment=said.comment)
    told = ToldFeedback.of(given)
    return told if move is None else told.model_copy(update={"limit": str(move.why), "limit_factor": move.factor})


@router.post("/missed")
@needs("alarm.handle")
def missed(plant: ThePlant, who: Who, said: MissedFault, _: Annotated[Nothing, Query()]) -> ToldFeedback:
    """Tell of a fault that no alarm told of."""
    given = _desk(plant).missed(
        said.asset, from_ns=said.from_ns, to_ns=said.to_ns, what=said.what, by=who.hand(said.by)
    )
    return ToldFeedback.of(given)


@router.get("/cases")
@needs("plant.read")
def cases(plant: ThePlant, asked: Annotated[WhichCases, Query()]) -> CasePage:
    """Cases, newest first."""
    found = _desk(plant).cases(limit=asked.limit + 1, before=asked.cursor, is_open=asked.open)
    items = [ToldCase.of(case) for case in found[: asked.limit]]
    return CasePage(items=items, next=items[-1].id if len(found) > asked.limit else None)


@router.get("/cases/{number}")
@needs("plant.read")
def case(plant: ThePlant, number: Number, _: Annotated[Nothing, Query()]) -> WholeCase:
    """One case: its alarms, what was said of them, and earlier alarms like them."""
    settings = replace(settings_for(plant.folder), plant=plant.plant)
    clearing = Clearing(plant.folder, settings, plant.catalogue, plant.reader)
    signals = functools.partial(stretches, plant.reader, now_ns=time.time_ns())
    return WholeCase.told(AlarmDesk(plant.plant, plant.catalogue, clears=clearing.of, signals=signals).case(number))


@router.post("/cases/{number}/close")
@needs("alarm.handle")
def close(plant: ThePlant, who: Who, number: Number, said: Closing, _: Annotated[Nothing, Query()]) -> ToldCase:
    """Close a case with what it was and what was done."""
    return ToldCase.of(_desk(plant).close(number, by=who.hand(said.by), found=said.found, done=said.done))


@router.get("/alarm-figures")
@needs("plant.read")
def figures(plant: ThePlant, asked: Annotated[Lately, Query()]) -> dict[str, Any]:
    """How the alarm system does, beside what ISA-18.2 and EEMUA 191 call acceptable."""
    now = time.time_ns()
    t0_ns = now - round(asked.days * _DAY_NS)
    return figures_as_json(alarm_figures(plant.catalogue.calls.between(t0_ns, now), t0_ns, now))


@router.get("/ledger")
@needs("plant.read")
def ledger(plant: ThePlant, asked: Annotated[Lately, Query()]) -> dict[str, Any]:
    """What each model saved and cost, by month, and which is not worth its place."""
    now = time.time_ns()
    return statement(plant.catalogue.ledger, now - round(asked.days * _DAY_NS), now).as_json()


def _desk(plant: LivePlant) -> AlarmDesk:
    return AlarmDesk(plant.plant, plant.catalogue)
