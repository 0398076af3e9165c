"""Intervals: how far a figure could have come out otherwise, told with every figure.

Rows of a machine are not independent, so nothing here resamples single rows: counts of rare things get exact
intervals, everything else is resampled in stretches of time or in whole runs.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bobae.core import Floats, Ints, LazyModule

if TYPE_CHECKING:
    from scipy import stats
else:
    stats = LazyModule("scipy.stats")  # 56 MB, which who only tells what is kept does without

CONFIDENCE = 0.95
DRAWS = 1000


@dataclass(frozen=True)
class Figure:
    """One number with its interval (95 % unless told otherwise); NaN where the data cannot say it.

    Example:
        >>> Figure(0.5, 0.2, 0.8).as_json()
        {'value': 0.5, 'low': 0.2, 'high': 0.8}
    """

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def bounded(self) -> bool:
        """Whether anything is known of where the true one lies."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def as_json(self) -> dict[str, float | None]:
        """The three numbers, None for NaN and infinity, which JSON has no word for."""
        return {"value": finite(self.value), "low": finite(self.low), "high": finite(self.high)}


def finite(number: float) -> float | None:
    """The number, or None where it is NaN or infinite."""
    return float(number) if math.isfinite(number) else None


def wilson(hits: int, tries: int, *, confidence: float = CONFIDENCE) -> Figure:
    """A share and its Wilson score interval (E. B. Wilson, 1927); NaN without tries."""
    if tries == 0:
        return Figure(math.nan)
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    share = hits / tries
    centre = (share + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z / (1 + z * z / tries) * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    return Figure(share, max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))


def poisson(count: int, exposure: float, *, confidence: float = CONFIDENCE) -> Figure:
    """A rate (count over exposure) with its exact two-sided interval (F. Garwood, 1936); NaN without exposure."""
    if exposure <= 0:
        return Figure(math.nan)
    alpha = 1 - confidence
    low = float(stats.chi2.ppf(alpha / 2, 2 * count)) / 2 if count else 0.0
    high = float(stats.chi2.ppf(1 - alpha / 2, 2 * (count + 1))) / 2
    return Figure(count / exposure, low / exposure, high / exposure)


def provable_rate(exposure: float, *, confidence: float = CONFIDENCE) -> float:
    """The smallest rate that `exposure` without one event can prove: 3 / exposure at 95 % (rule of three)."""
    return -math.log(1 - confidence) / exposure if exposure > 0 else math.inf


def stationary_draws(blocks: int, *, seed: int, mean_run: float = 2.0, draws: int = DRAWS) -> Ints:
    """Block numbers resampled in runs of geometric length (Politis and Romano, 1994); (draws, blocks).

    Args:
        blocks: how many blocks there are, in time order.
        seed: of the one generator used.
        mean_run: mean number of neighbouring blocks kept together; 1 for blocks that are independent units.
        draws: how many resamples.
    """
    rng = np.random.default_rng(seed)
    at = rng.integers(blocks, size=(draws, blocks))
    fresh = rng.random((draws, blocks)) < 1 / mean_run
    for i in range(1, blocks):
        follow = (at[:, i - 1] + 1) % blocks
        at[:, i] = np.where(fresh[:, i], at[:, i], follow)
    return at.astype(np.int64)


def block_bootstrap(
    sums: Floats, statistic: Callable[[Floats], Floats], *, seed: int, mean_run: float = 2.0, draws: int = DRAWS
) -> Figure:
    """A statistic of summed counts, with its percentile interval over resampled blocks.

    Args:
        sums: what each block adds (blocks, ...), blocks in time order.
        statistic: totals (draws, ...) -> one number a draw (draws,); NaN where it is undefined.
        seed: of the resampling.
        mean_run: see `stationary_draws`.
        draws: how many resamples.
    """
    value = float(statistic(sums.sum(axis=0)[None])[0])
    if len(sums) < 2 or not math.isfinite(value):
        return Figure(value)
    chosen = stationary_draws(len(sums), seed=seed, mean_run=mean_run, draws=draws)
    counts = np.zeros((draws, len(sums)))
    np.add.at(counts, (np.arange(draws)[:, None], chosen), 1.0)
    drawn = statistic(np.tensordot(counts, sums, axes=1))
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Figure(value)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Figure(value, min(float(low), value), max(float(high), value))


def block_numbers(groups: Ints, *, at_most: int = 60) -> Ints:
    """Which block each row belongs to: equal stretches that never cross from one group to the next. Both (rows,).

    Rows are in time order inside their group; groups are contiguous. With `at_most` groups or more each is a block.
    """
    rows = len(groups)
    change = np.flatnonzero(np.diff(groups)) + 1
    edges = np.concatenate([[0], change, [rows]])
    size = max(1, math.ceil(rows / at_most))
    pieces = [0 if len(edges) - 1 >= at_most else (end - begin - 1) // size for begin, end in itertools.pairwise(edges)]
    numbers = np.empty(rows, dtype=np.int64)
    number = 0
    for (begin, end), cuts in zip(itertools.pairwise(edges), pieces, strict=True):
        length = end - begin
        numbers[begin:end] = number + np.arange(length) * (cuts + 1) // max(length, 1)
        number += cuts + 1
    return numbers
