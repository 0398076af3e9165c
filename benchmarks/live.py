"""The live thread: 1,000 OPC UA tags at 1 Hz collected, stored and scored by 50 models, and how soon an alarm comes.

python benchmarks/live.py [--quick] [--clone]: writes benchmarks/results/live.json. bobae runs in a process of its own,
and so does the OPC UA server. `--clone` also measures how long it takes from `git clone` and `make up` to the first
alarm of the demo; without it that row is kept from the last time it was measured.
"""

import argparse
import os
import tempfile
from pathlib import Path

import results
from _anomaly.rows import Row
from _live import clone, cost, equal, jumps
from _live.bench import Size, at_work

FULL = Size(tags=1_000, seconds=60, rounds=2)
QUICK = Size(tags=200, seconds=20, rounds=1)


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 tags and 10 models, one round of jumps in place of 2")
    parser.add_argument("--clone", action="store_true", help="also from git clone to the first alarm of the demo")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BOBAE_HOME"] = str(Path(folder) / "home")
        rows = measured(Path(folder) / "plant", QUICK if given.quick else FULL)
    rows += clone.rows(results.RESULTS.parents[1]) if given.clone else clone.kept(results.RESULTS / "live.json")
    results.show(rows)
    print(results.write("live", f"python benchmarks/live.py{' --quick' if given.quick else ''}", rows))


def measured(folder: Path, size: Size) -> list[Row]:
    """One run of the plant: quiet first, then one jump after the other; looked at once it has ended."""
    with at_work(folder, size) as work:
        rows = cost.rows(work, size)
        made = jumps.make(work, size)
    rows += jumps.rows(folder, size, made)
    return rows + equal.rows(folder, size, made)


if __name__ == "__main__":
    main()
