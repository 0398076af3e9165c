"""How long one row takes in the sealed graph: 12 sensors, 10 lags, one thread."""

import time

import numpy as np

from _anomaly.data import made
from _anomaly.rows import SEED, Row, Target, row
from bobae.graph import Runner
from bobae.learners.anomaly import AnomalyLearner

SENSORS, LEARN, WARM, LAGS = 12, 5000, 500, 10
CPU_ROWS = 200  # a CPU clock is too coarse for one row


def rows(*, quick: bool) -> list[Row]:
    """Wall time of a row (middle and 99th per cent) and its CPU time."""
    dice = np.random.default_rng(SEED)
    x = np.cumsum(dice.normal(size=(LEARN, SENSORS)), axis=0) * 0.02 + dice.normal(size=(LEARN, SENSORS))
    detector = AnomalyLearner().fit(made(x, [f"s{i:02d}" for i in range(SENSORS)], 1.0).dataset(), seed=SEED)
    if detector.lags.lags != LAGS:
        raise RuntimeError(f"the learner chose {detector.lags.lags} lags; this benchmark is of {LAGS}")
    runner = Runner(detector.graph(), detector.contract)
    runner.run(x[:WARM])
    wall_us, cpu_us = [], []
    for begin in range(0, 2000 if quick else 20_000, CPU_ROWS):
        cpu = time.process_time_ns()
        for values in np.take(x, range(begin, begin + CPU_ROWS), axis=0, mode="wrap"):
            wall = time.perf_counter_ns()
            runner.step(values)
            wall_us.append((time.perf_counter_ns() - wall) / 1e3)
        cpu_us.append((time.process_time_ns() - cpu) / 1e3 / CPU_ROWS)
    middle, slowest = np.percentile(wall_us, [50, 99])
    return [
        row("one row of 12 sensors x 10 lags in onnxruntime, p50", middle, "us", target=Target("<", 150)),
        row("one row of 12 sensors x 10 lags in onnxruntime, p99", slowest, "us", reference="wall, machine not idle"),
        row("one row of 12 sensors x 10 lags in onnxruntime, CPU time", float(np.median(cpu_us)), "us"),
    ]
