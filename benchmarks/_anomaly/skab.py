"""SKAB: 34 runs of a water circuit; the threshold is chosen on the 16 of valve 1 and tested once on the other 18."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from _anomaly.data import Recording, skab
from _anomaly.rows import SEED, Row, Target, mean_over_files, over_files, percent, row
from bobae.core import Floats
from bobae.evidence.episodes import episodes
from bobae.evidence.metrics import average_precision, f1, false_alarm_rate, missed_rate
from bobae.learners.anomaly import AnomalyDetector, AnomalyLearner
from bobae.learners.anomaly.trace import Trace

FIRST = 400  # rows of each file to learn from, unmarked, as the benchmark's own table has it
TEST = "SKAB, 18 test files"
HOLD_OFF_S = 20.0
SHARES = np.linspace(0.0, 1.0, 1001)
BASES = np.geomspace(1.0, 40.0, 50)
DRAWS = 200
BEST_PUBLISHED = "0.78 at 13.6 % (Conv-AE), thresholds from the test files"


@dataclass(frozen=True, eq=False)
class Scored:
    """The test part of one file and its score (rows,)."""

    recording: Recording
    score: Floats


@dataclass(frozen=True, eq=False)
class Watched:
    """One file, the detector of its first rows, and what comes of each row before the limit."""

    recording: Recording
    detector: AnomalyDetector
    trace: Trace

    def answers(self, base: float, rate: float | None = None) -> Floats:
        """(score, alarm, moved) of the test part (rows, 3), as the detector gives them with that limit."""
        limit = replace(self.detector.limit, base=base, rate=self.detector.limit.rate if rate is None else rate)
        return limit.run(self.trace.surprise, self.trace.judged, self.trace.gap)[FIRST:]

    def scored(self, base: float, rate: float | None = None) -> Scored:
        """The test part with the detector's score."""
        return Scored(self.recording[FIRST:], self.answers(base, rate)[:, 0])


def split(root: Path) -> tuple[list[Recording], list[Recording]]:
    """(the files to choose the threshold on, the files to test on)."""
    return skab(root, "valve1"), [*skab(root, "valve2"), *skab(root, "other")]


def watched(recording: Recording) -> Watched:
    """A detector of each file's own, from its first rows."""
    detector = AnomalyLearner().fit(recording[:FIRST].dataset(), seed=0)
    return Watched(recording, detector, detector.trace(recording.x, recording.gap(detector.max_gap_s)))


def best_base(runs: Sequence[Watched]) -> float:
    """The limit of the highest F1 by the detectors' alarms."""
    return best_of(BASES, np.array([alarm_counts(runs, base) for base in BASES]))


def best_threshold(runs: Sequence[Scored]) -> float:
    """The threshold of the highest F1, among quantiles of the scores."""
    candidates = np.quantile(np.concatenate([run.score for run in runs]), SHARES)
    return best_of(candidates, np.array([counts(runs, threshold) for threshold in candidates]))


def best_of(candidates: Floats, tables: Floats) -> float:
    """The candidate of the highest F1: the middle one over resampled files, so that no single file decides it.

    Args:
        candidates: thresholds (candidates,).
        tables: what each gives for each file (candidates, files, 4), as `counts`.
    """
    files = tables.shape[1]
    drawn = np.random.default_rng(SEED).multinomial(files, np.full(files, 1 / files), size=DRAWS)
    best = np.nanargmax(f1(np.einsum("df,cfk->dck", drawn, tables)), axis=1)
    return float(np.median(candidates[best]))


def alarm_counts(runs: Sequence[Watched], base: float) -> Floats:
    """As `counts`, of the detectors' alarms at a limit."""
    return counts([Scored(run.recording[FIRST:], run.answers(base)[:, 1]) for run in runs], 0.5)


def counts(runs: Sequence[Scored], threshold: float) -> Floats:
    """Hits, false alarms, misses and quiet normal rows of each file (files, 4)."""
    alarms = [(run.score > threshold, run.recording.marked) for run in runs]
    return np.array([[(a & m).sum(), (a & ~m).sum(), (~a & m).sum(), (~a & ~m).sum()] for a, m in alarms], dtype=float)


def mean_precision(runs: Sequence[Scored]) -> Floats:
    """Average precision of each file (files,)."""
    return np.array([average_precision(run.score, run.recording.marked) for run in runs])


def rows(root: Path, uses: Counter[str]) -> list[Row]:
    """F1, false alarms, misses and precision of the detectors' own alarms, with the always-alarm rule beside them."""
    tuning, test = ([watched(recording) for recording in part] for part in split(root))
    base = best_base(tuning)
    runs = [Scored(run.recording[FIRST:], run.answers(base)[:, 1]) for run in test]
    table, always = counts(runs, 0.5), counts(runs, -np.inf)
    uses[TEST] += 1
    share = float(always[:, 0].sum() / always.sum())
    precision = mean_over_files(mean_precision([run.scored(base) for run in test]))
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
        row("SKAB mean average precision", precision, "", reference=f"{share:.2f} always alarming"),
        row(
            "SKAB F1, always alarming", over_files(always, f1), "", reference="false alarm rows 100 %, missed rows 0 %"
        ),
        _plain_row(tuning, test, uses),
        *_episode_rows(runs),
    ]


def _plain_row(tuning: Sequence[Watched], test: Sequence[Watched], uses: Counter[str]) -> Row:
    """What the score before the limit is worth by itself: one threshold on every row."""
    threshold = best_threshold([_surprise(run) for run in tuning])
    table = counts([_surprise(run) for run in test], threshold)
    uses[TEST] += 1
    return row(
        "SKAB F1 of the plain surprise, without the following limit and its alarms",
        over_files(table, f1),
        "",
        reference=f"{percent(over_files(table, false_alarm_rate)).value:.1f} % false alarm rows",
    )


def _surprise(run: Watched) -> Scored:
    return Scored(run.recording[FIRST:], run.trace.surprise[FIRST:])


def _episode_rows(runs: Sequence[Scored]) -> list[Row]:
    raised = false = faults = met = 0
    for run in runs:
        marked, at = run.recording.marked, run.recording.time_ns
        nobody = np.zeros(len(at), dtype=np.int64)
        found = episodes(run.score > 0.5, at, nobody, hold_off_s=HOLD_OFF_S)
        known = episodes(marked, at, nobody, hold_off_s=HOLD_OFF_S)
        raised += len(found)
        false += sum(not marked[e.first : e.last + 1].any() for e in found)
        faults += len(known)
        met += sum(bool((run.score > 0.5)[e.first : e.last + 1].any()) for e in known)
    return [
        row("SKAB alarm episodes", raised, "episodes", reference=f"{faults} marked faults in {len(runs)} files"),
        row("SKAB alarm episodes that met no fault", false, "episodes"),
        row("SKAB marked faults met", met, "faults", reference=f"of {faults}"),
    ]
