"""The two questions: 50 tags on a grid of seconds, and 200 tags as training reads them; and the kernel alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from _anomaly.rows import Row, Target, row

from _historian import kept
from _historian.data import DAY_MS, MS, START_NS
from _historian.engines import Asked
from _historian.measure import cpu, differing, in_turn, ratio, spread
from _historian.peers import Query
from bobae.core import Aggregate, Floats, Ints, Quality, Samples
from bobae.frames.grid import Grid
from bobae.historian import Store

SECOND_NS = 1_000_000_000
SEED = 5
FIGURES = {"grid": "50 tags on a 1 s grid x 4 aggregates", "carried": "200-tag training frame"}
OF_KERNEL = {"grid": Target("<=", 2.5), "carried": Target("<=", 3.5)}
OF_DUCKDB = {"grid": Target(">=", 1.5), "carried": Target(">=", 2.0)}


def two(tags: int) -> tuple[Query, Query]:
    """A day of 50 tags each second, and of 200 tags each 10 seconds."""
    chosen = np.random.default_rng(SEED).choice(tags, 200, replace=False)
    day_ns = DAY_MS * MS
    grid = Query("grid", tuple(chosen[:50].tolist()), START_NS, SECOND_NS, day_ns // SECOND_NS)
    step_ns = 10 * SECOND_NS
    return grid, Query("carried", tuple(chosen.tolist()), START_NS, step_ns, day_ns // step_ns)


def ours(store: Store, query: Query) -> Floats:
    """What our reader says, shaped as `Query` says."""
    age_ns = query.step_ns - 1 if query.kind == "grid" else None  # nothing is carried on in a grid
    until_ns = query.t0_ns + query.rows * query.step_ns
    found = store.frame(
        [kept.name(tag) for tag in query.tags],
        query.t0_ns,
        until_ns,
        query.step_ns,
        aggs=_aggregates(query),
        quality=Quality.GOOD if query.good_only else Quality.ALL,
        max_age_ns=age_ns,
    )
    return found.values if query.kind == "grid" else found.values[:, 0]


def anew(root: Path, query: Query) -> Floats:
    """The same by a store that was not open."""
    with kept.opened(root) as store:
        return ours(store, query)


def on_grid(query: Query) -> Callable[[Samples], Floats]:
    """The kernel alone, for rows by tag and time whose tags are their places in the query."""
    grid = Grid(
        query.t0_ns,
        query.step_ns,
        query.rows,
        _aggregates(query),
        (Quality.GOOD if query.good_only else Quality.ALL).worst,
        query.step_ns - 1 if query.kind == "grid" else None,
    )
    places = np.arange(len(query.tags) + 1)

    def folded(samples: Samples) -> Floats:
        start: Ints = np.searchsorted(samples.tag, places)
        found = grid.folded(start, samples.time_ns, samples.value, samples.status)
        return found if query.kind == "grid" else found[:, 0]

    return folded


def in_places(samples: Samples, query: Query) -> Samples:
    """The query's rows by tag and time, of equal ones the last, with places for tags."""
    place = np.full(int(max(samples.tag.max(), *query.tags)) + 1, -1, np.int32)
    place[list(query.tags)] = np.arange(len(query.tags))
    rows = samples.rows(np.flatnonzero(place[samples.tag] >= 0))
    at = place[rows.tag]
    order = np.lexsort((rows.time_ns, at))  # stable: what came last stands last
    rows, at = rows.rows(order), at[order]
    last = np.append((np.diff(at) != 0) | (np.diff(rows.time_ns) != 0), True)
    return Samples(at[last], rows.time_ns[last], rows.value[last], rows.status[last])


def asked(query: Query, answer: Callable[[], Floats], state: str) -> Asked:
    """One question to every reader."""
    return Asked(f"{FIGURES[query.kind]}, {state}", query, answer, OF_DUCKDB[query.kind])


def against_kernel(store: Store, query: Query, *, times: int, state: str) -> list[Row]:
    """Our reader against the kernel on the same rows that already lie in memory as it wants them."""
    until_ns = query.t0_ns + query.rows * query.step_ns
    kernel = on_grid(query)
    resident = in_places(store.raw([kept.name(tag) for tag in query.tags], query.t0_ns, until_ns), query)
    wrong = differing(kernel(resident), ours(store, query))
    taken = in_turn({"ours": cpu(lambda: ours(store, query)), "kernel": cpu(lambda: kernel(resident))}, times=times)
    figure = f"{FIGURES[query.kind]}, {state}"
    return [
        row(f"{figure}: cells that differ from the kernel's", wrong, "cells"),
        row(
            f"{figure}: time against the kernel in memory",
            ratio(taken["ours"], taken["kernel"]),
            "x",
            reference=f"{len(resident):,} samples that lie there sorted",
            target=OF_KERNEL[query.kind],
        ),
        row(f"{figure}: the kernel in memory", spread(taken["kernel"]), "CPU s"),
    ]


def _aggregates(query: Query) -> tuple[Aggregate, ...]:
    return ("mean", "min", "max", "last") if query.kind == "grid" else ("last",)
