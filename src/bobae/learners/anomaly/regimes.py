"""Found in the history: what tells that the machine stands, which categories matter, how long it takes to settle."""

import numpy as np

from bobae.core import Dataset, Floats, Input, Ints, Role
from bobae.core.model import UNSEEN
from bobae.graph import ByCode, RegimeScale, Running

MOST_CATEGORIES = 32
FEWEST_ROWS = 50  # of a category, to be given a centre of its own
TELLING_SHARE = 0.05  # of a sensor's variance that a category must explain to be worth a regime
LONGEST_SETTLING = 60


def category_inputs(data: Dataset, *, rows: Floats) -> tuple[Input, ...]:
    """The assets and contexts that change what is normal: those that explain part of some sensor's variance.

    Args:
        data: the rows in which the machine runs; its stops would outweigh every other difference.
        rows: their sensor values (rows, sensors), missing ones filled in.
    """
    found: list[tuple[float, Input]] = []
    for name in (*data.names(Role.ASSET), *data.names(Role.CONTEXT)):
        values = data.values(name).astype(str)
        names, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        if not 1 < len(names) <= MOST_CATEGORIES or (counts >= FEWEST_ROWS).sum() < 2:
            continue
        told = _explained(rows, codes, len(names))
        if told > TELLING_SHARE:
            found.append((told, Input(name=name, categories=tuple(str(n) for n in names))))
    found.sort(key=lambda pair: (-pair[0], pair[1].name))
    return tuple(chosen for _, chosen in found[:2])


def _explained(rows: Floats, codes: Ints, count: int) -> float:
    """The largest share of a sensor's variance that lies between categories."""
    sizes = np.bincount(codes, minlength=count)[:, None]
    sums = np.zeros((count, rows.shape[1]))
    np.add.at(sums, codes, rows)
    between = (sizes * np.square(sums / sizes - rows.mean(axis=0))).sum(axis=0) / len(rows)
    variance = rows.var(axis=0)
    return float(np.max(between / np.where(variance > 0, variance, 1.0), initial=0.0))


def scaling(rows: Floats, codes: Floats, *, judged: Floats, clip: float) -> tuple[ByCode | None, RegimeScale]:
    """Centres and scales from the judged rows: medians a regime, and the spread left inside regimes.

    Regime 0 is everything, for categories never seen.

    Args:
        rows: sensor values (rows, sensors), missing ones filled in.
        codes: category codes (rows, categories), no columns without categories.
        judged: 1 for rows to learn from (rows,).
        clip: farthest a scaled value may go.
    """
    used = judged > 0
    combos, regime, counts = np.unique(codes[used], axis=0, return_inverse=True, return_counts=True)
    centres = [np.median(rows[used], axis=0)]
    inside = rows[used] - centres[0]
    kept = [np.full(codes.shape[1], UNSEEN)]
    for number in np.flatnonzero(counts >= FEWEST_ROWS) if codes.shape[1] else []:
        mine = regime.ravel() == number
        centre = np.median(rows[used][mine], axis=0)
        centres.append(centre)
        kept.append(combos[number])
        inside[mine] = rows[used][mine] - centre
    scales = np.tile(_spread(inside), (len(centres), 1))
    by_code = ByCode(np.array(kept)) if codes.shape[1] else None
    return by_code, RegimeScale(np.array(centres), scales, clip)


def _spread(inside: Floats) -> Floats:
    """A robust standard deviation a sensor: from the quartiles, or the plain one where quartiles see nothing."""
    quartiles = np.subtract(*np.percentile(inside, [75, 25], axis=0)) / 1.349
    plain = inside.std(axis=0)
    spread = np.where(quartiles > 0.2 * plain, quartiles, plain)
    return np.where(spread > 0, spread, 1.0)


def running_gate(rows: Floats) -> Running:
    """Which sensor tells that the machine stands, if one does: two clear levels, the low one near zero and quiet.

    Args:
        rows: sensor values (rows, sensors), missing ones filled in.
    """
    changes = np.abs(np.diff(rows, axis=0))
    best, found = 0.0, Running()
    for column in range(rows.shape[1]):
        values = rows[:, column]
        limit, clearness = _two_levels(values)
        low = values < limit
        if clearness <= max(best, 4.0) or not 0.01 < low.mean() < 0.8:
            continue
        near_zero = abs(np.median(values[low])) < 0.15 * abs(np.median(values[~low]))
        quiet, lively = changes[low[1:] & low[:-1]], changes[~low[1:] & ~low[:-1]]
        if not near_zero or not len(quiet) or not len(lively):
            continue
        if np.mean(quiet.mean(axis=0) < 0.5 * lively.mean(axis=0)) > 0.5:
            best, found = clearness, Running(column, limit)
    return found


def _two_levels(values: Floats) -> tuple[float, float]:
    """(limit, clearness): the cut that splits values best in two (Otsu, 1979) and the gap in units of inner spread."""
    low, high = np.percentile(values, [0.5, 99.5])
    if not high > low:
        return float(low), 0.0
    counts, edges = np.histogram(values, bins=200, range=(low, high))
    middles = (edges[:-1] + edges[1:]) / 2
    below, above = np.cumsum(counts)[:-1], counts.sum() - np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * middles)
    means_below = sums[:-1] / np.maximum(below, 1)
    means_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below * above * np.square(means_above - means_below)
    ties = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    limit = float(edges[1 + (ties[0] + ties[-1]) // 2])
    parts = values[values < limit], values[values >= limit]
    if min(len(parts[0]), len(parts[1])) < 3:
        return limit, 0.0
    return limit, float((parts[1].mean() - parts[0].mean()) / (parts[0].std() + parts[1].std() + 1e-12))


def settling(surprise: Floats, since: Ints, *, least: int) -> int:
    """How many rows after a fresh start the machine needs to be as it usually is.

    Args:
        surprise: size of the moving residuals (rows,).
        since: rows since the fresh start, 0 standing (rows,).
        least: never fewer rows than this.
    """
    if not (since > LONGEST_SETTLING).any():
        return least
    usual = float(np.median(surprise[since > LONGEST_SETTLING]))
    early = np.bincount(since[since > 0], surprise[since > 0])
    rows = np.bincount(since[since > 0])
    last = min(LONGEST_SETTLING, len(rows) - 1)
    if rows[min(least + 1, last)] < 3:
        return least
    unsettled = np.flatnonzero(early[: last + 1] > 1.3 * usual * rows[: last + 1])
    return max(least, int(unsettled[-1]) if len(unsettled) else 0)
