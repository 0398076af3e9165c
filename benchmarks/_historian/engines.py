"""Our reader beside duckdb and polars on the same files: the same cells first, then CPU time in turn."""

import contextlib
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from _anomaly.rows import Row, Target, row

from _historian import peers
from _historian.measure import TIMES, Timed, chill, cpu, differing, in_turn, ratio, spread
from _historian.peers import Peer, Query
from bobae.core import Floats

SQL = "duckdb"
TOOLS = (SQL, "duckdb reader", "polars")
THREADS = (2, 1)


@dataclass(frozen=True)
class Asked:
    """One frame, asked of every reader.

    Attributes:
        figure: what is asked, in words.
        query: for the peers.
        ours: the same with our reader; its array is shaped as `Query` says.
        target: how many times faster than duckdb's SQL ours has to be.
    """

    figure: str
    query: Query
    ours: Callable[[], Floats]
    target: Target | None = None


def rows(
    files: Sequence[Path],
    asked: Sequence[Asked],
    *,
    times: int = TIMES,
    cold: bool = False,
    tools: Sequence[str] = TOOLS,
) -> list[Row]:
    """What each costs, and how many times faster ours is; nothing where the peers are not installed.

    Args:
        files: our sealed segments, in order of time.
        asked: the frames.
        times: runs of each reader.
        cold: none begins with anything in memory; `ours` must open the store anew itself.
        tools: which peers; duckdb's SQL must be among them.
    """
    if not peers.PYTHON.exists():
        print("duckdb and polars are not installed: make bench-peers, then run this again", file=sys.stderr)
        return []
    told: list[Row] = []
    with contextlib.ExitStack() as stack:
        peered = [stack.enter_context(Peer(tool, threads)) for tool in tools for threads in THREADS]
        for one in asked:
            found = one.ours()
            wrong = sum(differing(found, tool.frame(files, one.query)) for tool in peered)
            figure = f"{one.figure}, cold cache" if cold else one.figure
            differ = f"{figure}: cells that differ between {len(peered) + 1} readers"
            told.append(row(differ, wrong, "cells"))
            told += _times(files, replace(one, figure=figure), peered, times=times, cold=cold)
    return told


def _times(files: Sequence[Path], asked: Asked, tools: Sequence[Peer], *, times: int, cold: bool) -> list[Row]:
    works: dict[str, Timed] = {"bobae": cpu(asked.ours)}
    for tool in tools:
        works[f"{tool.tool}, threads: {tool.threads}"] = _cost(tool, files, asked.query, fresh=cold)
    taken = in_turn(works, times=times, before=(lambda: chill(files)) if cold else None)
    figure = asked.figure
    sql = [name for name in taken if name.startswith(f"{SQL},")]
    fastest = min(sql, key=lambda name: statistics.median(taken[name]))
    faster = ratio(taken[fastest], taken["bobae"])
    told = [row(f"{figure}: faster than duckdb", faster, "x", reference=fastest, target=asked.target)]
    return told + [row(f"{figure}: {name}", spread(seconds), "CPU s") for name, seconds in taken.items()]


def _cost(tool: Peer, files: Sequence[Path], query: Query, *, fresh: bool) -> Timed:
    return lambda: tool.cost(files, query, fresh=fresh).cpu_s
