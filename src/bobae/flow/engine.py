"""A plant that runs: taken on in time, stopped, copied, taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from bobae.core import BadInput, BobaeError
from bobae.flow import layout
from bobae.flow.compiling import Plan, compiled
from bobae.flow.kernel import words as w
from bobae.flow.kernel.run import run
from bobae.flow.layout import NONE, Records, State
from bobae.flow.production import Production

_ROOM = 4096


class Stuck(BobaeError):
    """The plant stands still for good: lots wait for each other's places."""


@dataclass(eq=False)
class Run:
    """One run of a plan, from time 0.

    Example:
        >>> from bobae.flow import Production, compiled
        >>> from bobae.flow.engine import Run
        >>> plan = compiled(Production.model_validate({
        ...     "machines": {"saw": {"count": 1}},
        ...     "routes": {"board": [{"machines": "saw", "time": "exponential(1 min)"}]},
        ...     "releases": [{"product": "board", "every": "exponential(2 min)"}],
        ... }))
        >>> run = Run.new(plan, seed=1)
        >>> run.until(3600)
        >>> run.now_s
        3600.0
    """

    plan: Plan
    state: State
    seed: int
    done: list[Records] = field(default_factory=list)
    trace: list[Records] = field(default_factory=list)

    @classmethod
    def new(cls, plan: Plan, *, seed: int, traced: bool = False) -> Self:
        """A run that has not begun."""
        return cls(plan, _new_state(plan, seed, traced), seed)

    @property
    def now_s(self) -> float:
        """The plant's own time, seconds from the start."""
        return float(self.state.clock[w.NOW]) / 1e6

    def until(self, time_s: float) -> None:
        """Take it on to a time.

        Raises:
            Stuck: nothing can ever happen again, though lots wait.
        """
        end = round(time_s * 1e6)
        if end < self.state.clock[w.NOW]:
            raise BadInput("the run is at {now} s already, and cannot go back to {time} s", now=self.now_s, time=time_s)
        reserve = _reserve(self.plan)
        while (stopped := run(self.plan.tables, self.state, end, reserve)) != w.REACHED:
            if stopped == w.NOTHING_LEFT:
                self._ended(end)
                break
            self._make_room(stopped)
        self._drain_done()
        self._drain_trace()
        if jammed := self._jammed():
            raise jammed_at(self.now_s, jammed)

    def snapshot(self) -> State:
        """All that the run is, copied."""
        return State(*(part.copy() for part in self.state))

    def fork(self) -> Self:
        """Another run that stands where this one stands."""
        return type(self)(self.plan, self.snapshot(), self.seed, list(self.done), list(self.trace))

    @property
    def hash(self) -> str:
        """Of all that has happened: two runs with the same one went alike, event for event."""
        return f"{int(self.state.clock[w.HASH]):016x}"

    def _ended(self, end: int) -> None:
        if self.state.clock[w.WIP] > 0:
            raise still_at(self.now_s, int(self.state.clock[w.WIP]))
        self.state.clock[w.NOW] = end

    def _jammed(self) -> list[str]:
        """Groups that are full, whose every machine holds lots that wait for another of these groups."""
        t, s = self.plan.tables, self.state
        held = (s.jobs["stage"] == w.HOLDS).reshape(-1, 2).any(axis=1)
        first, count = t.groups["first"], t.groups["count"]
        limited = (t.groups["places"] != NONE) & (s.places["taken"] >= t.groups["places"])
        stands = {int(g) for g in np.flatnonzero(limited) if held[first[g] : first[g] + count[g]].all()}
        return [self.plan.groups[g] for g in never_freed(stands, self._waits())]

    def _waits(self) -> set[tuple[int, int]]:
        """From which group to which lots wait for room."""
        found, s = set(), self.state
        for there, lot in enumerate(s.places["wait_first"]):
            while lot != NONE:
                job = s.lots["job"][lot]
                if job != NONE:
                    found.add((int(self.plan.tables.machines["group"][s.jobs["machine"][job]]), there))
                lot = s.lots["next"][lot]
        return found

    def _make_room(self, stopped: int) -> None:
        if stopped == w.DONE_FULL:
            self._drain_done()
            if len(self.state.done) < 4 * (int(self.state.clock[w.LOTS_TOP]) + _reserve(self.plan)):
                self._grow("done")
        elif stopped == w.TRACE_FULL:
            self._drain_trace()
            if len(self.state.trace) < 8 * (
                int(self.state.clock[w.LOTS_TOP]) + len(self.state.machines) + _reserve(self.plan)
            ):
                self._grow("trace")
        elif stopped == w.EVENTS_FULL:
            self._grow("events")
        else:
            for name in ("lots", "events", "ring", "moving"):
                self._grow(name)

    def _grow(self, name: str) -> None:
        """Twice as long, what is in a ring from its beginning."""
        old = getattr(self.state, name)
        new = np.zeros(2 * len(old) + _ROOM, old.dtype)
        first = {"ring": w.RING_FIRST, "moving": w.MOVING_FIRST}.get(name)
        if first is not None:
            old = np.roll(old, -int(self.state.clock[first]))
            self.state.clock[first] = 0
        new[: len(old)] = old
        self.state = self.state._replace(**{name: new})

    def _drain_done(self) -> None:
        count = int(self.state.clock[w.DONE_COUNT])
        if count:
            self.done.append(self.state.done[:count].copy())
            self.state.clock[w.DONE_COUNT] = 0

    def _drain_trace(self) -> None:
        count = int(self.state.clock[w.TRACE_COUNT])
        if count:
            self.trace.append(self.state.trace[:count].copy())
            self.state.clock[w.TRACE_COUNT] = 0


def still_at(time_s: float, lots: int) -> Stuck:
    """The agenda is empty, with lots in the plant."""
    return Stuck(
        "at {time} s everything stands still, with {lots} lots in the plant: they wait for each other's "
        "places, or for pieces to fill a batch that will not come",
        time=time_s,
        lots=lots,
    )


def jammed_at(time_s: float, groups: Sequence[str]) -> Stuck:
    """Some groups never let a lot in again, whatever else goes on."""
    return Stuck(
        "by {time} s {names} stand still for good: each is full of lots that wait for another of them",
        time=time_s,
        names=", ".join(groups),
    )


def never_freed(stands: set[int], waits: set[tuple[int, int]]) -> list[int]:
    """Of groups that are full and stand still, those whose lots wait for no other than these; `waits`: (from, for)."""
    while stands and (free := {here for here, there in waits if here in stands and there not in stands}):
        stands = stands - free
    return sorted(stands)


def warm() -> None:
    """Have the engine compiled, or fetched from where it was kept: half a minute once, half a second after that."""
    machines = {"machines": {"any": {}}, "routes": {"part": [{"machines": "any", "time": "1 s"}]}}
    Run.new(compiled(Production.model_validate(machines)), seed=0).until(1.0)


def _reserve(plan: Plan) -> int:
    """More lots than one event can bring in."""
    t = plan.tables
    lots = int(t.sources["lots"].sum()) if len(t.sources) else 0
    places = t.groups["places"]
    return lots + int(places[places > 0].sum()) + 64


def _new_state(plan: Plan, seed: int, traced: bool) -> State:
    t = plan.tables
    machines, groups = len(t.machines), len(t.groups)
    room = 2 * (_reserve(plan) + _ROOM)
    clock = np.zeros(w.CLOCKS, np.int64)
    clock[w.LOTS_FREE] = NONE
    clock[w.SEED] = seed
    clock[w.VEHICLES] = t.vehicles[0]
    clock[w.TRACING] = traced
    jobs = np.zeros(2 * machines, layout.JOB)
    jobs["machine"] = np.arange(2 * machines) // 2
    return State(
        clock,
        np.zeros(room + 8 * machines, layout.EVENT),
        np.zeros(room, layout.LOT),
        _filled(layout.RUNNING, machines, ("setup", "care")),
        jobs,
        _filled(
            layout.PLACE,
            groups,
            ("first", "last", "wait_first", "wait_last", "idle_first", "idle_last", "half_first", "half_last"),
        ),
        np.zeros(len(t.downs), layout.FAILURE),
        np.zeros(len(t.cares), layout.CARED),
        np.zeros(len(t.sources), layout.FED),
        t.crews.copy(),
        np.ones(len(t.calendars), np.int64),
        np.zeros(len(t.steps), np.int64),
        np.zeros(room, np.int64),
        np.zeros(room, np.int64),
        np.zeros(room, layout.DONE),
        np.zeros(8 * room if traced else 1, layout.TRACED),
        np.zeros((len(t.steps), w.TALLIES), np.int64),
    )


def _filled(kind: np.dtype[Any], count: int, none: tuple[str, ...]) -> Records:
    table = np.zeros(count, kind)
    for name in none:
        table[name] = NONE
    return table
