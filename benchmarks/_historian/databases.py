"""Our reader beside InfluxDB and VictoriaMetrics, each started here: the same rows and cells, CPU time in turn."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from _anomaly.rows import Row, Target, row

from _historian import influx, victoria
from _historian.influx import Influx, Kernel
from _historian.measure import TIMES, cpu, differing, in_turn, ratio, spread
from _historian.peers import Query
from _historian.server import found
from _historian.victoria import Victoria
from bobae.core import Floats, Samples

# against the harder way to beat: their raw rows and our kernel
TARGETS = {influx.NAME: Target(">=", 5.0), victoria.NAME: Target(">=", 2.0)}


@dataclass(frozen=True, eq=False)
class Compared:
    """One grid, asked of all.

    Attributes:
        blocks: in order of arrival, the same that our store holds; that a row is not good, they cannot keep.
        query: a grid.
        ours: the same with our reader (tags, 4, rows).
        kernel: makes that array from raw rows by tag and time; a tag's number is its place in the query.
    """

    blocks: Sequence[Samples]
    query: Query
    ours: Callable[[], Floats]
    kernel: Kernel


def rows(compared: Compared, *, times: int = TIMES) -> list[Row]:
    """For each database that is installed: loading, size, and how many times faster our grid is than theirs."""
    told: list[Row] = []
    for module, database in ((influx, Influx), (victoria, Victoria)):
        program = found(module.PROGRAM)
        if program is None:
            print(f"{module.NAME} is not installed: make bench-peers, then run this again", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder, database(program, Path(folder)) as server:
            told += _loaded(module.NAME, server, compared)
            told += _asked(module.NAME, server, compared, relative=module.RELATIVE, times=times)
    return told


def _loaded(name: str, server: Influx | Victoria, compared: Compared) -> list[Row]:
    count = sum(len(block) for block in compared.blocks)
    loading_s = server.cpu(lambda: server.load(compared.blocks))()
    return [
        row(f"{name}: rows loaded a CPU second, its client's included", count / loading_s, "1/s"),
        row(f"{name}: bytes a sample, without status and receipt time", server.bytes_on_disk() / count, "B"),
    ]


def _asked(name: str, server: Influx | Victoria, compared: Compared, *, relative: float, times: int) -> list[Row]:
    ways: dict[str, Callable[[], Floats]] = {
        "raw rows and our kernel": lambda: server.raw(compared.query, compared.kernel),
        "aggregated by the server": lambda: server.grid(compared.query),
    }
    expected = compared.ours()
    wrong = sum(differing(expected, ask(), relative=relative) for ask in ways.values())
    taken = in_turn({"ours": cpu(compared.ours)} | {way: server.cpu(ask) for way, ask in ways.items()}, times=times)
    told = [
        row(f"{name}: cells that differ by more than {relative:g} of their value", wrong, "cells"),
    ]
    for way, target in zip(ways, (TARGETS[name], None), strict=True):
        told.append(row(f"faster than {name}, {way}", ratio(taken[way], taken["ours"]), "x", target=target))
    return told + [row(f"{name}: {way}", spread(seconds), "CPU s") for way, seconds in taken.items()]
