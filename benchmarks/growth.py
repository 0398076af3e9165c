"""What a historian costs as it grows from 100 tags to 100,000: write, read, memory; one table, see docs/growth.md.

Every tag has one sample a minute for an hour, so the samples grow with the tags. All tags of a minute are appended
together and are one group commit; every 20 minutes all is sealed; the last minute stays in memory, as in a plant.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import results
from _alone import quiet_environment

from bobae.core import Samples, TagRow
from bobae.historian import Store, open_store

SIZES, QUICK_SIZES = (100, 1_000, 10_000, 100_000), (100, 1_000, 10_000)
MINUTES, SEALED = 60, (20, 40, 59)
MINUTE_NS, START_NS = 60 * 10**9, 1_772_409_600 * 10**9
SETTLE_NS = 300_000_000
FRAME_TAGS, TIMES = 100, 5
NEVER = 10**9
UNITS = {
    "durable append, of a sample": "CPU us",
    "sealing, of a sample": "CPU us",
    "opening the store": "CPU ms",
    "newest sample of all tags": "CPU ms",
    "live row of all tags": "CPU ms",
    "an hour of the 100 tags of five machines": "CPU ms",
    "an hour of 100 tags from everywhere": "CPU ms",
    "memory of the process that collects": "MB",
    "memory of a process that reads": "MB",
    "on disk, a sample": "B",
}


def main() -> None:
    """Measure each size in processes of its own, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 10,000 tags in place of 100,000")
    parser.add_argument("--child", choices=list(CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--tags", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        with tempfile.TemporaryDirectory() as folder:  # once unmeasured: compiled code is loaded at its first use
            write(Path(folder), FRAME_TAGS)
            read(Path(folder), FRAME_TAGS)
        print(json.dumps(CHILDREN[given.child](given.folder, given.tags)))
        return
    rows = [one for tags in (QUICK_SIZES if given.quick else SIZES) for one in of_size(tags)]
    results.show(rows)
    print(results.write("growth", f"python benchmarks/growth.py{' --quick' if given.quick else ''}", rows))


def of_size(tags: int) -> list[dict[str, Any]]:
    """The figures of so many tags."""
    with tempfile.TemporaryDirectory() as folder:
        found = {who: run(who, Path(folder) / "store", tags) for who in ("write", "read")}
        size = sum(file.stat().st_size for file in (Path(folder) / "store").rglob("*.parquet"))
    found["write"]["on disk, a sample"] = [size / (tags * SEALED[-1])]
    values = found["write"] | found["read"]
    return [row(f"{name}, {tags:,} tags", values[name], unit) for name, unit in UNITS.items()]


def row(figure: str, values: list[float], unit: str) -> dict[str, Any]:
    """The median with the least and the most."""
    spread = {"low": min(values), "high": max(values)} if len(values) > 1 else {}
    return {"figure": figure, "value": statistics.median(values), "unit": unit, **spread}


def run(what: str, folder: Path, tags: int) -> dict[str, list[float]]:
    """One child process and what it measured of itself."""
    command = [sys.executable, __file__, "--child", what, "--folder", str(folder), "--tags", str(tags)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=quiet_environment())
    return dict(json.loads(done.stdout))


class Clock:
    """The time that the made samples are of."""

    now_ns = START_NS

    def __call__(self) -> int:
        """Now, ns UTC."""
        return self.now_ns


def write(folder: Path, tags: int) -> dict[str, list[float]]:
    """Collect for an hour, then ask as live scoring does."""
    clock = Clock()
    with open_store(folder, write=True, clock=clock, seal_rows=NEVER, seal_s=NEVER) as store:
        numbers = store.writer.tag_ids([TagRow(0, name) for name in names(tags)])
        rng = np.random.default_rng(0)
        values = 50.0 + rng.standard_normal(tags)
        appending, sealing = 0.0, []
        for minute in range(1, MINUTES + 1):
            values = np.round(values + 0.05 * rng.standard_normal(tags), 2)
            clock.now_ns = START_NS + minute * MINUTE_NS
            rows = Samples.of(numbers, np.full(tags, clock.now_ns), values)
            appending += _used(lambda rows=rows: store.writer.append(rows).durable.result())
            if minute in SEALED:
                sealing.append(_used(store.writer.seal))
        asked = _asked(store, names(tags), clock.now_ns)
        return {
            "durable append, of a sample": [appending / (tags * MINUTES) * 1e6],
            "sealing, of a sample": [spent / (tags * SEALED[0]) * 1e6 for spent in sealing],
            **asked,
            "memory of the process that collects": [_resident_mb()],
        }


def _asked(store: Store, all_tags: list[str], now_ns: int) -> dict[str, list[float]]:
    def live() -> None:
        store.window(all_tags, 1, MINUTE_NS, now_ns, settle_ns=SETTLE_NS)

    return {
        "newest sample of all tags": _times(lambda: store.last(all_tags)),
        "live row of all tags": _times(live),
    }


def read(folder: Path, tags: int) -> dict[str, list[float]]:
    """Open the store beside no writer, and read an hour of some tags, spread over all."""
    opening = _times(lambda: open_store(folder).close())
    with open_store(folder) as store:
        memory = _resident_mb()
        until_ns = START_NS + MINUTES * MINUTE_NS
        asked = {"of the 100 tags of five machines": 1, "of 100 tags from everywhere": max(1, tags // FRAME_TAGS)}
        frames = {}
        for which, every in asked.items():
            some = names(tags)[::every][:FRAME_TAGS]
            frames[f"an hour {which}"] = _times(lambda some=some: store.frame(some, START_NS, until_ns, MINUTE_NS))
    return {"opening the store": opening, **frames, "memory of a process that reads": [memory]}


CHILDREN: dict[str, Callable[[Path, int], dict[str, list[float]]]] = {"write": write, "read": read}


def names(tags: int) -> list[str]:
    """Machines of 20 tags each."""
    return [f"area/line/m{tag // 20:04d}.t{tag % 20:02d}" for tag in range(tags)]


def _used(work: Callable[[], object]) -> float:
    """CPU seconds of all threads."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _times(work: Callable[[], object]) -> list[float]:
    """CPU milliseconds of some runs after a first one."""
    work()
    return [_used(work) * 1e3 for _ in range(TIMES)]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])  # resident, proc(5)
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
