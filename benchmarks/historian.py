"""The historian beside the kernel alone, duckdb, polars, InfluxDB and VictoriaMetrics; see docs/benchmarks.md.

python benchmarks/historian.py [--quick]: writes benchmarks/results/historian.json. The others are used where
`make bench-peers` has installed them; what is not there is told and left out. A cell that differs fails the run.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_historian", sys.argv[1:]))
