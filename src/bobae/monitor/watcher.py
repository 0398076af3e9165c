"""The watcher: follows one monitor row by row, and writes only what a person should know."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Floats, Task, Text
from bobae.evidence.episodes import HOLD_OFF_S, NS
from bobae.evidence.shares import LOOKED_AT, top
from bobae.monitor.meaning import Signal, meaning
from bobae.monitor.states import happens, next_state
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState, AlarmStore, NewAlarm, Priority, TopTags, Transition

_REST_NS = 10 * NS  # between two writes of what changes while an alarm is open

Usual = Callable[[Sequence[str], int], Sequence[float]]
Explain = Callable[[TopTags], Text | None]


@dataclass(frozen=True)
class Watched:
    """What one monitor watches.

    Attributes:
        monitor: its name; alarms are found again by it after a restart.
        asset: path of the machine.
        model: name of the model.
        tags: name of each of the model's inputs, in its order.
        units: UCUM code of each.
        usual: (tags, time_ns) -> what each usually showed before that time, such as the median of the last day, NaN
            where nobody knows; asked for only when there is an alarm to explain.
        explain: what somebody who knows the machine says of (tag, share) pairs, most important first.
        task: what the model was asked.
        priority: how soon somebody must act on its alarms.
        latching: whether they stand after their end until somebody resets them.
        holding: how its point is suppressed now, so that nobody is called; None: it is not.
        told: values (tags,) -> what an alarm means, where the signals behind it do not say it all.
        factor: how far over its limit the score must be, 1.0 or more: the limit as people's answers have moved it.
    """

    monitor: str
    asset: str
    model: str
    tags: tuple[str, ...]
    units: tuple[str | None, ...]
    usual: Usual
    explain: Explain | None = None
    task: Task = "anomaly"
    priority: Priority = "medium"
    latching: bool = False
    holding: Callable[[], AlarmState | None] = lambda: None
    factor: Callable[[], float] = lambda: 1.0
    told: Callable[[Floats], Text] | None = None


class Watcher:
    """Raises, keeps up to date and clears the alarm of one monitor; not for several threads at once.

    A row that changes nothing costs no look at the store. An alarm that was active when bobae stopped is gone on with.
    One that comes back within half an hour of its end, before anybody took notice, is the same alarm: as in a backtest.
    While its point is suppressed nobody is called; a cause that is there afterwards calls anew.

    Args:
        watched: what it watches.
        store: where alarms are kept.
        clock: now, ns UTC.
    """

    def __init__(self, watched: Watched, store: AlarmStore, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._watched = watched
        self._store = store
        self._clock = clock
        newest = store.newest_of(watched.monitor)
        self._alarm = newest if newest is not None and newest.state.active else None
        self._blame: _Blame | None = None  # an alarm that was taken up keeps the tags that began it
        self._over = 0.0  # the highest score since the model began to alarm
        self._unwritten = False
        self._written_ns = clock()

    def observe(self, time_ns: int, answers: Mapping[str, Floats] | None, values: Floats) -> None:
        """One row on.

        A row that could not be judged clears nothing: the alarm is told as stale. After an error the next row tries
        again.

        Args:
            time_ns: the row's time, ns UTC.
            answers: the model's `score` (), `alarm` () and `contribution` (tags,); None: the row was not scored.
            values: what the inputs show (tags,), NaN where missing.

        Raises:
            Unreachable, Refused: the store does not take it.
        """
        if self._watched.holding() is not None:
            self._be_silent()
        elif answers is None or np.isnan(values).all():
            if self._alarm is not None:
                if self._alarm.stale_ns is None:
                    self._alarm, self._unwritten = replace(self._alarm, stale_ns=time_ns), True
                self._write()
        elif answers["alarm"] > 0.5:
            if self._alarm is not None:
                self._go_on(self._alarm, answers, values)
            elif self._is_over(answers):
                self._raise(time_ns, answers, values)
        else:
            self._over = 0.0
            if self._alarm is not None:
                self._clear(self._alarm)

    def _is_over(self, answers: Mapping[str, Floats]) -> bool:
        """Whether what the model calls an alarm is one by the limit as it has been moved."""
        self._over = max(self._over, _score(answers))
        factor = self._watched.factor()
        return factor <= 1.0 or self._over >= factor

    def _be_silent(self) -> None:
        if self._alarm is not None:
            happens(self._store, self._alarm, AlarmEvent.SUPPRESSED, time_ns=self._clock(), by=self._watched.model)
            self._alarm = None

    def _raise(self, time_ns: int, answers: Mapping[str, Floats], values: Floats) -> None:
        now = self._clock()
        alarm = self._raised_again(now)
        if alarm is None:
            blame = _Blame(self._watched, time_ns)
            blame.add(answers, values)
            alarm = self._store.put(self._new(now, blame))
            self._blame = blame
        self._alarm, self._unwritten, self._written_ns = alarm, False, now

    def _raised_again(self, now: int) -> Alarm | None:
        """The alarm before, if this is still the same one."""
        last = self._store.newest_of(self._watched.monitor)
        if last is None or not _goes_on(last, now):
            return None
        becomes = next_state(last.state, AlarmEvent.RAISED, latching=last.latching)
        again = Transition(now, AlarmEvent.RAISED, last.state, becomes, self._watched.model, "")
        return self._store.move(last.id, again)

    def _new(self, now: int, blame: "_Blame") -> NewAlarm:
        watched, tags = self._watched, blame.top()
        return NewAlarm(
            monitor=watched.monitor,
            asset=watched.asset,
            model=watched.model,
            task=watched.task,
            row_ns=blame.begun_ns,
            active_ns=now,
            peak=blame.peak,
            top_tags=tags,
            meaning=blame.meaning(tags),
            priority=watched.priority,
            latching=watched.latching,
        )

    def _go_on(self, alarm: Alarm, answers: Mapping[str, Floats], values: Floats) -> None:
        if self._blame is not None and self._blame.rows < LOOKED_AT:
            self._blame.add(answers, values)
            self._unwritten = True
        if (score := _score(answers)) > alarm.peak or alarm.stale_ns is not None:
            self._alarm, self._unwritten = replace(alarm, peak=max(alarm.peak, score), stale_ns=None), True
        self._write()

    def _clear(self, alarm: Alarm) -> None:
        self._write(rest_ns=0)
        happens(self._store, alarm, AlarmEvent.CLEARED, time_ns=self._clock(), by=self._watched.model)
        self._alarm = None

    def _write(self, *, rest_ns: int = _REST_NS) -> None:
        """Keep what changed, if the last write is long enough ago."""
        now = self._clock()
        resting = 0 <= now - self._written_ns < rest_ns  # a clock that was set back must not silence an alarm
        if not self._unwritten or self._alarm is None or resting:
            return
        if self._blame is not None and not self._blame.told:
            tags = self._blame.top()
            self._alarm = replace(self._alarm, top_tags=tags, meaning=self._blame.meaning(tags))
            self._blame.told = self._blame.rows >= LOOKED_AT
        self._store.update(self._alarm)
        self._unwritten, self._written_ns = False, now


def _goes_on(last: Alarm, now: int) -> bool:
    """Whether a cause that comes now is the alarm before: it is latched, or nobody noticed and it ended just now."""
    if last.state in (AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED):
        return True
    return last.state is AlarmState.RETURNED and now - (last.cleared_ns or 0) <= HOLD_OFF_S * NS


class _Blame:
    """The signals behind an alarm: their shares over its first rows, weighted by score, as a report has them.

    The values are those of the row with the highest score: towards its end an alarm may show nothing any more.
    """

    def __init__(self, watched: Watched, begun_ns: int) -> None:
        self.begun_ns = begun_ns
        self.rows = 0
        self.peak = -1.0
        self.told = False
        self._watched = watched
        self._total = np.zeros(len(watched.tags))
        self._values = self._total

    def add(self, answers: Mapping[str, Floats], values: Floats) -> None:
        """One alarm row more."""
        self.rows += 1
        score = _score(answers)
        self._total += np.nan_to_num(answers["contribution"]) * score
        if score > self.peak:
            self.peak, self._values = score, values.copy()

    def top(self) -> TopTags:
        """(tag, share), most important first."""
        whole = float(self._total.sum())
        return top(self._watched.tags, self._total / whole) if whole > 0 else ()

    def meaning(self, tags: TopTags) -> Text:
        """What the alarm means."""
        watched = self._watched
        if watched.told is not None:
            return watched.told(self._values)
        usual = watched.usual([tag for tag, _ in tags], self.begun_ns)
        signals = [
            Signal(tag, share, float(self._values[i]), float(before), watched.units[i])
            for (tag, share), before in zip(tags, usual, strict=True)
            for i in (watched.tags.index(tag),)
        ]
        return meaning(watched.asset, signals, watched.explain(tags) if watched.explain else None)


def _score(answers: Mapping[str, Floats]) -> float:
    score = float(answers["score"])
    return score if math.isfinite(score) else 0.0
