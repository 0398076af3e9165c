"""An AutoML tool on the rows of a job: python automl.py TOOL IN.npz OUT.json, run in the tools' own environment.

IN holds `fit` (rows, columns), `y`, `rows` to be told, `kinds` (0 for numbers), the metric and the seconds to spend.
OUT gets what was said, the score that the tool itself claims, CPU seconds, memory and the time for one row.
"""

import json
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
_ROWS = 30
_GLUON = {
    "rmse": "root_mean_squared_error",
    "mae": "mean_absolute_error",
    "accuracy": "accuracy",
    "ap": "average_precision",
    "auc": "roc_auc",
}
_FLAML = {"rmse": "rmse", "mae": "mae", "accuracy": "accuracy", "ap": "ap", "auc": "roc_auc"}


def autogluon(fit: pd.DataFrame, y: np.ndarray, kinds: int, metric: str, budget: float) -> Any:
    """TabularPredictor with its usual settings."""
    from autogluon.tabular import TabularPredictor

    problem = "regression" if not kinds else "binary" if kinds == 2 else "multiclass"
    path = tempfile.mkdtemp(dir=".")
    model = TabularPredictor("y", problem_type=problem, eval_metric=_GLUON[metric], path=path, verbosity=0)
    model.fit(fit.assign(y=y), time_limit=budget)
    claimed = abs(float(model.leaderboard()["score_val"].iloc[0]))

    def tell(some: pd.DataFrame) -> np.ndarray:
        if not kinds:
            return model.predict(some).to_numpy()
        found = model.predict_proba(some)
        return found.reindex(columns=range(kinds), fill_value=0.0).to_numpy()

    return tell, claimed


def flaml(fit: pd.DataFrame, y: np.ndarray, kinds: int, metric: str, budget: float) -> Any:
    """AutoML with its usual settings."""
    from flaml import AutoML

    model = AutoML()
    task = "classification" if kinds else "regression"
    model.fit(fit, y, task=task, metric=_FLAML[metric], time_budget=budget, verbose=0, seed=0)
    loss = float(model.best_loss)
    claimed = 1.0 - loss if metric in ("accuracy", "ap", "auc") else loss

    def tell(some: pd.DataFrame) -> np.ndarray:
        if not kinds:
            return np.asarray(model.predict(some), dtype=float)
        found = np.zeros((len(some), kinds))
        found[:, model.classes_.astype(int)] = model.predict_proba(some)
        return found

    return tell, claimed


def main() -> None:
    """Learn, tell, write down."""
    tool, given, told = sys.argv[1:]
    with np.load(given) as found:
        fit, y, rows = found["fit"], found["y"], found["rows"]
        kinds, metric, budget = int(found["kinds"]), str(found["metric"]), float(found["budget"])
    names = [f"c{i}" for i in range(fit.shape[1])]
    frame, asked = pd.DataFrame(fit, columns=names), pd.DataFrame(rows, columns=names)
    began = cpu_s()
    tell, claimed = {"autogluon": autogluon, "flaml": flaml}[tool](frame, y, kinds, metric, budget)
    cpu = cpu_s() - began
    said = tell(asked)
    took = []
    for i in range(min(_ROWS, len(asked))):
        at = time.perf_counter()
        tell(asked.iloc[i : i + 1])
        took.append(time.perf_counter() - at)
    answer = {
        "said": said.tolist(),
        "claimed": claimed,
        "cpu_s": cpu,
        "memory_mb": memory_mb(),
        "row_us": float(np.median(took)) * 1e6,
    }
    Path(told).write_text(json.dumps(answer))


def memory_mb() -> float:
    """The most memory that this process held; getrusage would count that of the process which started it."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(told["VmHWM"].split()[0]) / 1024


def cpu_s() -> float:
    """CPU seconds of this process and of those that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
