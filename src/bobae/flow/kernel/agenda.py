"""What happens next: a heap of events, the earliest first, of equal times the one that was set first."""

import numpy as np

from bobae.flow.kernel import words as w
from bobae.flow.kernel.held import HeldState, compiled

_ODD_1, _ODD_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_ODD_3, _ODD_4 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_1, _32 = np.uint64(1), np.uint64(32)


@compiled
def set_(s: HeldState, at: int, kind: int, who: int, mark: int) -> None:
    """Put an event down for a time."""
    order = s.clock[w.ORDER_NEXT]
    s.clock[w.ORDER_NEXT] = order + 1
    i = s.clock[w.EVENTS]
    s.clock[w.EVENTS] = i + 1
    while i > 0:
        above = (i - 1) >> 2
        if s.events[above].at <= at:  # what is there was set before
            break
        s.events[i] = s.events[above]
        i = above
    e = s.events[i]
    e.at = at
    e.order = order
    e.kind = kind
    e.who = who
    e.mark = mark


@compiled
def take(s: HeldState) -> tuple[int, int, int, int]:
    """Take the first event off the heap: its time, kind, whose it is, and its mark."""
    top = s.events[0]
    at, kind, who, mark = top.at, top.kind, top.who, top.mark
    count = s.clock[w.EVENTS] - 1
    s.clock[w.EVENTS] = count
    if count > 0:
        _sink(s, count)
    return at, kind, who, mark


@compiled
def _sink(s: HeldState, count: int) -> None:
    last = s.events[count]
    at, order, kind, who, mark = last.at, last.order, last.kind, last.who, last.mark
    i = 0
    while True:
        child = 4 * i + 1
        if child >= count:
            break
        best = child
        best_at, best_order = s.events[best].at, s.events[best].order
        for other in range(child + 1, min(child + 4, count)):
            o = s.events[other]
            if o.at < best_at or (o.at == best_at and o.order < best_order):
                best, best_at, best_order = other, o.at, o.order
        if at < best_at or (at == best_at and order < best_order):
            break
        s.events[i] = s.events[best]
        i = best
    e = s.events[i]
    e.at = at
    e.order = order
    e.kind = kind
    e.who = who
    e.mark = mark


@compiled
def note(s: HeldState, kind: int, machine: int, lot: int, step: int, extra: int) -> None:
    """Write down what happened: always into the run's hash, and into the trace where one is kept."""
    told = np.uint64(s.clock[w.NOW]) * _ODD_1 + np.uint64(lot + 1) * _ODD_2
    told += np.uint64(kind * 1048576 + machine + 1) * _ODD_3 + np.uint64((step + 1) * 1048576 + extra) * _ODD_4
    mixed = (np.uint64(s.clock[w.HASH]) ^ told) * _ODD_2
    s.clock[w.HASH] = np.int64((mixed ^ (mixed >> _32)) >> _1)
    if s.clock[w.TRACING]:
        row = s.trace[s.clock[w.TRACE_COUNT]]
        s.clock[w.TRACE_COUNT] += 1
        row.at = s.clock[w.NOW]
        row.lot = lot
        row.kind = kind
        row.machine = machine
        row.step = step
        row.extra = extra
