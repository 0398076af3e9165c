"""The twin's engine: how fast beside other simulators, and whether a published fab comes out; see docs/twin/speed.md.

python benchmarks/twin.py [--quick]: writes benchmarks/results/twin.json. `make bench-peers` installs the other
simulators; the fab is read from the folder that BOBAE_DATA names, or from ../shared/data.
"""

import sys

from _alone import run_alone

if __name__ == "__main__":
    sys.exit(run_alone("_twin", sys.argv[1:]))
