"""duckdb and polars on Parquet files of samples: python frames.py TOOL THREADS, run in the peers' own environment.

Answers one request a line on standard input, both JSON:
{"query": "grid" or "carried", "files": [..], "tags": [numbers], "t0_ns", "step_ns", "rows", "good_only": bool,
"fresh": bool, "out": FILE.npy} -> {"query_s", "array_s", "wall_s"}: CPU seconds of all threads for the query and for
making the dense array of its answer. Row k covers (t0 + k step, t0 + (k + 1) step].

grid: mean, min, max, last of each interval, (tags, 4, rows). carried: the last value at or before each row's time,
(tags, rows); with good_only a sample that is not good ends it. `fresh` begins with no cache of the tool's own.

Files hold tag, time_ns, value, status, hold no (tag, time_ns) twice, and come in order of time.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

AGGREGATES = ("mean", "min", "max", "last")
NOT_GOOD = 0x4000_0000  # status codes from here on are uncertain or bad
Request = dict[str, Any]
Columns = dict[str, np.ndarray]


class Tool(Protocol):
    """What answers. Each query gives `cell`, the place in the (tags, rows) frame, and the values there."""

    def open(self) -> None:
        """Begin with empty caches."""

    def grid(self, request: Request) -> Columns:
        """The four aggregates of every interval that has samples."""

    def carried(self, request: Request) -> Columns:
        """The last value of every interval that has samples, and its time_ns; a cell may come more than once."""


class DuckSql:
    """duckdb, the fastest SQL of those tried.

    grid: GROUP BY with arg_max; a window function, a union over the tags and an integer key were slower. carried: rows
    that another interval follows, in a streaming window; GROUP BY took 1.3 times, ASOF JOIN twice as long. duckdb 2.0
    does not keep the order of filtered rows, so `last(value)` would be wrong, and an earlier row may come behind.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def open(self) -> None:
        """A new connection."""
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"SET threads={self.threads}")

    def grid(self, request: Request) -> Columns:
        """GROUP BY over the rows of the wanted tags."""
        good = f"AND status < {NOT_GOOD}" if request["good_only"] else ""
        cell = self._cell(request)
        return self._fetch(
            f"SELECT {cell} AS cell, avg(value) AS mean, min(value) AS min, max(value) AS max, "
            f"arg_max(value, time_ns) AS last FROM {_files(request)} JOIN wanted USING (tag) "
            f"WHERE {_within(request)} {good} GROUP BY 1"
        )

    def carried(self, request: Request) -> Columns:
        """The rows that another interval follows."""
        good = f"CASE WHEN status < {NOT_GOOD} THEN value ELSE 'nan'::DOUBLE END" if request["good_only"] else "value"
        return self._fetch(
            f"SELECT cell, time_ns, {good} AS last FROM (SELECT {self._cell(request)} AS cell, time_ns, value, status "
            f"FROM {_files(request)} JOIN wanted USING (tag) WHERE {_within(request)}) "
            "QUALIFY cell IS DISTINCT FROM lead(cell) OVER () OR lead(time_ns) OVER () < time_ns"
        )

    def _cell(self, request: Request) -> str:
        """The cell of a row; the wanted tags' positions become a table."""
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest($1::INT[]) AS tag, unnest(range($2)) AS position",
            [request["tags"], len(request["tags"])],
        )
        step_ns = request["step_ns"]
        return f"position * {request['rows']} + (time_ns - {request['t0_ns']} + {step_ns - 1}) // {step_ns} - 1"

    def _fetch(self, sql: str) -> Columns:
        return self.connection.execute(sql).fetchnumpy()


class DuckReader(DuckSql):
    """duckdb as a reader of columns, all else in numpy."""

    def grid(self, request: Request) -> Columns:
        """Reductions over the stretches of one cell."""
        good = f"AND status < {NOT_GOOD}" if request["good_only"] else ""
        cell, value, _ = self._ordered(request, "value", good)
        starts = np.flatnonzero(np.diff(cell, prepend=-1))
        ends = np.append(starts[1:], len(cell))
        return {
            "cell": cell[starts],
            "mean": np.add.reduceat(value, starts) / (ends - starts),
            "min": np.minimum.reduceat(value, starts),
            "max": np.maximum.reduceat(value, starts),
            "last": value[ends - 1],
        }

    def carried(self, request: Request) -> Columns:
        """The last row of each stretch."""
        good = f"CASE WHEN status < {NOT_GOOD} THEN value ELSE 'nan'::DOUBLE END" if request["good_only"] else "value"
        cell, value, time_ns = self._ordered(request, good)
        ends = np.flatnonzero(np.diff(cell, append=-1))
        return {"cell": cell[ends], "last": value[ends], "time_ns": time_ns[ends]}

    def _ordered(self, request: Request, value: str, where: str = "") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        tags, t0_ns, step_ns = request["tags"], request["t0_ns"], request["step_ns"]
        read = self._fetch(
            f"SELECT tag, time_ns, {value} AS value FROM {_files(request)} WHERE tag IN ({', '.join(map(str, tags))}) "
            f"AND {_within(request)} {where}"
        )
        position = np.zeros(max(tags) + 1, dtype=np.int64)
        position[tags] = np.arange(len(tags))
        after_ns = read["time_ns"] - t0_ns
        key = position[read["tag"]] * (request["rows"] * step_ns) + after_ns - 1
        if (np.diff(key) < 0).any():
            order = np.argsort(key, kind="stable")
            key, read = key[order], {name: column[order] for name, column in read.items()}
        return key // step_ns, read["value"], read["time_ns"]


class Polars:
    """polars, lazy, with the streaming engine; its order of rows is kept, so `last` may rest on it."""

    def __init__(self, threads: int) -> None:
        os.environ["POLARS_MAX_THREADS"] = str(threads)  # read once, when polars is loaded

    def open(self) -> None:
        """Load it; it keeps nothing of the files in memory."""
        import polars

        self.pl = polars

    def grid(self, request: Request) -> Columns:
        """group_by over the rows of the wanted tags."""
        value = self.pl.col("value")
        read = self._read(request)
        if request["good_only"]:
            read = read.filter(self.pl.col("status") < NOT_GOOD)
        return self._fetch(
            read.group_by("cell").agg(mean=value.mean(), min=value.min(), max=value.max(), last=value.last())
        )

    def carried(self, request: Request) -> Columns:
        """The rows that another cell follows."""
        pl = self.pl
        value = pl.col("value")
        if request["good_only"]:
            value = pl.when(pl.col("status") < NOT_GOOD).then(value).otherwise(float("nan"))
        read = self._read(request).select("cell", "time_ns", last=value)
        return self._fetch(read.filter(pl.col("cell").ne_missing(pl.col("cell").shift(-1))))

    def _read(self, request: Request) -> Any:
        pl, (t0_ns, step_ns, rows) = self.pl, (request[name] for name in ("t0_ns", "step_ns", "rows"))
        after_ns, tags = pl.col("time_ns") - t0_ns, request["tags"]
        position = pl.col("tag").replace_strict(tags, list(range(len(tags))), return_dtype=pl.Int64)
        return (
            pl.scan_parquet(request["files"])
            .filter(pl.col("tag").is_in(tags), after_ns > 0, after_ns <= rows * step_ns)
            .with_columns(cell=position * rows + (after_ns - 1) // step_ns)
        )

    def _fetch(self, query: Any) -> Columns:
        found = query.collect(engine="streaming")
        return {name: found[name].to_numpy() for name in found.columns}


TOOLS: dict[str, Callable[[int], Tool]] = {"duckdb": DuckSql, "duckdb reader": DuckReader, "polars": Polars}


def _files(request: Request) -> str:
    return "read_parquet([" + ", ".join("'" + file.replace("'", "''") + "'" for file in request["files"]) + "])"


def _within(request: Request) -> str:
    last_ns = request["t0_ns"] + request["rows"] * request["step_ns"]
    return f"time_ns > {request['t0_ns']} AND time_ns <= {last_ns}"


def dense_grid(found: Columns, tags: int, rows: int) -> np.ndarray:
    """The aggregates as (tags, 4, rows), NaN where an interval is empty."""
    frame = np.full((tags, len(AGGREGATES), rows), np.nan)
    flat, tag = frame.reshape(-1), found["cell"] // rows
    at = found["cell"] + tag * ((len(AGGREGATES) - 1) * rows)
    for place, name in enumerate(AGGREGATES):
        flat[at + place * rows] = found[name]
    return frame


def dense_carried(found: Columns, tags: int, rows: int) -> np.ndarray:
    """The last values as (tags, rows), carried on; of rows for one cell the latest counts."""
    cell, time_ns, ordinal = found["cell"], found["time_ns"], np.arange(len(found["cell"]))
    newest = np.full(tags * rows, -1)
    newest[cell] = ordinal
    for i in np.flatnonzero(newest[cell] != ordinal):
        if time_ns[i] > time_ns[newest[cell[i]]]:
            newest[cell[i]] = i
    newest = newest.reshape(tags, rows)
    source = np.where(newest >= 0, np.arange(rows), 0)
    np.maximum.accumulate(source, axis=1, out=source)
    newest = np.take_along_axis(newest, source, axis=1)
    return np.where(newest >= 0, found["last"][newest], np.nan)


def answer(tool: Tool, request: Request) -> dict[str, float]:
    """Run one request, write its frame, say what it cost; the writing does not count."""
    if request["fresh"]:
        tool.open()
    tags, rows = len(request["tags"]), request["rows"]
    query, dense = (tool.grid, dense_grid) if request["query"] == "grid" else (tool.carried, dense_carried)
    wall, began = time.perf_counter(), time.process_time()
    found = query(request)
    queried = time.process_time()
    frame = dense(found, tags, rows)
    done, wall_s = time.process_time(), time.perf_counter() - wall
    if request["out"]:
        np.save(request["out"], frame)
    return {"query_s": queried - began, "array_s": done - queried, "wall_s": wall_s}


def main() -> None:
    """Answer until standard input ends."""
    tool = TOOLS[sys.argv[1]](int(sys.argv[2]))
    tool.open()
    for line in sys.stdin:
        print(json.dumps(answer(tool, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
