"""aeon on runs and Darts on a series: python series.py TOOL IN.npz OUT.json, run in these tools' own environment.

Of runs IN holds `x` (runs, signals, rows), `y` (runs,) and `fold` (runs,): each fold is told by a model of all others.
Of a series it holds `y` (rows,), `others` (rows, signals), `begins`, the first row to be told from, and
`step`: how many rows ahead. OUT gets what was said, CPU seconds, memory and the time for one answer. What a tool
compiles before its first answer is not counted.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from automl import cpu_s, memory_mb

warnings.filterwarnings("ignore")
SEED = 0
_ANSWERS = 30
_DAY, _WEEK = 96, 672
Given = dict[str, np.ndarray]


def minirocket() -> Any:
    """Ten thousand shares of short patterns, and a ridge (A. Dempster et al., 2021), with its usual settings."""
    from aeon.classification.convolution_based import MiniRocketClassifier

    return MiniRocketClassifier(random_state=SEED)


def arsenal() -> Any:
    """Twenty-five of ROCKET together, with its usual settings."""
    from aeon.classification.convolution_based import Arsenal

    return Arsenal(random_state=SEED)


def darts_trees(lags: list[int], step: int) -> Any:
    """LightGBM on the rows before, with its usual settings."""
    from darts.models import LightGBMModel

    return LightGBMModel(random_state=SEED, num_threads=1, verbose=-1, **_seen(lags, step))


def darts_line(lags: list[int], step: int) -> Any:
    """A line on the rows before."""
    from darts.models import LinearRegressionModel

    return LinearRegressionModel(**_seen(lags, step))


RUNS = {"aeon MiniRocket": minirocket, "aeon Arsenal": arsenal}
SERIES = {"Darts LightGBM": darts_trees, "Darts line": darts_line}


def of_runs(make: Callable[[], Any], given: Given) -> dict[str, Any]:
    """Every fold told by a model of the others."""
    x, y, fold = given["x"], given["y"], given["fold"]
    make().fit(x, y).predict(x[:2])
    said, began = np.zeros(len(y), dtype=np.int64), cpu_s()
    for number in np.unique(fold):
        model = make().fit(x[fold != number], y[fold != number])
        said[fold == number] = model.predict(x[fold == number])
    cpu = cpu_s() - began
    return {"said": said.tolist(), "cpu_s": cpu, "row_us": _took(lambda i: model.predict(x[i : i + 1]), len(x))}


def of_series(make: Callable[[list[int], int], Any], given: Given) -> dict[str, Any]:
    """Learned once from the rows before, then asked at every row, from what was known there."""
    from darts import TimeSeries

    step, begins = int(given["step"]), int(given["begins"])
    index = pd.date_range("2018-01-01", periods=len(given["y"]), freq="15min")
    value = TimeSeries.from_times_and_values(index, given["y"])
    beside = TimeSeries.from_times_and_values(index, given["others"])
    seasonal = [step - ago - 1 for ago in (_DAY, _WEEK)]
    lags = sorted({*range(-_DAY, 0), *(ago for ago in seasonal if ago < 0)})
    make(lags, step).fit(value[:2000], past_covariates=beside[:2000])
    began = cpu_s()
    model = make(lags, step)
    model.fit(value[:begins], past_covariates=beside[:begins])
    told = model.historical_forecasts(
        value, past_covariates=beside, start=index[begins + 1], forecast_horizon=1, retrain=False, verbose=False
    )
    said = told.to_series().reindex(index[begins + step :]).to_numpy()
    cpu = cpu_s() - began
    took = _took(lambda i: model.predict(1, series=value[: begins + i], past_covariates=beside[: begins + i]), _ANSWERS)
    return {"said": said.tolist(), "cpu_s": cpu, "row_us": took}


def _seen(lags: list[int], step: int) -> dict[str, Any]:
    return {
        "lags": lags,
        "lags_past_covariates": [-1],
        "lags_future_covariates": [0],
        "output_chunk_length": 1,
        "output_chunk_shift": step - 1,
        "add_encoders": {"datetime_attribute": {"future": ["hour", "minute", "dayofweek"]}},
    }


def _took(answer: Callable[[int], Any], most: int) -> float:
    took = []
    for i in range(min(_ANSWERS, most)):
        at = time.perf_counter()
        answer(i)
        took.append(time.perf_counter() - at)
    return float(np.median(took)) * 1e6


def main() -> None:
    """Learn, tell, write down."""
    tool, given, told = sys.argv[1:]
    with np.load(given) as found:
        rows = dict(found)
    answer = of_runs(RUNS[tool], rows) if tool in RUNS else of_series(SERIES[tool], rows)
    Path(told).write_text(json.dumps({**answer, "memory_mb": memory_mb()}))


if __name__ == "__main__":
    main()
