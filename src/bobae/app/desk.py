"""What people do with alarms: acknowledge, reset, judge, shelve, take out of service; and their cases."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bobae.app.clearing import Clearing
from bobae.app.kept import kept_of
from bobae.app.live_versions import LiveVersions
from bobae.app.ruled import ruled_in
from bobae.app.settings import Settings
from bobae.app.sparkline import Stretch, stretches
from bobae.core import BadInput, Plant, Text, UnknownName, alarms_per_week, local_time, telling_time_of, text
from bobae.core.gauge import number
from bobae.historian import open_store
from bobae.monitor import (
    CaseKeeper,
    Desk,
    Hand,
    Limits,
    Similar,
    acknowledge,
    close,
    holding,
    judge,
    missed,
    reset,
    similar,
    state_in_words,
)
from bobae.registry.catalogue import (
    Alarm,
    AlarmPoint,
    AlarmState,
    Alias,
    Case,
    Catalogue,
    Feedback,
    LimitMove,
    Outcome,
    open_catalogue,
)

__all__ = [
    "OPEN",
    "AlarmDesk",
    "CaseTold",
    "PointTold",
    "alarm_desk",
    "case_told",
    "moment",
    "outcome_named",
    "state_in_words",
]
_LOOKED_BACK = 500
OPEN = tuple(state for state in AlarmState if state is not AlarmState.NORMAL and not state.of_point)


@dataclass(frozen=True)
class PointTold:
    """One point that can raise alarms: a monitor or a rule of the plant file.

    Attributes:
        name: of the point.
        asset: path of the machine.
        state: as ISA-18.2 has it.
        point: how it is suppressed; None: it never was.
        alarm: the alarm that it raised last, if any.
        factor: where its limit stands, times the one that was proved.
    """

    name: str
    asset: str
    state: AlarmState
    point: AlarmPoint | None
    alarm: Alarm | None
    factor: float


@dataclass(frozen=True)
class CaseTold:
    """One case with all that is known of it.

    Attributes:
        case: the case.
        alarms: in the order they were raised.
        said: alarm -> what somebody said of it.
        similar: earlier alarms like its newest one, each with what was said of it and with its case.
        clears: what would clear its newest alarm; None: nobody knows, or nothing is to be cleared.
        signals: those behind its newest alarm, around its beginning.
    """

    case: Case
    alarms: Sequence[Alarm]
    said: dict[int, Feedback]
    similar: Sequence[tuple[Similar, Feedback | None, Case | None]]
    clears: Text | None = None
    signals: Sequence[Stretch] = ()


class AlarmDesk:
    """The desk of one plant; any thread may use it, and bobae may be running there.

    Args:
        plant: as plant.yaml has it.
        catalogue: where all is kept.
        clock: now, ns UTC.
        clears: what would clear an alarm; None where nobody can say it.
        signals: those behind an alarm, around its beginning.
    """

    def __init__(
        self,
        plant: Plant,
        catalogue: Catalogue,
        *,
        clock: Callable[[], int] = time.time_ns,
        clears: Callable[[Alarm], Text | None] = lambda _: None,
        signals: Callable[[Alarm], Sequence[Stretch]] = lambda _: (),
    ) -> None:
        self.catalogue, self._clears, self._signals = catalogue, clears, signals
        self._plant, self._clock = plant, clock
        self._points = Desk(catalogue.points, catalogue.alarms)
        self._budgets = {f"{m.asset}:{m.task}": alarms_per_week(str(m.alarm_budget)) for m in plant.monitors}

    def acknowledge(self, alarm: int, *, by: str, comment: str = "") -> Alarm:
        """See `bobae.monitor.acknowledge`."""
        return acknowledge(self.catalogue.alarms, alarm, by=by, comment=comment, time_ns=self._clock())

    def reset(self, alarm: int, *, by: str, comment: str = "") -> Alarm:
        """See `bobae.monitor.reset`."""
        return reset(self.catalogue.alarms, alarm, by=by, comment=comment, time_ns=self._clock())

    def judge(self, alarm: int, outcome: Outcome, *, by: str, comment: str = "") -> tuple[Feedback, LimitMove | None]:
        """Keep what somebody says of an alarm, and move the limit if that asks for it.

        Raises:
            UnknownName, BadInput: see `bobae.monitor.judge`.
        """
        catalogue, now = self.catalogue, self._clock()
        said = judge(catalogue.alarms, catalogue.feedback, alarm, outcome, by=by, comment=comment, time_ns=now)
        budget = self._budgets.get(said.monitor)
        if budget is None:  # a rule has the limit that the plant gave it
            return said, None
        first = max(catalogue.alarms.first_ns(said.monitor), LiveVersions(catalogue.versions).since_ns(said.monitor))
        limits = Limits(catalogue.alarms, catalogue.feedback, self._clock)
        return said, limits.consider(said.monitor, budget_per_week=budget, watched_ns=first, by=said.by)

    def missed(self, asset: str, *, from_ns: int, to_ns: int, what: str, by: str) -> Feedback:
        """Keep a fault that no alarm told of.

        Raises:
            UnknownName: the plant has no such machine.
            BadInput, Refused: see `bobae.monitor.missed`.
        """
        if asset not in self._plant.assets:
            raise UnknownName.among(
                "the plant has no machine {name!r}; nearest: {nearest}", name=asset, known=self._plant.assets
            )
        feedback = self.catalogue.feedback
        return missed(feedback, asset, from_ns=from_ns, to_ns=to_ns, what=what, by=by, time_ns=self._clock())

    def points(self) -> list[PointTold]:
        """Every point that can raise an alarm."""
        kept = {point.name: point for point in self.catalogue.points.changed_after(0)}
        limits = self.catalogue.feedback.limits()
        return [self._told(name, asset, kept.get(name), limits.get(name, 1.0)) for name, asset in self._names().items()]

    def shelve(self, point: str, *, by: str, because: str, for_s: float) -> PointTold:
        """Put a point away for a time."""
        name, asset = self._known(point)
        self._points.shelve(name, asset, self._hand(by, because), for_s=for_s)
        return self._told_now(name, asset)

    def unshelve(self, point: str, *, by: str, because: str = "") -> PointTold:
        """Take a point from the shelf."""
        name, asset = self._known(point)
        self._points.unshelve(name, asset, self._hand(by, because))
        return self._told_now(name, asset)

    def take_out(self, point: str, *, by: str, because: str) -> PointTold:
        """Take a point out of service."""
        name, asset = self._known(point)
        self._points.take_out(name, asset, self._hand(by, because))
        return self._told_now(name, asset)

    def give_back(self, point: str, *, by: str, because: str = "") -> PointTold:
        """Return a point to service."""
        name, asset = self._known(point)
        self._points.give_back(name, asset, self._hand(by, because))
        return self._told_now(name, asset)

    def case(self, number: int) -> CaseTold:
        """One case with its evidence.

        Raises:
            UnknownName: there is none of that number.
        """
        catalogue = self.catalogue
        self.join()
        case = catalogue.cases.get(number)
        alarms = catalogue.cases.alarms(number)
        before = similar(alarms[-1], catalogue.alarms.page(limit=_LOOKED_BACK, asset=case.asset)) if alarms else ()
        said = dict(catalogue.feedback.of_alarms([a.id for a in alarms] + [one.alarm.id for one in before]))
        told = [(one, said.get(one.alarm.id), catalogue.cases.of_alarm(one.alarm.id)) for one in before]
        stands = alarms[-1] if alarms and alarms[-1].state.active else None
        signals = self._signals(alarms[-1]) if alarms else ()
        return CaseTold(case, alarms, said, told, None if stands is None else self._clears(stands), signals)

    def cases(self, *, limit: int, before: int | None = None, is_open: bool | None = None) -> list[Case]:
        """Cases, newest first."""
        self.join()
        return self.catalogue.cases.page(limit=limit, before=before, is_open=is_open)

    def close(self, number: int, *, by: str, found: str, done: str = "") -> Case:
        """Close a case; see `bobae.monitor.close`."""
        self.join()
        return close(self.catalogue.cases, number, by=by, found=found, done=done, time_ns=self._clock())

    def join(self) -> None:
        """Bring what has changed into the cases, where nobody at work has done so yet."""
        CaseKeeper(self.catalogue.alarms, self.catalogue.cases, clock=self._clock).step()

    def _names(self) -> dict[str, str]:
        monitors = {f"{monitor.asset}:{monitor.task}": monitor.asset for monitor in self._plant.monitors}
        return monitors | {one.point: one.asset for one in ruled_in(self._plant)}

    def _known(self, point: str) -> tuple[str, str]:
        names = self._names()
        if point not in names:
            raise UnknownName.among(
                "nothing in the plant file raises alarms as {name!r}; nearest: {nearest}", name=point, known=names
            )
        return point, names[point]

    def _hand(self, by: str, because: str) -> Hand:
        return Hand(by, because, self._clock())

    def _told_now(self, name: str, asset: str) -> PointTold:
        factor = self.catalogue.feedback.limits().get(name, 1.0)
        return self._told(name, asset, self.catalogue.points.get(name), factor)

    def _told(self, name: str, asset: str, point: AlarmPoint | None, factor: float) -> PointTold:
        alarm = self.catalogue.alarms.newest_of(name)
        state = holding(point, self._clock()) or (AlarmState.NORMAL if alarm is None else alarm.state)
        return PointTold(name, asset, state, point, alarm, factor)


@contextlib.contextmanager
def alarm_desk(place: Path, settings: Settings) -> Iterator[AlarmDesk]:
    """The desk of the plant that `place` belongs to, open as long as the block; bobae may be running there.

    Raises:
        BadInput: no plant file is there.
        Refused, Unreachable: the catalogue cannot be opened.
    """
    root = kept_of(place)
    if settings.plant is None:
        raise BadInput("there is no plant file in {folder} or above", folder=place)
    with telling_time_of(settings.timezone), open_catalogue(root) as catalogue, contextlib.ExitStack() as stack:

        def clears(alarm: Alarm) -> Text | None:
            if catalogue.versions.pointed_at(alarm.monitor, Alias.LIVE) is None:
                return None
            store = stack.enter_context(open_store(root))
            return Clearing(root.parent, settings, catalogue, store).of(alarm)

        def signals(alarm: Alarm) -> Sequence[Stretch]:
            try:
                store = stack.enter_context(open_store(root))
            except BadInput:  # no sample was ever kept
                return ()
            return stretches(store, alarm, time.time_ns())

        yield AlarmDesk(settings.plant, catalogue, clears=clears, signals=signals)


def outcome_named(word: str) -> Outcome:
    """What somebody types of an alarm.

    Raises:
        BadInput: it is neither useful nor false.
    """
    if word not in (Outcome.USEFUL, Outcome.FALSE):
        raise BadInput("an alarm was useful or false; got {outcome}", outcome=word)
    return Outcome(word)


def moment(written: str, settings: Settings) -> int:
    """A moment as somebody types it, in the plant's time zone where it names none; ns UTC.

    Raises:
        BadInput: it is none.
    """
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput(
            "the time {written!r} is not understood; write it like 2026-03-09T10:14", written=written
        ) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(settings.timezone or "UTC"))
    return round(at.timestamp()) * 1_000_000_000


def case_told(told: CaseTold) -> Iterator[Text]:
    """A case in sentences, for whoever stands at the machine."""
    case = told.case
    yield text("{asset}, since {time}", asset=case.asset, time=_clock_time(case.opened_ns))
    for alarm in told.alarms:
        yield text("{time} {meaning}", time=_clock_time(alarm.active_ns), meaning=alarm.meaning)
        if alarm.id in told.said:
            yield _said(told.said[alarm.id])
    for signal in told.signals:
        yield text("  {line}", line=signal.line)
    if told.clears is not None:
        yield told.clears
    for one, said, earlier in told.similar:
        yield text("like it, {alike} %: {time}", alike=number(100 * one.alike), time=_clock_time(one.alarm.active_ns))
        if said is not None:
            yield _said(said)
        if earlier is not None and earlier.found:
            yield text("it was: {found}. Done: {done}", found=earlier.found, done=earlier.done or "-")
    if not told.similar:
        yield text("no earlier alarm of this machine was like it")
    if case.closed_ns is not None:
        closed = {"time": _clock_time(case.closed_ns), "by": case.closed_by or "bobae"}
        yield text("closed at {time} by {by}: {found}", **closed, found=case.found or "-")


def _said(said: Feedback) -> Text:
    if said.outcome is Outcome.USEFUL:
        return text("{by} called it useful. {comment}", by=said.by, comment=said.comment)
    return text("{by} called it false. {comment}", by=said.by, comment=said.comment)


def _clock_time(time_ns: int) -> str:
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M")
