"""How a value will go over the next hours or days: energy drawn, demand, the load of a tool."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from bobae.core import Dataset, Floats, Fold, HeldOut, Input, Ints, NotEnoughEvidence, Role, Task
from bobae.core.model import Calendar
from bobae.frames import USUAL_AHEAD_S, later, rows_ahead, sampling_s
from bobae.graph import Ewma, FillLast
from bobae.learners.forecast.ahead import Ahead
from bobae.learners.forecast.forecaster import Forecaster
from bobae.learners.forecast.free import days_off
from bobae.learners.forecast.same import SameAs
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.columns import category_sizes, inputs_of, middles, targets_of
from bobae.learners.making.crossed import crossed
from bobae.learners.making.heads import Examples, Learns, Owner
from bobae.learners.making.linear import Ridge
from bobae.learners.making.rows import groups_of, readings, times_of

_NS = 1_000_000_000
_DAY_S = 86_400.0
_FEWEST_DAYS = 3.0
_SEASONS = 3  # a day or a week must have passed so often to be looked back at


@dataclass(frozen=True)
class ForecastLearner:
    """Boosted trees and a ridge for each horizon, beside the same time yesterday or last week where nothing is nearer.

    Attributes:
        steps: rows ahead, one for each horizon; None: the next row, an hour, six hours and a day.
        timezone: whose clock the days and weeks follow, IANA name.
        country: whose public holidays are free days, ISO 3166; '' for none; None: by the zone.
        candidates: of 'same' (the last value, the same time yesterday or last week), 'ridge' and 'trees', those to try.
        trees, leaves, rate: of the boosted trees.
        confidence: share of values that an interval is to hold.
    """

    name: ClassVar[str] = "forecast"
    task: ClassVar[Task] = "forecast"

    steps: tuple[int, ...] | None = None
    timezone: str = "UTC"
    country: str | None = None
    candidates: tuple[str, ...] = ("same", "ridge", "trees")
    trees: int = 200
    leaves: int = 31
    rate: float = 0.05
    confidence: float = 0.9

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    def fit(self, data: Dataset, *, folds: Sequence[Fold], seed: int, budget_s: float | None = None) -> Forecaster:
        """See `Predictor`.

        Raises:
            NotEnoughEvidence: no clock, or less than three days of rows.
        """
        time, groups = times_of(data), groups_of(data)
        step_s = None if data.time_ns() is None else sampling_s(time, groups)
        days = 0.0 if step_s is None else len(data) * step_s / _DAY_S
        if step_s is None or days < _FEWEST_DAYS:
            raise NotEnoughEvidence(
                "{days} days of rows with a time are too little to learn from; at least {fewest} are needed",
                days=f"{days:.1f}",
                fewest=int(_FEWEST_DAYS),
            )
        steps = self.steps or rows_ahead(USUAL_AHEAD_S, step_s)
        inputs = self._inputs(data, time, horizon_s=max(steps) * step_s)
        read = readings(data, inputs)
        ahead = self._ahead(read.x, inputs, steps, step_s, days)
        truth = later(targets_of(data), time, groups, steps, step_s)
        witnesses = np.unique(time // int(_DAY_S * _NS), return_inverse=True)[1].astype(np.int64)
        owner = Owner(ahead.owner, len(inputs))
        kinds = self._kinds(ahead, owner.sizes(category_sizes(inputs)))
        share = None if budget_s is None else budget_s / len(steps)
        found = [
            crossed(
                Examples(columns, truth[:, number], witnesses, np.ones(len(data)), owner),
                kinds,
                folds,
                seed=seed,
                confidence=self.confidence,
                absolute=True,
                budget_s=share,
            )
            for number, columns in enumerate(ahead.run(read.x, read.gap))
        ]
        return Forecaster(
            inputs=inputs,
            ahead=ahead,
            heads=tuple(one.heads for one in found),
            bands=tuple(one.bands for one in found),
            sampling_s=step_s,
            max_gap_s=read.max_gap_s,
            held_out=_side_by_side([one.held_out for one in found], truth, [step * step_s for step in steps]),
        )

    def _kinds(self, ahead: Ahead, sizes: tuple[int, ...]) -> dict[str, Learns]:
        kinds: dict[str, Learns] = {}
        if "same" in self.candidates:
            kinds |= {name: SameAs(place) for name, place in ahead.naive().items()}
        if "ridge" in self.candidates:
            kinds["ridge"] = Ridge(sizes)
        if "trees" in self.candidates:
            kinds["trees"] = Boosting(
                "regression_l1", self.trees, self.leaves, self.rate, least_rows=40, columns=0.6, bins=255
            )
        return kinds

    def _inputs(self, data: Dataset, time: Ints, *, horizon_s: float) -> tuple[Input, ...]:
        name = data.name_of(Role.TARGET)
        assert name is not None
        column = data.column(name)
        off = days_off(time, self.timezone, self.country)
        own = Input(name=name, unit=column.unit)
        minute = Input(name="minute of the week", calendar=Calendar(says="minute_of_week", timezone=self.timezone))
        days = [
            Input(
                name=f"day off in {ahead} d",
                calendar=Calendar(says="day_off", timezone=self.timezone, days_ahead=ahead, days_off=off),
            )
            for ahead in range(int(horizon_s // _DAY_S) + 2)
        ]
        others = inputs_of(data) if data.names(Role.FEATURE) or data.names(Role.CONTEXT) else ()
        return (own, minute, *days, *(one for one in others if one.name != name))

    def _ahead(self, x: Floats, inputs: tuple[Input, ...], steps: tuple[int, ...], step_s: float, days: float) -> Ahead:
        day = round(_DAY_S / step_s)
        seasons = tuple(n * day for n in (1, 7) if day >= 4 and days >= _SEASONS * n)
        free = sum(one.calendar is not None for one in inputs) - 1
        averages = Ewma((0.3, 0.05) if day < 4 else (0.3, 2.0 / (day + 1)))
        return Ahead(
            FillLast(middles(x, category_sizes(inputs))), steps, step_s / 60.0, (0, 1, 2, 3), seasons, averages, free
        )


def _side_by_side(each: Sequence[HeldOut], truth: Floats, ahead_s: Sequence[float]) -> HeldOut:
    """What was said for each horizon, as of one model for all of them."""
    told = {name: np.stack([one.answers[name] for one in each], axis=1) for name in ("prediction", "low", "high")}
    told["contribution"] = np.mean([one.answers["contribution"] for one in each], axis=0)
    said = {
        f"{name} {seconds:g} s": loss
        for seconds, one in zip(ahead_s, each, strict=True)
        for name, loss in one.said.items()
    }
    return HeldOut(each[0].fold, truth, told, said)
