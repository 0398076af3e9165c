"""Runs and series beside aeon and Darts, on the same rows split once; see docs/benchmarks.md.

python benchmarks/series.py [--quick]: writes benchmarks/results/series.json. `make bench-peers` installs the tools; the
public data sets are read from the folder that BOBAE_DATA names, or from ../shared/data. PyOD stands in anomaly.py.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_learners", ["series", *sys.argv[1:]]))
