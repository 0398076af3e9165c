"""The learners' benchmark, that beside other tools, and that of the soft sensor; each writes its result file."""

import argparse
import sys

import results
from _anomaly.data import data_root

from _learners import own, peers, sensing

_PARTS = {"learners": own.rows, "automl": peers.rows, "soft_sensor": sensing.rows}


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(prog="learners", description="learners of results and series on public data")
    parser.add_argument("name", choices=tuple(_PARTS), help="alone, beside AutoML tools, or one learner")
    parser.add_argument("--quick", action="store_true", help="one seed; beside other tools three sets only")
    asked = parser.parse_args()
    root = data_root()
    if not (root / "cmapss").is_dir():
        print(f"the public data sets are not at {root}; set BOBAE_DATA to their folder", file=sys.stderr)
        sys.exit(1)
    rows = list(_PARTS[asked.name](root, quick=asked.quick))
    results.show(rows)
    print(results.write(asked.name, f"python benchmarks/{asked.name}.py{' --quick' if asked.quick else ''}", rows))


if __name__ == "__main__":
    main()
