"""The soft sensor with late laboratory values and by mode, on public data; see docs/benchmarks.md.

python benchmarks/soft_sensor.py [--quick]: writes benchmarks/results/soft_sensor.json. The public data sets are read
from the folder that BOBAE_DATA names, or from ../shared/data.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_learners", ["soft_sensor", *sys.argv[1:]]))
