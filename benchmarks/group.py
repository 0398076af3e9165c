"""What a process for each part costs: memory, CPU, and the way of a sample to the disk.

python benchmarks/group.py [--quick]: writes benchmarks/results/group.json. On Linux.
"""

import argparse
import os
import tempfile
from pathlib import Path

import results
from _group import demo, handing, plant
from _live.bench import Size

FULL = Size(tags=1_000, seconds=60, rounds=1)
QUICK = Size(tags=200, seconds=15, rounds=1)


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 tags and 10 models")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="g") as folder:
        root = Path(folder)
        os.environ["BOBAE_HOME"] = str(root / "home")
        found = handing.rows(root, batches=100 if quick else 400)
        found += plant.rows(root / "plant", QUICK if quick else FULL)
        found += demo.rows(root / "demo")
    results.show(found)
    print(results.write("group", f"python benchmarks/group.py{' --quick' if quick else ''}", found))


if __name__ == "__main__":
    main()
