"""Learners of results and series on public data, against published tables; see docs/benchmarks.md.

python benchmarks/learners.py [--quick]: writes benchmarks/results/learners.json. The public data sets are read from the
folder that BOBAE_DATA names, or from ../shared/data.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_learners", ["learners", *sys.argv[1:]]))
