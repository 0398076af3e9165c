"""A plain line, without an agenda: when each part leaves each station follows from two of its neighbours.

Part i leaves station j once it is done there and the next has a place, D(i, j) = max(C(i, j), D(i - p(j+1), j + 1)),
and is done when it has come and the part before has left, C(i, j) = max(D(i, j - 1), D(i - 1, j)) + work: linear in the
algebra of maximum and plus (F. Baccelli, G. Cohen, G. J. Olsder, J.-P. Quadrat, Synchronization and Linearity,
1992). Chance is drawn by the same names as in the engine, so the times are the same, to the microsecond.

A line is plain if every part visits single machines one after the other, in the order they came, and nothing but
buffers, time at work and failures by work comes between.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from bobae.core import Ints
from bobae.flow.compiling import Plan
from bobae.flow.kernel import words as w
from bobae.flow.kernel.chance import drawn
from bobae.flow.kernel.held import VERSION, hold
from bobae.flow.layout import NONE

_FIRST = 1 << 40  # the name of the first lot of the first source, see README.md
_NEVER = 1 << 62


def is_plain(plan: Plan) -> bool:
    """Whether the recurrence holds for the plan."""
    t = plan.tables
    steps, groups = t.steps, t.groups
    order = steps["group"]
    return bool(
        len(t.sources) == 1
        and len(t.orders) == 0
        and len(t.routes) == 1
        and int(t.sources["lots"][0]) == 1
        and int(t.sources["count"][0]) == NONE
        and len(set(order.tolist())) == len(order) == len(groups)
        and (groups["count"] == 1).all()
        and (groups["slots"] == 1).all()
        and (groups["rule"] == w.FIFO).all()
        and (groups["calendar"] == NONE).all()
        and (groups["crew"] == NONE).all()
        and (steps["crew"] == NONE).all()
        and (steps["setup"] == NONE).all()
        and (steps["interval_per"] == NONE).all()
        and (steps["share"] >= 1.0).all()
        and (steps["rework"] == 0.0).all()
        and (steps["scrap"] == 0.0).all()
        and (steps["per"] != w.BATCH).all()
        and len(t.cares) == 0
        and (t.downs["by_work"] == 1).all()
        and (np.bincount(t.downs["machine"], minlength=len(groups)) <= 1).all()
        and (t.moves == NONE).all()
    )


def line_times(plan: Plan, *, seed: int, until_us: int) -> tuple[Ints, Ints]:
    """When each part came in and when it left the last station, microseconds, for those that leave by `until_us`.

    The plan must be plain.
    """
    t = plan.tables
    group = t.groups[t.steps["group"]]
    machine = t.machines[group["first"]]
    downs = np.where(machine["downs"] < machine["downs_end"], machine["downs"], NONE).astype(np.int64)
    stations = (
        group["places"].astype(np.int64),
        t.steps["time"].astype(np.int64),
        np.where(t.steps["per"] == w.PIECE, t.sources["pieces"][0], 1).astype(np.int64),
        group["load"] + group["unload"],
        downs,
    )
    capacity = 1024
    while True:
        released, left = np.zeros(capacity, np.int64), np.zeros(capacity, np.int64)
        count = _run(t, stations, seed, until_us, released, left)
        if count < capacity:
            return released[:count], left[:count]
        capacity *= 4


def _compiled(version: int) -> Callable[..., int]:
    @numba.njit(nogil=True, cache=True, error_model="numpy")
    def run(tables: Any, stations: Any, seed: int, until: int, released: Ints, left: Ints) -> int:
        version  # noqa: B018 - what is kept on disk is keyed by it
        t = hold(tables)
        places, time, pieces, handling, downs = stations
        fed = t.sources[0].every == NONE
        ring = places.max() + 1 if places.max() > 0 else 1
        gone = np.zeros((len(places), ring), np.int64)  # when the last parts left each station
        until_failure, failures = np.full(len(places), _NEVER), np.zeros(len(places), np.int64)
        for j in range(len(places)):
            if downs[j] != NONE:
                until_failure[j] = drawn(t, t.downs[downs[j]].first, seed, w.P_FAIL, downs[j], 0)
        arrival = t.sources[0].start
        for i in range(len(released)):
            at = 0 if fed else arrival
            if places[0] != NONE and i >= places[0]:
                at = max(at, gone[0, (i - places[0]) % ring])
            released[i] = at if fed else arrival
            for j in range(len(places)):
                if i > 0:
                    at = max(at, gone[j, (i - 1) % ring])
                work = handling[j] + pieces[j] * drawn(t, time[j], seed, w.P_TIME, _FIRST + i, j)
                at += work
                while until_failure[j] < work:  # it breaks before it is done
                    at += drawn(t, t.downs[downs[j]].lasts, seed, w.P_REPAIR, downs[j], failures[j])
                    failures[j] += 1
                    until_failure[j] += drawn(t, t.downs[downs[j]].apart, seed, w.P_FAIL, downs[j], failures[j])
                until_failure[j] -= work
                if j + 1 < len(places) and places[j + 1] != NONE and i >= places[j + 1]:
                    at = max(at, gone[j + 1, (i - places[j + 1]) % ring])
                gone[j, i % ring] = at
            if at > until:
                return i
            left[i] = at
            if not fed:
                arrival += drawn(t, t.sources[0].every, seed, w.P_RELEASE, 0, i + 1)
        return len(released)

    made: Callable[..., int] = run
    return made


_run = _compiled(VERSION)
