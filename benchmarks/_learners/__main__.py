"""All parts of the learners' benchmark, one after the other, and the result file."""

import argparse
import sys

import results
from _anomaly.data import data_root

from _learners import own, peers


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(prog="learners", description="learners of results and series on public data")
    parser.add_argument("--quick", action="store_true", help="one seed, no other tools")
    quick = parser.parse_args().quick
    root = data_root()
    if not (root / "cmapss").is_dir():
        print(f"the public data sets are not at {root}; set BOBAE_DATA to their folder", file=sys.stderr)
        sys.exit(1)
    rows = list(own.rows(root, quick=quick))
    if not quick:
        rows += peers.rows(root)
    results.show(rows)
    print(results.write("learners", f"python benchmarks/learners.py{' --quick' if quick else ''}", rows))


if __name__ == "__main__":
    main()
