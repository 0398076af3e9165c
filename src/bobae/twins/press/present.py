"""A history that ends now, and the press that goes on from there.

The press has nights and a Sunday off, but whoever wants to watch one may come at any hour: so its calendar is shifted
against the wall clock until now lies within production. A live press is stepped by the second; so is this history, of
which only every tenth second or so was logged: past and present are one run.
"""

import math

import numpy as np

from bobae.core import BadInput, Bools, Ints
from bobae.twins.press.faults import CYCLE_DAYS, planned
from bobae.twins.press.history import History, days_of
from bobae.twins.press.press import START_NS, Press, Rows
from bobae.twins.press.shifts import DAY_S, NS, Calendar, Mode
from bobae.twins.press.snapshot import Snapshot

GRID_S = 10
WARM_S = 3_600  # as planned, short stops and all
STEADY_S = 600  # since the last short stop


def history_until(now_ns: int, *, days: int = 14, step_s: float = 10.0, seed: int = 0) -> tuple[History, Snapshot]:
    """So many days of the press up to the last whole 10 s before now, and the press as it is then.

    By then it has been making the same product for an hour and, left alone, runs on without a stop for as long as
    it ever does that day. The last machine fault was repaired on the Saturday before. All times are wall times.

    Args:
        now_ns: the wall clock, ns UTC.
        days: how many.
        step_s: whole seconds between rows.
        seed: the same seed and time give the same bytes.

    Raises:
        BadInput: there is not one whole day, or the step is no whole number of seconds that goes evenly into a day.
    """
    if days < 1 or step_s % 1 or DAY_S % step_s:
        raise BadInput(
            "a history that ends now needs one day or more and a step of whole seconds that goes evenly into a day; "
            "got {days} days, {step} s",
            days=days,
            step=step_s,
        )
    # the calendar of faults comes round on a Sunday; the Monday after it is free of them
    monday = CYCLE_DAYS * -(-days // CYCLE_DAYS) + 1
    press = Press(seed, faults=planned(START_NS, monday + 1, seed))
    before = days_of(press, monday, 1.0, every=round(step_s))
    midnight = press.snapshot()
    to_go_s = _best_moment(press.run(DAY_S, step_s=1.0), seed, every_s=math.lcm(GRID_S, round(step_s)))
    press.restore(midnight)
    today = press.run(to_go_s, step_s=1.0)
    ahead_ns = now_ns // (GRID_S * NS) * GRID_S * NS - press.time_ns
    every = slice(round(step_s) - 1, None, round(step_s))
    rows = Rows.joined([before.rows, today.part(every)])
    kept = rows.time_ns > press.time_ns - days * DAY_S * NS
    past = History(rows.part(kept), press.faults, before.changed_ns)
    return past.shifted(ahead_ns), Snapshot(seed, ahead_ns, press.snapshot(), ())


def _best_moment(day: Rows, seed: int, *, every_s: int) -> int:
    """The second with the longest run ahead of it, of every so many; `day` holds all seconds of a day."""
    planned_mode, product = Calendar(seed).at(day.time_ns)
    same = np.append(product[1:] == product[:-1], True)
    warm = _seconds_left(((planned_mode == Mode.RUN) & same)[::-1])[::-1] >= WARM_S
    running = (day.mode == Mode.RUN) & same
    steady = _seconds_left(running[::-1])[::-1] >= STEADY_S
    ahead = _seconds_left(running) * (warm & steady)
    whole = np.arange(every_s - 1, DAY_S, every_s)
    return int(whole[np.argmax(ahead[whole])]) + 1


def _seconds_left(true: Bools) -> Ints:
    """For how many rows on end each row and those after it are true (rows,)."""
    ends = np.flatnonzero(np.append(~true, True))
    place = np.arange(len(true))
    return ends[np.searchsorted(ends, place)] - place
