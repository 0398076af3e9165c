"""The learner: normal running in, a detector of what is not normal out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from bobae.core import Contract, Dataset, Floats, Input, NotEnoughEvidence, Role, Task
from bobae.frames import sampling_s
from bobae.graph import DriftingLimit, Episode, Lags
from bobae.learners.anomaly.calibration import calibrated, drift_rate
from bobae.learners.anomaly.detector import AnomalyDetector
from bobae.learners.anomaly.operation import learned
from bobae.learners.anomaly.regimes import settling
from bobae.learners.anomaly.residuals import cross_fitted
from bobae.learners.anomaly.surprise import Memories, Rates, Surprise
from bobae.learners.anomaly.trace import Trace
from bobae.learners.making.rows import arranged, groups_of, times_of

LONGEST_GAP_ROWS = 10
FEWEST_JUDGED = 20


@dataclass(frozen=True)
class AnomalyLearner:
    """Multivariate anomaly detection that needs no fault to learn from and no guess of how many there are.

    Robust scaling by operating regime, lagged rows, errors of each sensor's ridge regression on all others and on the
    moments before (from one Ledoit-Wolf covariance), exponential averages of short and long memory, calibrated
    surprise, a limit set from an alarm budget that follows slow drift.

    Attributes:
        most_lags: past rows joined to each row, at the most; fewer where rows are few or sensors many.
        rows_per_number: rows of history wanted for each number of a lagged row.
        most_numbers: of a lagged row.
        moving_rates: memories of the size of surprise.
        standing_rates: memories of levels that do not fit; the slowest needs a long history.
        most: of a residual, in spreads, that is remembered.
        folds: stretches of time, each judged by a fit that had not seen it.
        clip: farthest a scaled sensor may go.
        open_after, close_after: rows in a row over, or under, the limit that open, or close, an alarm.
        budget_per_week: false alarms allowed until `calibrate` says otherwise.

    Example:
        >>> AnomalyLearner(most_lags=3).settings()["most_lags"]
        3
    """

    name: ClassVar[str] = "anomaly"
    task: ClassVar[Task] = "anomaly"

    most_lags: int = 10
    rows_per_number: int = 3
    most_numbers: int = 600
    moving_rates: tuple[float, ...] = (0.2, 0.1, 0.05, 0.025)
    standing_rates: tuple[float, ...] = (0.05, 0.025)
    most: float = 8.0
    folds: int = 5
    clip: float = 50.0
    open_after: int = 5
    close_after: int = 5
    budget_per_week: float = 1.0

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    def fit(self, data: Dataset, *, seed: int, budget_s: float | None = None) -> AnomalyDetector:  # noqa: ARG002
        """Learn what is normal from every row of `data`; nothing here is left to chance, so `seed` changes nothing.

        Raises:
            NotEnoughEvidence: no sensor that moves, or too few rows for the sensors there are.
        """
        step = sampling_s(times_of(data), groups_of(data)) if data.time_ns() is not None else None
        longest = None if step is None else LONGEST_GAP_ROWS * step
        names = self._sensors(data)
        plain = Contract(inputs=tuple(Input(name=name) for name in names), outputs=(), max_gap_s=longest)
        order, x, gap = arranged(data, plain)
        operation, told, inputs = learned(data.rows(order), x, gap, clip=self.clip)
        scaled, fresh, since = operation.run(inputs, gap)
        lags = Lags(self._lags(int((since > 0).sum()), len(names)), len(names))
        use = (since > lags.lags).astype(np.float64)
        residuals, moving, standing = cross_fitted(scaled, fresh, lags, use=use, folds=self.folds)
        size = np.sqrt(np.square(moving).mean(axis=1))
        settled = settling(size, since, least=max(lags.lags, 5))
        judged = (since > settled).astype(np.float64)
        if judged.sum() < FEWEST_JUDGED:
            raise NotEnoughEvidence("the machine never runs for more than {rows} rows on end", rows=settled)
        rates = Rates(self.moving_rates, self.standing_rates)
        memories = Memories.learned(moving, standing, judged, gap, rates=rates, most=self.most)
        statistics, _ = memories.run(moving, standing, judged, gap)
        surprise = Surprise.of(statistics[judged > 0])
        own = Trace(surprise.run(statistics), statistics, judged, gap)
        found = calibrated(
            own,
            own,
            sampling_s=step,
            budget_per_week=self.budget_per_week,
            limit=self._limit(own, step),
            highest=float(np.median(surprise.run(memories.one_sensor_off()))),
        )
        return AnomalyDetector(
            inputs=(*_seen(names, data, x), *told),
            sensors=len(names),
            sampling_s=step,
            max_gap_s=longest,
            operation=operation,
            lags=lags,
            residuals=residuals,
            memories=memories,
            surprise=surprise,
            limit=found.limit,
            settling=settled,
            own=own,
            calibration=found,
        )

    def _sensors(self, data: Dataset) -> tuple[str, ...]:
        """The features that move, in the order of their names."""
        names = tuple(sorted(name for name in data.names(Role.FEATURE) if _moves(data.values(name))))
        fewest = max(50, 3 * len(names))
        if not names or len(data) < fewest:
            raise NotEnoughEvidence(
                "{rows} rows of {sensors} sensors that move are too little to learn normal running from; at least "
                "{fewest} rows are needed",
                rows=len(data),
                sensors=len(names),
                fewest=fewest,
            )
        return names

    def _lags(self, rows: int, sensors: int) -> int:
        affordable = min(rows // (self.rows_per_number * sensors), self.most_numbers // sensors) - 1
        return max(0, min(self.most_lags, affordable))

    def _limit(self, own: Trace, step: float | None) -> DriftingLimit:
        """Where a limit starts from before anything was held out; base and level are still to be set."""
        rate = drift_rate(own.surprise[own.judged > 0], sampling_s=step)
        return DriftingLimit(base=1.0, level=1.0, rate=rate, episode=Episode(self.open_after, self.close_after))


def _moves(values: Floats) -> bool:
    seen = values[np.isfinite(values)]
    return len(seen) > 0.5 * len(values) and float(np.ptp(seen)) > 0.0


def _seen(names: tuple[str, ...], data: Dataset, x: Floats) -> tuple[Input, ...]:
    """The inputs with their units and the range seen."""
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    return tuple(
        Input(name=name, unit=data.column(name).unit, low=float(a), high=float(b))
        for name, a, b in zip(names, low, high, strict=True)
    )
