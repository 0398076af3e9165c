"""Anomaly detection on public data, beside the always-alarm rule and other tools; see docs/benchmarks.md.

python benchmarks/anomaly.py [--quick]: writes benchmarks/results/anomaly.json. The public data sets are read from the
folder that BOBAE_DATA names, or from ../shared/data; what is not there is told and left out.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_anomaly", sys.argv[1:]))
