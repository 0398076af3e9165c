"""All parts of the historian benchmark, one after the other, and the result file."""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

import results
from _anomaly.rows import Row, Target, row

from _historian import appending, data, databases, engines, kept, late, questions
from _historian.measure import TIMES

TAGS = 1_000
SEALS = 10
FEW = 3  # rounds beside the databases, of which one takes minutes


def main() -> int:
    """Measure, print the table, write the result file; 1 where cells differ."""
    parser = argparse.ArgumentParser(prog="historian", description="the historian beside others")
    parser.add_argument("--quick", action="store_true", help="2 million samples in place of 20, 3 rounds in place of 7")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder), samples=2_000_000 if quick else 20_000_000, times=3 if quick else TIMES)
    compared = [one["value"] for one in rows if one["unit"] == "cells"]
    rows.insert(
        0, row(f"cells that differ, over {len(compared)} comparisons", sum(compared), "cells", target=Target("<=", 0))
    )
    results.show(rows)
    print(results.write("historian", f"python benchmarks/historian.py{' --quick' if quick else ''}", rows))
    return 0 if rows[0]["met"] else 1


def measured(folder: Path, *, samples: int, times: int) -> list[Row]:
    """Every part in turn on the same samples."""
    root, blocks = folder / "store", list(data.samples(TAGS, samples))
    rows = kept.rows(root, blocks, tags=TAGS, seals=SEALS)
    rows += asked(root, times=times, state=f"{SEALS} segments", tools=(engines.SQL,))
    rows += kept.merged(root, blocks)
    rows += asked(root, times=times, state="one segment", tools=engines.TOOLS)
    rows += late.rows(root, folder / "corrected", blocks, times=times, tags=TAGS)
    with kept.opened(root) as store:
        grid, _ = questions.two(TAGS)
        same = databases.Compared(blocks, grid, partial(questions.ours, store, grid), questions.on_grid(grid))
        rows += databases.rows(same, times=FEW)
    return rows + appending.rows(blocks, TAGS, folder / "appended", times=times)


def asked(root: Path, *, times: int, state: str, tools: tuple[str, ...]) -> list[Row]:
    """The two questions against the kernel in memory and against other readers, warm, then cold."""
    files = kept.files(root)
    two = questions.two(TAGS)
    with kept.opened(root) as store:
        rows = [one for query in two for one in questions.against_kernel(store, query, times=times, state=state)]
        warm = [questions.asked(query, partial(questions.ours, store, query), state) for query in two]
        rows += engines.rows(files, warm, times=times, tools=tools)
    cold = [questions.asked(query, partial(questions.anew, root, query), state) for query in two]
    return rows + engines.rows(files, cold, times=times, tools=(engines.SQL,), cold=True)


if __name__ == "__main__":
    sys.exit(main())
