"""All parts of the anomaly benchmark, one after the other, and the result file."""

import argparse
import sys
from collections import Counter

import results

from _anomaly import cause, drift, fleet, latency, peers, skab, tep
from _anomaly.data import data_root
from _anomaly.rows import Row, row


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(prog="anomaly", description="anomaly detection on public data")
    parser.add_argument("--quick", action="store_true", help="a smaller fleet, fewer repetitions, no other tools")
    quick = parser.parse_args().quick
    uses: Counter[str] = Counter()
    rows = [*_public(uses, quick=quick), *latency.rows(quick=quick), *fleet.rows(quick=quick)]
    rows += [row(f"{name}: times scored in this run", count, "times") for name, count in uses.items()]
    results.show(rows)
    print(results.write("anomaly", f"python benchmarks/anomaly.py{' --quick' if quick else ''}", rows))


def _public(uses: Counter[str], *, quick: bool) -> list[Row]:
    root = data_root()
    if not (root / "skab").is_dir() or not (root / "tep").is_dir():
        print(f"the public data sets skab and tep are not at {root}; set BOBAE_DATA to their folder", file=sys.stderr)
        return []
    parts = [skab.rows, drift.rows, tep.rows, cause.rows] + ([] if quick else [peers.rows])
    return [one for part in parts for one in part(root, uses)]


if __name__ == "__main__":
    main()
