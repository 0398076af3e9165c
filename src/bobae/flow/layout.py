"""What a compiled plant and its running state look like in memory: structured arrays, whole numbers for names.

Times are whole microseconds: equal times are equal, sums are exact, and nothing depends on the order of additions.
`Tables` never change while a plant runs; `State` is all that does, so a snapshot of a run is a copy of its arrays.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

Records = np.ndarray[Any, np.dtype[np.void]]  # of one of the types below

NONE = -1


def _record(fields: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """Long fields first and an even number of short ones: no byte is left to chance, so copies are equal."""
    fields = sorted(fields, key=lambda field: field[1] == "i4")
    kind = np.dtype(fields, align=True)
    if kind.itemsize != sum(np.dtype((field[1], field[2:] and field[2])).itemsize for field in fields):
        kind = np.dtype([*fields, ("unused", "i4")], align=True)
    return kind


def filled(kind: np.dtype[Any], rows: Sequence[dict[str, Any]]) -> Records:
    """Records of a type, field by field from rows that all name the same ones; the other fields are 0."""
    table = np.zeros(len(rows), kind)
    for name in rows[0] if rows else ():
        table[name] = [row[name] for row in rows]
    return table


DISTRIBUTION = _record([("kind", "i4"), ("values", "i4"), ("a", "f8"), ("b", "f8"), ("c", "f8")])
GROUP = _record(
    [
        ("first", "i4"),  # machine; the group's are first..first + count
        ("count", "i4"),
        ("slots", "i4"),  # lots at once in a cascade: 1 or 2
        ("load", "i8"),
        ("unload", "i8"),
        ("rule", "i4"),
        ("by_priority", "i4"),  # higher priorities first, whatever the rule
        ("by_setup", "i4"),  # then the lot that needs the least setting up
        ("wake_least_setup", "i4"),  # of the idle machines, the one that needs the least; else the longest idle
        ("places", "i4"),  # lots in its buffer and machines together; NONE: no limit
        ("calendar", "i4"),
        ("location", "i4"),
        ("weights", "i4"),  # first of this group's in `weights`, for the rule WEIGHTS
        ("hidden", "i4"),  # units of its network; 0: the weights themselves
        ("runs", "i4"),  # whether setups have a shortest run here
        ("crew", "i4"),  # what every job here needs one of beyond what its step needs
    ],
)
MACHINE = _record([("group", "i4"), ("downs", "i4"), ("downs_end", "i4"), ("cares", "i4"), ("cares_end", "i4")])
STEP = _record(
    [
        ("group", "i4"),
        ("time", "i4"),  # distribution
        ("per", "i4"),
        ("batch_min", "i4"),  # pieces
        ("batch_max", "i4"),
        ("batch_short", "i4"),  # whether lots may wait in enough pieces and yet not fit into a batch
        ("setup", "i4"),
        ("setup_always", "i4"),
        ("setup_time", "i4"),  # distribution; NONE: by the matrix
        ("setup_ranked", "i4"),  # whether its setup counts where lots are ranked by setup
        ("interval_per", "i4"),  # of a cascade: NONE, a piece or a lot
        ("interval", "i8"),
        ("mean_lot", "i8"),  # what the step takes on average: mean_lot + pieces * mean_piece
        ("mean_piece", "i8"),
        ("left_lot", "i8"),  # the same from here to the end of the route
        ("left_piece", "i8"),
        ("share", "f8"),  # of lots that it is done for; the others skip it
        ("rework", "f8"),
        ("rework_step", "i4"),
        ("scrap", "f8"),
        ("keeps", "i4"),  # which of a lot's bonds it sets: the machine used here
        ("bound", "i4"),  # which bond says what machine must do it
        ("limit_step", "i4"),  # which must begin within `limit` of this one's end
        ("limit", "i8"),
        ("crew", "i4"),
    ],
)
SOURCE = _record(
    [
        ("product", "i4"),
        ("pieces", "i4"),
        ("priority", "i4"),
        ("lots", "i4"),  # at once
        ("count", "i8"),  # how often; NONE: for ever
        ("start", "i8"),
        ("every", "i4"),  # distribution; NONE: whenever there is room
        ("due", "i8"),  # after its release
    ],
)
ORDER = _record([("at", "i8"), ("due", "i8"), ("product", "i4"), ("pieces", "i4"), ("priority", "i4"), ("step", "i4")])
DOWN = _record(
    [("machine", "i4"), ("by_work", "i4"), ("first", "i4"), ("apart", "i4"), ("lasts", "i4")]
)  # distributions; by_work: counts while the machine works, else by the calendar
CARE = _record(
    [("machine", "i4"), ("by_pieces", "i4"), ("lasts", "i4"), ("first", "i8"), ("apart", "i8")]
)  # microseconds, or pieces
SHIFT = _record([("at", "i8"), ("open", "i4")])  # a change, after the start of the calendar's round


class Tables(NamedTuple):
    """A compiled plant."""

    groups: Records
    machines: Records
    steps: Records
    routes: np.ndarray  # (products, 2): first step and the step after the last
    sources: Records
    orders: Records  # by time
    downs: Records  # machine after machine
    cares: Records  # machine after machine
    distributions: Records
    values: np.ndarray  # of empirical distributions: count, then values
    setups: np.ndarray  # (setups + 1, setups): microseconds from one, or (last row) from none, to another
    shortest_runs: np.ndarray  # (setups,): lots
    moves: np.ndarray  # (locations, locations): distribution; NONE: no time
    vehicles: np.ndarray  # (1,): how many carry lots about; NONE: enough
    crews: np.ndarray  # (crews,): how many of each
    calendars: np.ndarray  # (calendars, 3): first shift, end, length of the round
    shifts: Records
    weights: np.ndarray


EVENT = _record([("at", "i8"), ("order", "i8"), ("kind", "i4"), ("who", "i4"), ("mark", "i4")])
LOT = _record(
    [
        ("name", "i8"),  # source and number: the same lot, whatever becomes of the others
        ("released", "i8"),
        ("due", "i8"),
        ("arrived", "i8"),  # at the queue that it waits in
        ("limit_at", "i8"),
        ("product", "i4"),
        ("pieces", "i4"),
        ("priority", "i4"),
        ("step", "i4"),
        ("limit_step", "i4"),
        ("visits", "i4"),  # steps done, rework counted again: what its chances are drawn by
        ("job", "i4"),  # that holds it
        ("location", "i4"),  # where it is, or was before it set out
        ("next", "i4"),  # in its queue, its job, or among those who wait for room
        ("before", "i4"),
        ("bonds", "i4", (BONDS := 16,)),
    ],
)
RUNNING = _record(
    [
        ("idle_since", "i8"),
        ("since", "i8"),
        ("paused", "i8"),
        ("slot_1", "i8"),  # of a cascade: when its two places are free again
        ("slot_2", "i8"),
        ("times", "i8", (STATES := 6,)),  # how long in each state
        ("setup_time", "i8"),
        ("pieces", "i8"),
        ("jobs", "i8"),  # begun
        ("state", "i4"),
        ("working", "i4"),  # jobs on it
        ("setup", "i4"),
        ("run_left", "i4"),
        ("down", "i4"),  # how many failures hold it now
        ("deferred", "i4"),
        ("care", "i4"),  # that is being done
        ("cares_due", "i4"),
        ("closed", "i4"),
        ("blocked", "i4"),  # jobs that hold lots which find no room
        ("listed", "i4"),  # 1 + in which list of its group, 0: takes no lot now
        ("next", "i4"),
        ("before", "i4"),
    ],
)
JOB = _record(
    [
        ("end", "i8"),
        ("left", "i8"),  # when it is paused
        ("begun", "i8"),
        ("first", "i4"),  # lot
        ("lots", "i4"),  # still held
        ("mark", "i4"),  # an event with another mark is void
        ("stage", "i4"),  # 0 none, 1 runs, 2 paused, 3 holds lots that find no room
        ("machine", "i4"),
    ],
)
PLACE = _record(
    [
        ("first", "i4"),  # lot of the queue
        ("last", "i4"),
        ("length", "i4"),
        ("taken", "i4"),  # places
        ("wait_first", "i4"),  # lots that wait for room
        ("wait_last", "i4"),
        ("starved", "i4"),  # whether it waits for a crew
        ("idle_first", "i4"),  # machines that take a lot: those with nothing on them, the longest idle first
        ("idle_last", "i4"),
        ("half_first", "i4"),  # and those of a cascade with one lot at work
        ("half_last", "i4"),
    ],
)
FAILURE = _record(
    [("left", "i8"), ("since", "i8"), ("count", "i8"), ("mark", "i4"), ("holds", "i4"), ("deferred", "i4")]
)
CARED = _record([("count", "i8"), ("pieces", "i8"), ("limit", "i8"), ("due", "i4")])
FED = _record([("number", "i8"), ("times", "i8")])
DONE = _record(
    [
        ("name", "i8"),
        ("released", "i8"),
        ("due", "i8"),
        ("done", "i8"),
        ("product", "i4"),
        ("pieces", "i4"),
        ("priority", "i4"),
        ("good", "i4"),
    ],
)
TRACED = _record([("at", "i8"), ("lot", "i8"), ("kind", "i4"), ("machine", "i4"), ("step", "i4"), ("extra", "i4")])


class State(NamedTuple):
    """A plant that runs."""

    clock: np.ndarray  # (CLOCKS,): see kernel/words.py
    events: Records  # a heap
    lots: Records
    machines: Records
    jobs: Records  # two a machine
    places: Records  # one a group
    failures: Records
    cares: Records
    sources: Records
    crews: np.ndarray  # free ones
    open_: np.ndarray  # (calendars,)
    pieces: np.ndarray  # (steps,): that wait
    ring: np.ndarray  # machines and groups to be looked at once the event is over
    moving: np.ndarray  # lots that wait for a vehicle
    done: Records
    trace: Records
    tally: np.ndarray  # (steps, TALLIES): what has been done, see kernel/words.py
