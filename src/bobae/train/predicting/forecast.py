"""How a value goes on: what it will be some rows ahead."""

from collections.abc import Mapping

import numpy as np

from bobae.core import BadInput, Dataset, Floats, HeldOut, NotEnoughEvidence, Role, Target, Text, text
from bobae.evidence.folding import plan_folds
from bobae.evidence.intervals import Figure
from bobae.evidence.skill import Witnesses
from bobae.frames import USUAL_AHEAD_S, later, rows_ahead
from bobae.page import duration
from bobae.train.predicting.posed import NUMBER_TITLES, Asked, Posed, Said, numeric_target, with_target
from bobae.train.rows import Rows

_DAY_S = 86_400.0


class Forecast:
    """The target is the value itself; what it will be is read off later rows."""

    def pose(self, rows: Rows, asked: Asked) -> Posed:
        """See `Question`."""
        name = self._value(rows.data)
        if not rows.has_time:
            raise NotEnoughEvidence(
                "there is no time column: nothing can be foretold without knowing when each row was"
            )
        if asked.horizon is not None:
            raise BadInput("how far ahead is a time, such as --horizon 4h; {n} says no unit", n=f"{asked.horizon:g}")
        step = rows.sampling_s
        ahead = asked.ahead_s or (USUAL_AHEAD_S if asked.horizon_s is None else (0.0, asked.horizon_s))
        steps = rows_ahead(ahead, step)
        y = rows.data.values(name).astype(np.float64)
        folding = plan_folds(
            rows.time_ns,
            np.zeros(len(rows), dtype=np.int64),
            None,
            x=y[:, None],
            y=y,
            gap_rows=max(steps) * len(np.unique(rows.stream)),
            seed=asked.seed,
        )
        column = rows.data.column(name)
        target = Target(name=name, unit=column.unit, ahead_s=tuple(n * step for n in steps))
        settings = {"steps": steps, "timezone": asked.timezone}
        truth = later(y, rows.time_ns, rows.stream, steps, step)
        return Posed(
            rows, with_target(rows.data, name), target, truth, np.ones(len(y), dtype=np.bool_), folding, settings
        )

    def _value(self, data: Dataset) -> str:
        """The target; without one the only measured column."""
        measured = data.names(Role.FEATURE)
        if not data.names(Role.TARGET) and len(measured) == 1:
            return measured[0]
        return numeric_target(data, text("a forecast goes on with a measured value"))

    def rules(self, posed: Posed, held: HeldOut) -> list[Said]:  # noqa: ARG002
        """The last value, and that of the same time yesterday or a week ago as far as it can be known."""
        y, rows = posed.data.values(posed.target.name).astype(np.float64), posed.rows
        step = rows.sampling_s
        found = [
            Said(
                "last_value",
                text("the last value"),
                {"prediction": np.repeat(y[:, None], posed.truth.shape[1], axis=1)},
            )
        ]
        for name, title, days in (
            ("same_time_yesterday", text("the same time yesterday"), 1),
            ("same_time_last_week", text("the same time a week ago"), 7),
        ):
            season = round(days * _DAY_S / step)
            if season >= 4 and len(y) > 3 * season:
                back = [
                    -(-round(ahead / step) // season) * season - round(ahead / step) for ahead in posed.target.ahead_s
                ]
                told = np.stack([_earlier(y, rows, n) for n in back], axis=1)
                found.append(Said(name, title, {"prediction": told}))
        return found

    def losses(self, said: Said, posed: Posed, held: HeldOut) -> Floats:
        """Absolute errors over what the last value misses by at that horizon, in the mean of the horizons."""
        missed = self._missed(said, posed, held)
        y = posed.data.values(posed.target.name)
        naive = np.nanmean(np.abs(posed.truth - y[:, None]), axis=0)
        return _row_means(missed / np.where(naive > 0, naive, 1.0))

    def figures(self, said: Said, posed: Posed, held: HeldOut, witnesses: Witnesses) -> dict[str, Figure]:
        """See `Question`; 'mase' is the loss, then the mean error of each horizon in the value's unit."""
        missed = self._missed(said, posed, held)
        figures = {"mase": witnesses.mean(self.losses(said, posed, held)), "mae": witnesses.mean(_row_means(missed))}
        figures |= {f"mae_{i + 1}": witnesses.mean(missed[:, i]) for i in range(missed.shape[1])}
        if "low" in said.answers:
            inside = (posed.truth >= said.answers["low"]) & (posed.truth <= said.answers["high"])
            figures["coverage"] = witnesses.mean(_row_means(np.where(np.isfinite(missed), inside, np.nan)))
            wide = said.answers["high"] - said.answers["low"]
            figures["width"] = witnesses.mean(_row_means(np.where(np.isfinite(missed), wide, np.nan)))
        return figures

    def titles(self, posed: Posed) -> Mapping[str, Text]:
        """See `Question`."""
        ahead = {
            f"mae_{i + 1}": text("mean error, {time} ahead", time=duration(seconds))
            for i, seconds in enumerate(posed.target.ahead_s)
        }
        return {"mase": text("mean error over that of the last value"), **NUMBER_TITLES, **ahead}

    def _missed(self, said: Said, posed: Posed, held: HeldOut) -> Floats:
        missed = np.abs(said.answers["prediction"] - posed.truth)
        return np.where(held.tried[:, None], missed, np.nan)


def _earlier(y: Floats, rows: Rows, steps: int) -> Floats:
    """The value so many rows before (rows,); the row's own where there is none."""
    out = y.copy()
    if steps:
        same = rows.stream[steps:] == rows.stream[:-steps]
        out[steps:] = np.where(same, y[:-steps], y[steps:])
    return out


def _row_means(values: Floats) -> Floats:
    """Of each row over what is known (rows,); NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    whole = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, whole / np.maximum(count, 1), np.nan)
