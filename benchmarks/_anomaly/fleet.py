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
from bobae.learners.anomaly import Fleet, fit_fleet

SENSORS, ROWS, SHARED = 12, 500, 3
QUANTILE = 0.99
EVERY = 10  # the loop takes so long that it is run on every tenth asset; its time is that of an asset
SAME = 2e-3  # largest difference allowed, as a share: the two take the fourth moment about median and about mean


def rows(*, quick: bool) -> list[Row]:
    """How many times less CPU time the fleet takes, and how far the two differ."""
    assets, runs, every = (500, 3, 1) if quick else (10_000, 5, EVERY)
    x = made_fleet(assets)
    some = x[::every]
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(_cpu_s(lambda: fit_fleet(x, quantile=QUANTILE)) / len(x))
        theirs.append(_cpu_s(lambda: looped(some)) / len(some))
    ratio = statistics.median(theirs) / statistics.median(ours)
    found = Figure(ratio, min(theirs) / max(ours), max(theirs) / min(ours))
    fleet = fit_fleet(x, quantile=QUANTILE)
    name = f"{assets:,} assets of {SENSORS} sensors x {ROWS} rows"
    loop = f"{1e3 * statistics.median(theirs):.2f} ms an asset in the loop, over {len(some):,} assets"
    score_s = _cpu_s(lambda: fleet.score(x[:, -1]))
    return [
        row(f"{name}, faster than a loop over scikit-learn", found, "x", reference=loop, target=Target(">=", 7.0)),
        row(f"{name}, learned in", statistics.median(ours) * assets, "CPU s"),
        row(f"{name}, largest difference", difference(fleet, some, every), "", target=Target("<=", SAME)),
        row(f"one new row of {assets:,} assets scored", 1e6 * score_s / assets, "us an asset"),
    ]


def difference(fleet: Fleet, some: Floats, every: int) -> float:
    """The largest of all centres (in spreads) and limits (as a share) between the fleet and the loop."""
    centres, limits = looped(some)
    moved = np.abs(centres - fleet.centre[::every]) / fleet.scale[::every]
    return float(max(moved.max(), np.abs(limits / fleet.moving_limit[::every] - 1.0).max()))


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
