"""A quality value told between two measurements."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bobae.core import Bools, Floats, HeldOut, Ints, Role, Target, Text, text
from bobae.evidence.folding import plan_folds
from bobae.evidence.intervals import Figure
from bobae.evidence.skill import Witnesses
from bobae.frames import are_runs, last_rows
from bobae.train.predicting.late import in_the_way, last_known, late_of, lateness
from bobae.train.predicting.levels import levels_of
from bobae.train.predicting.posed import (
    NUMBER_TITLES,
    Asked,
    Posed,
    Said,
    by_fold,
    number_figures,
    numeric_target,
    with_target,
)
from bobae.train.rows import Rows

_MEMORY_ROWS = 10
_FEWEST = 10


class SoftSensor:
    """The target is measured now and then; where each run has one value, the run is the example."""

    def pose(self, rows: Rows, asked: Asked) -> Posed:
        """See `Question`."""
        name = numeric_target(rows.data, text("a soft sensor tells a measured value"))
        y = rows.data.values(name).astype(np.float64)
        counted = last_rows(rows.stream) if are_runs(y, rows.stream) else np.ones(len(y), dtype=np.bool_)
        late = lateness(rows, asked)
        unknown = 0 if late is None else late.rows  # of what a model may have learned when it is put to work
        folding = plan_folds(
            rows.time_ns if rows.has_time else None,
            rows.assets,
            rows.lots,
            x=rows.data.matrix(rows.data.names(Role.FEATURE)),
            y=y,
            levels=levels_of(rows.data, name),
            gap_rows=max(min(_MEMORY_ROWS, len(rows) // 50), min(unknown, len(rows) // 10)),
            seed=asked.seed,
        )
        settings: dict[str, Any] = {}
        warnings: tuple[Text, ...] = ()
        if late is not None:
            why = None if asked.late else in_the_way(late, rows, folding.kind)
            settings = {} if why else {"late_rows": late.rows, "late_s": late.least_s}
            warnings = (why,) if why else ()
        column = rows.data.column(name)
        return Posed(
            rows,
            with_target(rows.data, name),
            Target(name=name, unit=column.unit),
            np.where(counted, y, np.nan),
            counted,
            folding,
            settings,
            warnings,
        )

    def rules(self, posed: Posed, held: HeldOut) -> list[Said]:  # noqa: ARG002
        """The mean, the last measured value where rows follow on each other, and a line through the best signal."""
        y, names = posed.truth, posed.data.names(Role.FEATURE)
        x = posed.data.matrix(names)

        def mean(fit: Bools, prove: Bools) -> Floats:
            return np.full(prove.sum(), y[fit].mean())

        def one_signal(fit: Bools, prove: Bools) -> Floats:
            return _line(x[fit], y[fit], x[prove])

        found = [
            Said("mean", text("always the mean"), {"prediction": by_fold(posed, mean)}),
            Said(
                "one_signal",
                text("a straight line through the one best signal"),
                {"prediction": by_fold(posed, one_signal)},
            ),
        ]
        if (late := late_of(posed)) is not None:
            told = {"prediction": last_known(posed, late)}
            found.append(Said("last_measured", text("the last measured value known by then"), told))
        elif posed.folding.kind in ("time", "block", "lot"):
            time = posed.rows.time_ns if posed.rows.has_time else np.arange(len(y))
            last = _last_measured(y, time, posed.rows.assets)
            found.append(Said("last_measured", text("the last measured value"), {"prediction": last}))
        return found

    def losses(self, said: Said, posed: Posed, held: HeldOut) -> Floats:
        """Squared errors."""
        return np.asarray(np.where(held.tried, np.square(said.answers["prediction"] - posed.truth), np.nan))

    def figures(self, said: Said, posed: Posed, held: HeldOut, witnesses: Witnesses) -> dict[str, Figure]:
        """See `Question`."""
        truth = np.where(held.tried, posed.truth, np.nan)
        return number_figures(said, truth, witnesses.weight, posed.folding.groups, witnesses)

    def titles(self, posed: Posed) -> Mapping[str, Text]:  # noqa: ARG002
        """See `Question`."""
        return NUMBER_TITLES


def _line(x: Floats, y: Floats, new: Floats) -> Floats:
    """A straight line through the signal that moves most with the result; its middle stands in for what is missing."""
    best, told = 0.0, np.full(len(new), y.mean())
    for column, there in zip(x.T, new.T, strict=True):
        seen = np.isfinite(column)
        if seen.sum() < _FEWEST or np.ptp(column[seen]) == 0:
            continue
        a, b = column[seen], y[seen]
        like = float(np.corrcoef(a, b)[0, 1]) ** 2 if np.ptp(b) > 0 else 0.0
        if like > best:
            slope = float(np.cov(a, b)[0, 1] / a.var(ddof=1))
            best, told = like, b.mean() + slope * (np.where(np.isfinite(there), there, a.mean()) - a.mean())
    return told


def _last_measured(y: Floats, time: Ints, assets: Ints) -> Floats:
    """The value measured of the same machine before each row (rows,), in time; NaN where there was none."""
    order = np.lexsort((np.arange(len(y)), time, assets))
    known = np.where(np.isfinite(y[order]), np.arange(len(y)), -1)
    before = np.concatenate([[-1], np.maximum.accumulate(known)[:-1]])
    same = (before >= 0) & (assets[order][before] == assets[order])
    out = np.full(len(y), np.nan)
    out[order] = np.where(same, y[order][before], np.nan)
    return out
