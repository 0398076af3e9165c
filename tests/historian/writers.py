"""Writer and reader processes for the tests of durability; run as `python writers.py WHAT FOLDER NUMBER`.

Sample number n of all that are ever written has the tag n % 3, the time n + 1 us and the value n / 2, so that what a
store holds can be told right from wrong without being told what was written.
"""

import json
import os
import random
import select
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

from bobae.core import BobaeError, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.historian.database import connect

TAGS = ("a.p", "a.q", "a.r")
A_RUN = 1_000_000
MERGING = 8  # every so many runs the writer merges while it appends


def numbered(first: int, count: int) -> Samples:
    n = np.arange(first, first + count)
    return Samples.of(n % len(TAGS), (n + 1) * 1000, n / 2)


def numbers(store: Store, first: int, last: int) -> list[int]:
    """The samples from `first` up to before `last` that the store holds; a wrong or doubled one raises."""
    got = store.raw(TAGS, first * 1000, last * 1000)
    n = got.time_ns // 1000 - 1
    assert (got.value == n / 2).all(), "a sample has another value"
    assert (got.tag == n % len(TAGS)).all(), "a sample has another tag"
    assert len(np.unique(n)) == len(n), "a sample is there twice"
    return sorted(n.tolist())


def append_for_ever(store: Store, first: int, pipe: int) -> None:
    """Append small batches one after the other; each is told down the pipe once it is acknowledged."""
    chance = random.Random(first)
    while True:
        count = chance.randint(1, 40)
        store.writer.append(numbered(first, count)).durable.result()
        os.write(pipe, f"{first} {count}\n".encode())
        first += count


def killed(root: Path, runs: int) -> dict[str, int]:
    """Kill a writer `runs` times at a random moment; the next one looks first whether all acknowledged is there."""
    with open_store(root, write=True, commit_s=0.001) as store:  # also loads what is compiled, before the forks
        store.writer.tag_ids([TagRow(0, path) for path in TAGS])
        store.writer.append(numbered(0, 40)).durable.result()
        store.writer.seal()
        numbers(store, 0, 40)
    acknowledged, chance = [(0, 40)], random.Random(0)
    for run in range(1, runs + 1):
        acknowledged += one_killed(root, run, acknowledged[-50:], chance)
    return {"acknowledged": len(acknowledged), **found_whole(root, acknowledged, runs)}


def one_killed(root: Path, run: int, before: list[tuple[int, int]], chance: random.Random) -> list[tuple[int, int]]:
    reading, writing = os.pipe()
    seal_rows = chance.choice([30, 100, 300])
    child = os.fork()
    if child == 0:
        try:
            store = open_store(root, write=True, commit_s=0.0005, seal_rows=seal_rows)
            looked_for(store, before)
            os.write(writing, b"ready\n")
            if run % MERGING == 0:
                threading.Thread(target=store.writer.keeper.keep, kwargs={"fan_in": 3}, daemon=True).start()
            append_for_ever(store, run * A_RUN, writing)
        except (BobaeError, AssertionError, OSError) as error:
            os.write(writing, f"failed: {type(error).__name__} {error}\n".encode())
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as told:
        first = told.readline()
        if first == "ready\n":
            time.sleep(chance.uniform(0.005, 0.3 if run % MERGING == 0 else 0.06))
            os.kill(child, signal.SIGKILL)
        rest = told.read().splitlines()
    os.waitpid(child, 0)
    if first != "ready\n" or any("failed" in line for line in rest):
        raise SystemExit(f"run {run}: {first} {rest[-1:]}")
    return [(int(a), int(b)) for a, b in (line.split() for line in rest)]


def looked_for(store: Store, batches: list[tuple[int, int]]) -> None:
    there = set(numbers(store, min(first for first, _ in batches), max(first for first, _ in batches) + A_RUN))
    for first, count in batches:
        missing = set(range(first, first + count)) - there
        assert not missing, f"acknowledged, but not there: {sorted(missing)}"


def found_whole(root: Path, batches: list[tuple[int, int]], runs: int) -> dict[str, int]:
    with open_store(root) as store:
        looked_for(store, batches)
        there = len(numbers(store, 0, (runs + 1) * A_RUN))
    base = connect(root, write=False)
    assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    listed = base.execute("select count(*), sum(level > 0) from segments").fetchone()
    base.close()
    files = len(list((root / "segments").rglob("*.parquet")))
    return {"samples": there, "segments": listed[0], "merged": listed[1], "strays": files - listed[0]}


def acknowledge_on_stdout(root: Path, count: int) -> None:
    """Append and seal step by step; each acknowledgement is one write to standard output."""
    with open_store(root, write=True, commit_s=0.001) as store:
        store.writer.tag_ids([TagRow(0, path) for path in TAGS])
        for number in range(count):
            store.writer.append(numbered(number, 1)).durable.result()
            os.write(1, f"acknowledged {number}\n".encode())
        store.writer.seal()
        os.write(1, b"sealed\n")


def read_until_told(root: Path) -> None:
    """Read all again and again until standard input closes; what was there once must stay."""
    with open_store(root) as store:
        seen: set[int] = set()
        reads = 0
        last_one = False
        while not last_one:
            last_one = bool(select.select([sys.stdin], [], [], 0)[0])
            there = set(numbers(store, 0, A_RUN))
            assert seen <= there, f"gone: {sorted(seen - there)[:5]}"
            newest = store.last(TAGS)
            assert max(newest.time_ns // 1000 - 1, default=0) >= max(there, default=0), "the newest is not the newest"
            seen, reads = there, reads + 1
            os.write(1, f"{reads} {len(seen)}\n".encode())


if __name__ == "__main__":
    what, folder, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if what == "killed":
        print(json.dumps(killed(folder, number)))
    elif what == "traced":
        acknowledge_on_stdout(folder, number)
    else:
        read_until_told(folder)
