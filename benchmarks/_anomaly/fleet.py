"""A fleet of 10,000 assets learned at once, against a loop over scikit-learn that gives the same answers."""

import statistics
import time
from collections.abc import Callable

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.preprocessing import RobustScaler

from _anomaly.rows import SEED, Row, Target, row
from bobae.core import Floats
from bobae.evidence.intervals import Figure
from bobae.learners.anomaly import fit_fleet

SENSORS, ROWS, SHARED = 12, 500, 3
QUANTILE = 0.99
SAME = 5e-3  # largest difference allowed, as a share: the two take the fourth moment about median and about mean


def rows(*, quick: bool) -> list[Row]:
    """How many times less CPU time the fleet takes, and how far the two differ."""
    assets, runs = (500, 3) if quick else (10_000, 5)
    x = made_fleet(assets)
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(_cpu_s(lambda: fit_fleet(x, quantile=QUANTILE)))
        theirs.append(_cpu_s(lambda: looped(x)))
    ratio = statistics.median(theirs) / statistics.median(ours)
    found = Figure(ratio, min(theirs) / max(ours), max(theirs) / min(ours))
    fleet = fit_fleet(x, quantile=QUANTILE)
    centres, limits = looped(x)
    error = max(np.abs(centres - fleet.centre).max(), np.abs(limits / fleet.moving_limit - 1.0).max())
    name = f"{assets:,} assets of {SENSORS} sensors x {ROWS} rows"
    score_s = _cpu_s(lambda: fleet.score(x[:, -1]))
    return [
        row(f"{name}, faster than a loop over scikit-learn", found, "x CPU time", target=Target(">=", 7.0)),
        row(f"{name}, learned in", statistics.median(ours), "CPU s", reference=f"{statistics.median(theirs):.1f} s"),
        row(f"{name}, largest difference of centres and limits", error, "", target=Target("<=", SAME)),
        row(f"one new row of {assets:,} assets scored", 1e6 * score_s / assets, "us an asset"),
    ]


def made_fleet(assets: int) -> Floats:
    """Normal rows of assets whose sensors follow a few shared causes, each in its own way: (assets, rows, sensors)."""
    dice = np.random.default_rng(SEED)
    x = np.empty((assets, ROWS, SENSORS))
    for one in x:
        causes = dice.normal(size=(ROWS, SHARED)) @ dice.normal(size=(SHARED, SENSORS))
        one[:] = 10.0 * dice.normal(size=SENSORS) + causes + dice.normal(size=(ROWS, SENSORS))
    return x


def looped(x: Floats) -> tuple[Floats, Floats]:
    """(centres (assets, sensors), limits (assets,)): scikit-learn's scaler and covariance, asset by asset."""
    centres, limits = np.empty((len(x), x.shape[2])), np.empty(len(x))
    for number, one in enumerate(x):
        scaler = RobustScaler(unit_variance=True).fit(one)
        scaled = scaler.transform(one)
        found = LedoitWolf().fit(scaled)
        matrix = found.precision_ / np.sqrt(np.diag(found.precision_))
        size = np.sqrt(np.square((scaled - found.location_) @ matrix).mean(axis=1))
        centres[number], limits[number] = scaler.center_, np.quantile(size, QUANTILE)
    return centres, limits


def _cpu_s(what: Callable[[], object]) -> float:
    began = time.process_time()
    what()
    return time.process_time() - began
