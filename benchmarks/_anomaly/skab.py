"""SKAB: 34 runs of a water circuit; the threshold is chosen on the 16 of valve 1 and tested once on the other 18."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from _anomaly.data import Recording, skab
from _anomaly.rows import SEED, Row, Target, mean_over_files, over_files, percent, row
from bobae.core import Floats
from bobae.evidence.episodes import episodes
from bobae.evidence.metrics import average_precision, f1, false_alarm_rate, missed_rate
from bobae.learners.anomaly import AnomalyDetector, AnomalyLearner

FIRST = 400  # rows of each file to learn from, unmarked, as the benchmark's own table has it
TEST = "SKAB, 18 test files"
HOLD_OFF_S = 20.0
CANDIDATES = np.linspace(0.0, 1.0, 1001)
DRAWS = 200
BEST_PUBLISHED = "0.78 at 13.6 % (Conv-AE), thresholds from the test files"


@dataclass(frozen=True, eq=False)
class Scored:
    """The test part of one file and its score (rows,)."""

    recording: Recording
    score: Floats


def split(root: Path) -> tuple[list[Recording], list[Recording]]:
    """(the files to choose the threshold on, the files to test on)."""
    return skab(root, "valve1"), [*skab(root, "valve2"), *skab(root, "other")]


def fitted(recording: Recording) -> AnomalyDetector:
    """The detector of one file, from its first rows."""
    return AnomalyLearner().fit(recording[:FIRST].dataset(), seed=0)


def scored(recording: Recording) -> Scored:
    """The surprise of every row after the first, before any limit."""
    detector = fitted(recording)
    surprise = detector.trace(recording.x, recording.gap(detector.max_gap_s)).surprise
    return Scored(recording[FIRST:], surprise[FIRST:])


def best_threshold(runs: Sequence[Scored]) -> float:
    """The threshold of the highest F1: the middle one over resampled files, so that no single file decides it."""
    candidates = np.quantile(np.concatenate([run.score for run in runs]), CANDIDATES)
    tables = np.array([counts(runs, threshold) for threshold in candidates])
    drawn = np.random.default_rng(SEED).multinomial(len(runs), np.full(len(runs), 1 / len(runs)), size=DRAWS)
    best = np.nanargmax(f1(np.einsum("df,cfk->dck", drawn, tables)), axis=1)
    return float(np.median(candidates[best]))


def counts(runs: Sequence[Scored], threshold: float) -> Floats:
    """Hits, false alarms, misses and quiet normal rows of each file (files, 4)."""
    alarms = [(run.score > threshold, run.recording.marked) for run in runs]
    return np.array([[(a & m).sum(), (a & ~m).sum(), (~a & m).sum(), (~a & ~m).sum()] for a, m in alarms], dtype=float)


def mean_precision(runs: Sequence[Scored]) -> Floats:
    """Average precision of each file (files,)."""
    return np.array([average_precision(run.score, run.recording.marked) for run in runs])


def rows(root: Path, uses: Counter[str]) -> list[Row]:
    """F1, false alarms, misses and average precision on the test files, with the always-alarm rule beside them."""
    tuning, test = split(root)
    threshold = best_threshold([scored(recording) for recording in tuning])
    runs = [scored(recording) for recording in test]
    uses[TEST] += 1
    table, always = counts(runs, threshold), counts(runs, -np.inf)
    share = float(always[:, 0].sum() / always.sum())
    nothing = over_files(always, f1)
    return [
        row("SKAB F1", over_files(table, f1), "", reference=BEST_PUBLISHED, target=Target(">=", 0.80)),
        row(
            "SKAB false alarm rows",
            percent(over_files(table, false_alarm_rate)),
            "%",
            reference="100 always alarming",
            target=Target("<=", 27.0),
        ),
        row("SKAB missed rows", percent(over_files(table, missed_rate)), "%", reference="0 always alarming"),
        row("SKAB mean average precision", mean_over_files(mean_precision(runs)), "", reference=f"{share:.2f} always"),
        row("SKAB F1, always alarming", nothing, "", reference="false alarm rows 100 %, missed rows 0 %"),
        *_episode_rows(runs, threshold),
    ]


def _episode_rows(runs: Sequence[Scored], threshold: float) -> list[Row]:
    raised = false = faults = met = 0
    for run in runs:
        marked, at = run.recording.marked, run.recording.time_ns
        nobody = np.zeros(len(at), dtype=np.int64)
        found = episodes(run.score > threshold, at, nobody, hold_off_s=HOLD_OFF_S)
        known = episodes(marked, at, nobody, hold_off_s=HOLD_OFF_S)
        raised += len(found)
        false += sum(not marked[e.first : e.last + 1].any() for e in found)
        faults += len(known)
        met += sum(bool((run.score > threshold)[e.first : e.last + 1].any()) for e in known)
    return [
        row("SKAB alarm episodes", raised, "episodes", reference=f"{faults} marked faults in {len(runs)} files"),
        row("SKAB alarm episodes that met no fault", false, "episodes"),
        row("SKAB marked faults met", met, "faults", reference=f"of {faults}"),
    ]
