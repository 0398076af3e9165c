"""A fleet: thousands of assets of one kind, each with its own idea of normal, learned and scored side by side."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import BadInput, Floats, NotEnoughEvidence
from bobae.learners.anomaly.covariance import LEAST_SHRINKAGE

CHUNK_NUMBERS = 200_000  # of lagged rows held at once: more is slower, since it leaves the processor's cache


@dataclass(frozen=True, eq=False)
class Fleet:
    """What is normal for each asset; the same steps as one detector without regimes, for all assets at once.

    Attributes:
        centre, scale: of each sensor (assets, sensors).
        clip: farthest a scaled sensor may go.
        lags: past rows joined to each row.
        moving, moving_bias: residuals from the lagged row, (assets, numbers, sensors) and (assets, sensors).
        standing, standing_bias: residuals from the row alone, (assets, sensors, sensors) and (assets, sensors).
        shrinkage: of each asset's covariance (assets,).
        moving_limit, standing_limit: the size that so few normal rows reach (assets,).

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(3, 200, 4))  # 3 assets, 200 rows, 4 sensors
        >>> fleet = fit_fleet(rows)
        >>> score, past = fleet.score(rows[:, -1] + [[0.0], [0.0], [9.0]])
        >>> (score > 1.0).tolist()
        [False, False, True]
    """

    centre: Floats
    scale: Floats
    clip: float
    lags: int
    moving: Floats
    moving_bias: Floats
    standing: Floats
    standing_bias: Floats
    shrinkage: Floats
    moving_limit: Floats
    standing_limit: Floats

    def score(self, rows: Floats, past: Floats | None = None) -> tuple[Floats, Floats]:
        """(score, past) for the next row of every asset; above 1.0 is over the limit.

        Args:
            rows: (assets, sensors).
            past: as the last call gave it back, (assets, lags * sensors); None where all assets start afresh.

        Raises:
            BadInput: rows or past do not have that shape.
        """
        if rows.shape != self.centre.shape:
            raise BadInput(
                "the rows have shape {shape}; the model expects {wanted}", shape=rows.shape, wanted=self.centre.shape
            )
        scaled = np.clip((rows - self.centre) / self.scale, -self.clip, self.clip)
        before = np.tile(scaled, (1, self.lags)) if past is None else past
        lagged = np.concatenate([scaled, before], axis=1)
        moving = np.matmul(lagged[:, None], self.moving)[:, 0] + self.moving_bias
        standing = np.matmul(scaled[:, None], self.standing)[:, 0] + self.standing_bias
        score = np.maximum(_size(moving) / self.moving_limit, _size(standing) / self.standing_limit)
        return score, lagged[:, : before.shape[1]]


def fit_fleet(x: Floats, *, lags: int = 0, quantile: float = 0.99, clip: float = 50.0) -> Fleet:
    """Learn what is normal for each asset of a fleet from its own rows.

    Args:
        x: normal rows of every asset in time order (assets, rows, sensors), nothing missing; may be a memory map.
        lags: past rows joined to each row.
        quantile: of the normal rows' size, where each asset's limit stands.
        clip: farthest a scaled sensor may go.

    Raises:
        BadInput: x is not three-dimensional, or holds a value that is missing or infinite.
        NotEnoughEvidence: too few rows for the numbers in a lagged row.
    """
    if x.ndim != 3:
        raise BadInput("a fleet is learned from (assets, rows, sensors); these rows have shape {shape}", shape=x.shape)
    assets, rows, sensors = x.shape
    numbers = sensors * (lags + 1)
    fewest = lags + 3 * numbers
    if not assets or not sensors or rows < fewest:
        raise NotEnoughEvidence(
            "{rows} rows of {sensors} sensors that move are too little to learn normal running from; at least "
            "{fewest} rows are needed",
            rows=rows,
            sensors=sensors,
            fewest=fewest,
        )
    step = max(1, CHUNK_NUMBERS // (rows * numbers))
    parts = [_learned(x[at : at + step], at, lags, quantile, clip) for at in range(0, assets, step)]
    joined: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts]) if np.ndim(value) else value
        for name, value in parts[0].items()
    }
    return Fleet(**joined)


def _learned(x: Floats, first: int, lags: int, quantile: float, clip: float) -> dict[str, Any]:
    """The fields of a `Fleet` for some assets, the first of which has that number."""
    broken = np.flatnonzero(~np.isfinite(x).all(axis=(1, 2)))
    if len(broken):
        raise BadInput(
            "asset number {number} of the fleet has missing or infinite values; fill them in or leave it out",
            number=first + int(broken[0]) + 1,
        )
    centre, scale = _scaling(x)
    scaled = np.clip((x - centre[:, None]) / scale[:, None], -clip, clip)
    lagged = _lagged(scaled, lags)
    mean, covariance, shrinkage = _covariance(lagged)
    sensors = x.shape[2]
    moving, moving_bias = _residuals(covariance, mean, sensors)
    moving_limit = _limit(lagged, moving, moving_bias, quantile)
    standing, standing_bias, standing_limit = moving, moving_bias, moving_limit
    if lags:
        standing, standing_bias = _residuals(covariance[:, :sensors, :sensors], mean[:, :sensors], sensors)
        standing_limit = _limit(lagged[..., :sensors], standing, standing_bias, quantile)
    return {
        "centre": centre, "scale": scale, "clip": clip, "lags": lags, "shrinkage": shrinkage,
        "moving": moving, "moving_bias": moving_bias, "moving_limit": moving_limit,
        "standing": standing, "standing_bias": standing_bias, "standing_limit": standing_limit,
    }  # fmt: skip


def _scaling(x: Floats) -> tuple[Floats, Floats]:
    """Median and robust spread, as `regimes` has them, of rows (assets, rows, sensors): both (assets, sensors)."""
    ordered = np.sort(np.ascontiguousarray(x.transpose(0, 2, 1)), axis=2)
    centre = _quantile(ordered, 0.5)
    ordered -= centre[..., None]
    quartiles = (_quantile(ordered, 0.75) - _quantile(ordered, 0.25)) / 1.349
    plain = ordered.std(axis=2)
    spread = np.where(quartiles > 0.2 * plain, quartiles, plain)
    return centre, np.where(spread > 0, spread, 1.0)


def _lagged(scaled: Floats, lags: int) -> Floats:
    """Each row that has `lags` rows before it, followed by them, newest first: (assets, rows - lags, numbers)."""
    rows = scaled.shape[1]
    return np.concatenate([scaled[:, lags - back : rows - back] for back in range(lags + 1)], axis=2)


def _covariance(v: Floats) -> tuple[Floats, Floats, Floats]:
    """(mean, covariance, shrinkage) of each asset's rows v (assets, rows, p), as `Moments` has them."""
    rows, size = v.shape[1:]
    mean = v.mean(axis=1)
    sample = np.matmul(v.transpose(0, 2, 1), v) / rows - mean[:, :, None] * mean[:, None, :]
    squares = np.einsum("aij,aij->a", sample, sample)
    level = np.trace(sample, axis1=1, axis2=2) / size
    apart = squares / size - level**2
    lengths = np.einsum("aij,aij->ai", v, v)
    noise = (np.einsum("ai,ai->a", lengths, lengths) / rows - squares) / size / rows
    share = np.divide(noise, apart, out=np.ones_like(noise), where=apart > 0)
    shrinkage = np.clip(share, LEAST_SHRINKAGE, 1.0)
    covariance = (1.0 - shrinkage)[:, None, None] * sample
    covariance[:, np.arange(size), np.arange(size)] += (shrinkage * level)[:, None]
    return mean, covariance, shrinkage


def _residuals(covariance: Floats, mean: Floats, sensors: int) -> tuple[Floats, Floats]:
    """(matrix, bias) of each asset as `Residuals` has them: (assets, p, sensors) and (assets, sensors)."""
    precision = np.linalg.inv(covariance)
    diagonal = np.diagonal(precision, axis1=1, axis2=2)[:, None, :sensors]
    matrix = precision[:, :, :sensors] / np.sqrt(diagonal)
    return matrix, -np.matmul(mean[:, None], matrix)[:, 0]


def _limit(v: Floats, matrix: Floats, bias: Floats, quantile: float) -> Floats:
    """The size of residual that so few of the rows v (assets, rows, p) reach, (assets,)."""
    return _quantile(np.sort(_size(np.matmul(v, matrix) + bias[:, None]), axis=1), quantile)


def _size(residuals: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", residuals, residuals) / residuals.shape[-1]))


def _quantile(ordered: Floats, quantile: float) -> Floats:
    """A quantile along the last, sorted axis, linear between neighbours."""
    place = quantile * (ordered.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[-1] - 1)
    low = ordered[..., below]
    return np.asarray(low + (place - below) * (ordered[..., above] - low))
