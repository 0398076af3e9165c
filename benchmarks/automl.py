"""Learners of results and series beside AutoML tools, on the same rows split once; see docs/benchmarks.md.

python benchmarks/automl.py [--quick]: writes benchmarks/results/automl.json. `make bench-peers` installs the tools; the
public data sets are read from the folder that BOBAE_DATA names, or from ../shared/data.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_learners", ["automl", *sys.argv[1:]]))
