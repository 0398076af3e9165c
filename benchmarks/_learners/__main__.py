"""The learners' benchmark and those of parts (`automl`, `series`, `soft_sensor`); each writes its result."""

import argparse
import sys

import results
from _anomaly.data import data_root

from _learners import own, peers, sensing, series

PARTS = {"learners": own.rows, "automl": peers.rows, "series": series.rows, "soft_sensor": sensing.rows}


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(prog="learners", description="learners of results and series on public data")
    parser.add_argument("name", choices=tuple(PARTS), help="alone, beside other tools, or one learner")
    parser.add_argument(
        "--quick", action="store_true", help="one seed; beside AutoML tools three sets only, beside aeon one robot"
    )
    asked = parser.parse_args()
    root = data_root()
    if not (root / "cmapss").is_dir():
        print(f"the public data sets are not at {root}; set BOBAE_DATA to their folder", file=sys.stderr)
        sys.exit(1)
    rows = list(PARTS[asked.name](root, quick=asked.quick))
    results.show(rows)
    print(results.write(asked.name, f"python benchmarks/{asked.name}.py{' --quick' if asked.quick else ''}", rows))


if __name__ == "__main__":
    main()
