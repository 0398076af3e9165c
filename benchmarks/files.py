"""How fast and in how much memory a big CSV is read, beside polars in the same run."""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import results

GB, MB = 10**9, 10**6
SPEED, MEMORY_GB = 0.3, 4.0
ROWS = 200_000


def main() -> None:
    """Make the file, read it in child processes, compare every cell, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 MB and 3 runs in place of 1 GB and 5")
    parser.add_argument("--child", choices=["bobae", "polars", "polars_times", "equal"], help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.path)))
        return
    size, runs = (100 * MB, 3) if given.quick else (GB, 5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.csv"
        make(path, size)
        rows = measure(path, runs)
    results.show(rows)
    print(results.write("files", f"python benchmarks/files.py{' --quick' if given.quick else ''}", rows))


def make(path: Path, size: int) -> None:
    """A machine's log of `size` bytes: time, 12 measurements with gaps, a counter, a 0/1 mark, a product."""
    rng = np.random.default_rng(0)
    start, header = np.datetime64("2024-01-01T00:00:00"), True
    with path.open("wb") as file:
        n = 0
        while file.tell() < size:
            columns: dict[str, pa.Array] = {"time": pa.array(start + n + np.arange(ROWS))}
            for i in range(12):
                values = np.round(rng.normal(50 + i, 3, ROWS), 4)
                columns[f"sensor_{i:02d}"] = pa.array(values, mask=rng.random(ROWS) < 0.01)
            columns["strokes"] = pa.array(np.arange(n, n + ROWS))
            columns["alarm"] = pa.array((rng.random(ROWS) < 0.01).astype(np.int8))
            columns["product"] = pa.array(rng.choice(["bracket", "hinge", "cover"], ROWS))
            pacsv.write_csv(pa.table(columns), file, pacsv.WriteOptions(include_header=header, quoting_style="none"))
            header, n = False, n + ROWS


def measure(path: Path, runs: int) -> list[dict[str, object]]:
    """The figures of both readers, taken in turn."""
    taken: dict[str, list[dict[str, float]]] = {"bobae": [], "polars": [], "polars_times": []}
    for _ in range(runs):
        for reader, measured in taken.items():
            measured.append(run(reader, path))
    equal = run("equal", path)
    cpu = {reader: [one["cpu_s"] for one in measured] for reader, measured in taken.items()}
    memory = max(one["peak_gb"] for one in taken["bobae"])
    gb = path.stat().st_size / GB
    rows = [
        figure(f"speed against polars ({gb:.1f} GB, CPU time, dates left as text)", cpu["polars"], cpu["bobae"]),
        figure(f"speed against polars ({gb:.1f} GB, CPU time, dates parsed)", cpu["polars_times"], cpu["bobae"]),
        {
            "figure": "peak memory",
            "value": memory,
            "unit": "GB",
            "target": f"<= {MEMORY_GB:g}",
            "met": memory <= MEMORY_GB,
        },
        {"figure": "cells that differ", "value": equal["different"], "target": "0", "met": equal["different"] == 0},
        {"figure": "cells compared", "value": equal["cells"]},
    ]
    for reader, measured in taken.items():
        rows.append(spread(f"CPU seconds, {reader}", [one["cpu_s"] for one in measured]))
        rows.append(spread(f"wall seconds, {reader}", [one["wall_s"] for one in measured]))
    return rows


def spread(name: str, seconds: list[float]) -> dict[str, object]:
    """The median of some runs with the least and the most."""
    return {
        "figure": name,
        "value": statistics.median(seconds),
        "low": min(seconds),
        "high": max(seconds),
        "unit": "s",
    }


def figure(name: str, theirs: list[float], ours: list[float]) -> dict[str, object]:
    """One ratio of medians, with the worst and best that the runs allow."""
    value = statistics.median(theirs) / statistics.median(ours)
    low, high = min(theirs) / max(ours), max(theirs) / min(ours)
    return {
        "figure": name, "value": value, "low": low, "high": high, "unit": "x",
        "reference": "polars.read_csv", "target": f">= {SPEED:g}", "met": value >= SPEED,
    }  # fmt: skip


def run(what: str, path: Path) -> dict[str, float]:
    """One child process and what it measured of itself."""
    command = [sys.executable, __file__, "--child", what, "--path", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def child(what: str, path: Path) -> dict[str, float]:
    """Inside a child process: read once, imports not counted."""
    import polars as pl

    from bobae.connectors import files

    before, began = cpu_s(), time.perf_counter()
    if what == "bobae":
        files.read([path])
    elif what == "equal":
        return compare(files.read([path]).table, pl.read_csv(path, try_parse_dates=True))
    else:
        pl.read_csv(path, try_parse_dates=what == "polars_times")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"cpu_s": cpu_s() - before, "wall_s": time.perf_counter() - began, "peak_gb": peak / GB}


def cpu_s() -> float:
    """CPU seconds of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def compare(ours: pa.Table, theirs: "pl.DataFrame") -> dict[str, float]:  # noqa: F821 - polars is loaded in the child only
    """How many cells differ, missing ones included."""
    different = cells = 0
    for name in ours.column_names:
        a, b = ours.column(name), pa.chunked_array([theirs[name].to_arrow()])
        b = b.cast(pa.timestamp("ns")).cast(a.type) if pa.types.is_timestamp(a.type) else b.cast(a.type)
        same = pc.or_(pc.fill_null(pc.equal(a, b), False), pc.and_(pc.is_null(a), pc.is_null(b)))
        different += len(a) - int(pc.sum(same).as_py())
        cells += len(a)
    return {"different": different, "cells": cells}


if __name__ == "__main__":
    main()
