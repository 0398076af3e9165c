"""The engine: takes the first event, does what it means, until a time, an end, or a full array.

One compiled function, the only one of this folder that is kept on disk; a state remembers which engine made it.
"""

from collections.abc import Callable
from typing import Any

import numba

from bobae.flow.kernel import agenda, dispatch, machines, travel, work
from bobae.flow.kernel import words as w
from bobae.flow.kernel.chance import drawn
from bobae.flow.kernel.held import VERSION, HeldState, HeldTables, compiled, hold
from bobae.flow.layout import State, Tables

NONE = -1


@compiled
def _begin(t: HeldTables, s: HeldState) -> None:
    for machine in range(len(t.machines)):
        machines.settle_state(t, s, machine)
    for calendar in range(len(t.calendars)):
        work.shift(t, s, calendar)
    for d in range(len(t.downs)):
        first = drawn(t, t.downs[d].first, s.clock[w.SEED], w.P_FAIL, d, 0)
        if t.downs[d].by_work:
            s.failures[d].left = first
        else:
            agenda.set_(s, first, w.FAIL, d, 0)
    for c in range(len(t.cares)):
        s.cares[c].limit = t.cares[c].first
        if t.cares[c].by_pieces == 0:
            agenda.set_(s, t.cares[c].first, w.CARE_DUE, c, 0)
    if len(t.orders) > 0:
        agenda.set_(s, t.orders[0].at, w.ORDER, 0, 0)
    for source in range(len(t.sources)):
        if t.sources[source].every == NONE:
            work.keep_fed(t, s, source)
        else:
            agenda.set_(s, t.sources[source].start, w.RELEASE, source, 0)
    work.settle(t, s)


@compiled
def _handle(t: HeldTables, s: HeldState, kind: int, who: int, mark: int) -> None:
    if kind == w.DONE:
        if s.jobs[who].mark != mark:
            return
        work.job_done(t, s, who)
    elif kind == w.ARRIVE:
        travel.arrived(t, s, who)
    elif kind == w.RELEASE:
        travel.release(t, s, who)
    elif kind == w.ORDER:
        travel.order(t, s, who)
    elif kind == w.FAIL:
        if s.failures[who].mark != mark:
            return
        machines.fail(t, s, who)
    elif kind == w.REPAIR:
        machines.repair(t, s, who)
        dispatch.serve(t, s, t.downs[who].machine)
    elif kind == w.CARE_DUE:
        machines.care_due(t, s, who)
    elif kind == w.CARE_END:
        machines.care_end(t, s, who)
        dispatch.serve(t, s, who)
    else:
        work.shift(t, s, who)
    work.settle(t, s)
    s.clock[w.HANDLED] += 1


@compiled
def _full(s: HeldState, reserve: int) -> int:
    lots = s.clock[w.LOTS_TOP]
    if len(s.events) - s.clock[w.EVENTS] < 4 * len(s.machines) + lots + reserve:
        return w.EVENTS_FULL
    if len(s.lots) - lots < reserve:
        return w.LOTS_FULL
    if len(s.done) - s.clock[w.DONE_COUNT] < lots + reserve:
        return w.DONE_FULL
    if s.clock[w.TRACING] and len(s.trace) - s.clock[w.TRACE_COUNT] < 4 * (lots + len(s.machines)) + reserve:
        return w.TRACE_FULL
    return w.REACHED


def _compiled(version: int) -> Callable[[Tables, State, int, int], int]:
    @numba.njit(nogil=True, cache=True, error_model="numpy")
    def run(tables: Any, state: Any, until: int, reserve: int) -> int:
        t, s = hold(tables), hold(state)
        if s.clock[w.BEGUN] == 0:
            s.clock[w.BEGUN] = 1
            s.clock[w.ENGINE] = version
            _begin(t, s)
        while True:
            full = _full(s, reserve)
            if full != w.REACHED:
                return full
            if s.clock[w.EVENTS] == 0:
                return w.NOTHING_LEFT
            if s.events[0].at > until:
                s.clock[w.NOW] = until
                travel.count_wip(s, 0)
                return w.REACHED
            at, kind, who, mark = agenda.take(s)
            s.clock[w.NOW] = at
            _handle(t, s, kind, who, mark)

    made: Callable[[Tables, State, int, int], int] = run
    return made


run = _compiled(VERSION)
