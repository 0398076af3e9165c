"""SKAB's run without a fault: does the limit hold what was asked while the machine drifts, and what does it cost?"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from _anomaly import skab
from _anomaly.data import Recording
from _anomaly.limits import base_for_share
from _anomaly.rows import Row, Target, mean_over_files, percent, row
from bobae.core import Bools
from bobae.evidence.intervals import Figure, block_bootstrap
from bobae.graph import DriftingLimit
from bobae.learners.anomaly import AnomalyDetector, AnomalyLearner

LEARN, CALIBRATE = 3000, 6000  # the last row of each part
ASKED = 0.01
BLOCK_ROWS = 100
TEST = "SKAB anomaly-free, last third"


def rows(root: Path, uses: Counter[str]) -> list[Row]:
    """Rows over the limit in the last third, and mean average precision lost by following as fast."""
    (recording,) = skab.skab(root, "anomaly-free")
    detector = AnomalyLearner().fit(recording[:LEARN].dataset(), seed=0)
    detector = detector.calibrate(recording[LEARN:CALIBRATE].dataset(), budget_per_week=1.0)
    following = held(detector, recording, detector.limit)
    frozen = held(detector, recording, replace(detector.limit, rate=0.0))
    uses[TEST] += 2
    lost = _lost(root, detector.limit.rate)
    uses[skab.TEST] += 2
    name = "SKAB anomaly-free, 1 % of rows asked for, held"
    return [
        row(name, percent(following), "%", reference="100 always alarming", target=Target("<=", 2.5)),
        row(f"{name} by a limit that does not follow", percent(frozen), "%"),
        row("SKAB mean average precision lost by following as fast", lost, "", target=Target("<", 0.03)),
    ]


def held(detector: AnomalyDetector, recording: Recording, limit: DriftingLimit) -> Figure:
    """The share of the last third over the limit, set for `ASKED` of the rows before and running on from there."""
    trace = detector.trace(recording.x, recording.gap(detector.max_gap_s))
    streams = [part[LEARN:] for part in (trace.surprise, trace.judged)]
    gap = recording[LEARN:].gap(detector.max_gap_s)
    middle = CALIBRATE - LEARN
    base = base_for_share(limit, *(part[:middle] for part in (*streams, gap)), share=ASKED)
    over = replace(limit, base=base).run(*streams, gap)[middle:, 0] > 1.0
    return _in_blocks(over)


def _in_blocks(over: Bools) -> Figure:
    parts = np.array_split(over, max(1, len(over) // BLOCK_ROWS))
    sums = np.array([[part.sum(), len(part)] for part in parts], dtype=float)
    return block_bootstrap(sums, lambda total: total[..., 0] / total[..., 1], seed=0)


def _lost(root: Path, rate: float) -> Figure:
    tuning, test = ([skab.watched(recording) for recording in part] for part in skab.split(root))
    base = skab.best_base(tuning)
    still, following = (skab.mean_precision([run.scored(base, kind) for run in test]) for kind in (0.0, rate))
    return mean_over_files(still - following)
