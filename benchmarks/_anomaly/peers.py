"""Other tools on the same splits: PyOD's best three, an autoencoder, river. They run in an environment of their own."""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _alone import quiet_environment

from _anomaly import skab, tep
from _anomaly.data import TEP_ONSETS, Recording, tep_faults, tep_normal
from _anomaly.rows import Row, mean_over_files, over_files, percent, row
from bobae.core import Floats
from bobae.evidence.metrics import f1, false_alarm_rate
from bobae.graph import Ewma

HERE = Path(__file__).resolve().parents[1]
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
SCRIPT = HERE / "peers" / "score.py"
BEST = 3  # of PyOD's detectors
SHARE = 0.99  # of normal rows below a limit
SMOOTHING = Ewma((0.1,))  # ours, lent to the others

Answers = Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Splits:
    """The rows that every tool gets, file by file."""

    skab_tuning: list[Recording]
    skab_test: list[Recording]
    tep_normal: tuple[Recording, Recording]
    tep_training: list[Recording]
    tep_test: list[Recording]

    @classmethod
    def read(cls, root: Path) -> "Splits":
        """All of them."""
        return cls(*skab.split(root), tep_normal(root), tep_faults(root, "training"), tep_faults(root, "test"))


def rows(root: Path, uses: Counter[str]) -> list[Row]:
    """Each tool on SKAB and TEP, as it is and with our smoothing; nothing where the tools are not installed."""
    if not PYTHON.exists():
        print("the other tools are not installed: make bench-peers, then run this again", file=sys.stderr)
        return []
    splits = Splits.read(root)
    answers = _scored(splits)
    told = []
    for tool in _chosen(splits, answers):
        for smoothed in (False, True):
            told += _tool_rows(tool, splits, answers, smoothed=smoothed)
            uses[skab.TEST] += 1
            uses[tep.TEST] += 1
        told.append(row(f"{tool}, both sets", float(answers[f"{tool}/cpu_s"]), "CPU s"))
    return told


def _scored(splits: Splits) -> Answers:
    jobs: dict[str, Floats] = {}
    for file in (*splits.skab_tuning, *splits.skab_test):
        jobs |= _job(f"skab/{file.name}", file.x[: skab.FIRST], [file.x[skab.FIRST :]])
    learn, calibrate = splits.tep_normal
    jobs |= _job("tep", learn.x, [file.x for file in (calibrate, *splits.tep_training, *splits.tep_test)])
    with tempfile.TemporaryDirectory() as folder:
        given, back = Path(folder) / "given.npz", Path(folder) / "back.npz"
        np.savez(given, **jobs)
        subprocess.run([PYTHON, SCRIPT, given, back], env=quiet_environment(), check=True)
        with np.load(back) as answers:
            return dict(answers)


def _job(name: str, fit: Floats, files: list[Floats]) -> dict[str, Floats]:
    starts = np.cumsum([0, *(len(file) for file in files[:-1])])
    return {f"{name}/fit": fit, f"{name}/rows": np.vstack(files), f"{name}/starts": starts}


def _chosen(splits: Splits, answers: Answers) -> list[str]:
    """PyOD's best three by mean rank on the files to choose with, and all the other tools."""
    tools = [key.removesuffix("/cpu_s") for key in answers if key.endswith("/cpu_s")]
    choices = [tool for tool in tools if tool.startswith("PyOD")]
    onset = TEP_ONSETS["training"]
    found = []
    for tool in choices:
        precision = skab.mean_precision(_skab_runs(tool, splits.skab_tuning, answers, smoothed=False)).mean()
        training, _ = _tep_over(tool, splits, answers, smoothed=False)
        found.append((precision, np.mean([over[onset:].mean() for over in _hard_ones_left_out(training)])))
    ranks = np.argsort(np.argsort(-np.array(found), axis=0), axis=0).mean(axis=1)
    best = [choices[i] for i in np.argsort(ranks, kind="stable")[:BEST]]
    return [*best, *(tool for tool in tools if tool not in choices)]


def _tool_rows(tool: str, splits: Splits, answers: Answers, *, smoothed: bool) -> list[Row]:
    named = f"{tool} with our smoothing" if smoothed else tool
    threshold = skab.best_threshold(_skab_runs(tool, splits.skab_tuning, answers, smoothed=smoothed))
    runs = _skab_runs(tool, splits.skab_test, answers, smoothed=smoothed)
    table = skab.counts(runs, threshold)
    far = percent(over_files(table, false_alarm_rate)).value
    _, test = _tep_over(tool, splits, answers, smoothed=smoothed)
    early = tep.early(test).value
    return [
        row(f"{named}, SKAB F1", over_files(table, f1), "", reference=f"{far:.1f} % false alarm rows"),
        row(f"{named}, SKAB mean average precision", mean_over_files(skab.mean_precision(runs)), ""),
        row(
            f"{named}, TEP detection, mean of 18 faults",
            tep.detection(test, skip=tep.UNSEEN),
            "%",
            reference=f"{early:.2f} % of rows before the fault",
        ),
    ]


def _skab_runs(tool: str, files: Sequence[Recording], answers: Answers, *, smoothed: bool) -> list[skab.Scored]:
    """Scores in units of what 99 % of each file's own first rows stay below."""
    runs = []
    for file in files:
        score = _smooth([answers[f"{tool}/skab/{file.name}"]])[0] if smoothed else answers[f"{tool}/skab/{file.name}"]
        usual = max(float(np.quantile(score[: skab.FIRST], SHARE)), np.finfo(float).tiny)
        runs.append(skab.Scored(file[skab.FIRST :], score[skab.FIRST :] / usual))
    return runs


def _tep_over(tool: str, splits: Splits, answers: Answers, *, smoothed: bool) -> tuple[list[Floats], list[Floats]]:
    """Where each training and each test file is over what 99 % of d00_te stays below."""
    learn, calibrate = splits.tep_normal
    files = (learn, calibrate, *splits.tep_training, *splits.tep_test)
    parts = np.split(answers[f"{tool}/tep"], np.cumsum([len(file) for file in files])[:-1])
    parts = _smooth(parts) if smoothed else parts
    over = [part > np.quantile(parts[1], SHARE) for part in parts[2:]]
    return over[: len(splits.tep_training)], over[len(splits.tep_training) :]


def _smooth(parts: Sequence[Floats]) -> list[Floats]:
    return [SMOOTHING.run(part[:, None], np.zeros(len(part)))[:, 0] for part in parts]


def _hard_ones_left_out(files: Sequence[Floats]) -> list[Floats]:
    return [over for fault, over in enumerate(files, start=1) if fault not in tep.UNSEEN]
