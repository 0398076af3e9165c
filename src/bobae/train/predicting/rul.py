"""How long is left: the life left at each row of machines that were followed until they failed."""

from collections.abc import Mapping

import numpy as np

from bobae.core import BadInput, Bools, Dataset, Floats, HeldOut, Ints, NotEnoughEvidence, Role, Target, Text, text
from bobae.evidence.folding import whole_machines
from bobae.evidence.intervals import Figure
from bobae.evidence.skill import Witnesses
from bobae.frames import each_group_once, last_rows
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
from bobae.train.rows import NS, Rows

LEFT = "life left"
_COUNTER = "counts 1, 2, 3 ... within each {group}"
_HOUR_S = 3600.0


class Rul:
    """Without a target the last row of each machine is its end; a column may mark those that still live."""

    def pose(self, rows: Rows, asked: Asked) -> Posed:
        """See `Question`."""
        groups = rows.stream
        if len(np.unique(groups)) < 2:
            raise BadInput(
                "which machine does each row belong to? Name the column with --asset-col: how long is left is learned "
                "from machines that were followed until they failed"
            )
        alive = _marked(rows.data, asked.censored)
        data, counter = _with_counter(rows.data)
        if asked.censored is not None:  # known of the past alone: whoever asks the model asks of the living
            data = data.with_role(asked.censored, Role.IGNORED)
        told = rows.data.names(Role.TARGET)
        if told:
            name = numeric_target(rows.data, text("the life left is a number"))
            left, unit = rows.data.values(name).astype(np.float64), rows.data.column(name).unit
            data = with_target(data, name)
        else:
            clock, unit = _clock(rows, counter)
            left, name = _until_last(clock, groups), LEFT
            left = np.where(_whole_group(alive, groups), np.nan, left)
            data = with_target(data, name, left, unit=unit)
        failed = len(np.unique(groups[np.isfinite(left)]))
        if failed < 3:
            raise NotEnoughEvidence("only {n} machines are known to have failed; at least 3 are needed", n=failed)
        # machines are tried as wholes, whatever clocks they share: what is asked is how another machine will end
        folding = whole_machines(groups, np.isfinite(left))
        horizon = _horizon(asked, unit)
        target = Target(name=name, unit=unit, horizon=horizon)
        settings = {} if horizon is None else {"horizon": horizon}
        return Posed(
            rows,
            data,
            target,
            left,
            np.ones(len(left), dtype=np.bool_),
            folding,
            settings,
            self._warnings(counter, failed),
        )

    def rules(self, posed: Posed, held: HeldOut) -> list[Said]:
        """The mean life less the age, and the middle of what machines had left."""
        left, groups, reach = posed.truth, posed.rows.stream, self._reach(held)
        age = _first(left, groups) - left
        weight = each_group_once(groups)

        def middle(fit: Bools, prove: Bools) -> Floats:
            return np.full(prove.sum(), np.average(np.minimum(left[fit], reach), weights=weight[fit]))

        def mean_life(fit: Bools, prove: Bools) -> Floats:
            lives = [left[fit & (groups == name)].max() for name in np.unique(groups[fit])]
            return np.asarray(np.clip(np.mean(lives) - age[prove], 0.0, reach))

        return [
            Said("mean_life", text("the mean life less the age"), {"prediction": by_fold(posed, mean_life)}),
            Said("middle", text("always the same number"), {"prediction": by_fold(posed, middle)}),
        ]

    def losses(self, said: Said, posed: Posed, held: HeldOut) -> Floats:
        """Squared errors of the rows whose end is near enough to be told."""
        truth = self._told(posed, held)
        return np.asarray(
            np.square(said.answers["prediction"] - truth) * each_group_once(posed.rows.stream, np.isfinite(truth))
        )

    def figures(self, said: Said, posed: Posed, held: HeldOut, witnesses: Witnesses) -> dict[str, Figure]:
        """See `Question`; every machine counts the same."""
        truth, groups = self._told(posed, held), posed.rows.stream
        weight = each_group_once(groups, np.isfinite(truth))
        even = Witnesses(witnesses.groups, witnesses.weight * weight, witnesses.in_time, witnesses.seed)
        figures = number_figures(said, truth, weight, groups, even)
        late = np.where(np.isfinite(truth), said.answers["prediction"] - truth > 0.1 * self._reach(held), np.nan)
        figures["too_late"] = even.mean(late)
        return figures

    def titles(self, posed: Posed) -> Mapping[str, Text]:  # noqa: ARG002
        """See `Question`."""
        return {**NUMBER_TITLES, "too_late": text("share told more than a tenth too long")}

    def _reach(self, held: HeldOut) -> float:
        """The most that the model tells: ends farther away count for nothing."""
        return float(np.max(held.answers["prediction"][held.fold >= 0]))

    def _told(self, posed: Posed, held: HeldOut) -> Floats:
        near = (posed.truth < self._reach(held)) & (held.fold >= 0)
        return np.where(near, posed.truth, np.nan)

    def _warnings(self, counter: str | None, failed: int) -> tuple[Text, ...]:
        found = []
        if counter is None:
            found.append(
                text(
                    "How old a machine is was counted from its first row: begin a new run of rows whenever a machine "
                    "or a part is renewed, or give the hours since then as a column."
                )
            )
        if failed < 10:
            found.append(text("Only {n} machines are known to have failed; ten or more tell much more.", n=failed))
        return tuple(found)


def _horizon(asked: Asked, unit: str | None) -> float | None:
    """Within how much life left the end is near, in the unit of the life left."""
    if asked.horizon_s is None:
        return asked.horizon
    if unit != "h":
        raise BadInput(
            "life is counted in {unit} here, so --horizon is a number of these, not a time", unit=unit or text("rows")
        )
    return asked.horizon_s / _HOUR_S


def _marked(data: Dataset, column: str | None) -> Bools:
    if column is None:
        return np.zeros(len(data), dtype=np.bool_)
    values = data.values(column)
    if values.dtype == object:
        return np.array([str(value).strip().lower() in ("1", "true", "yes", "alive") for value in values])
    return np.asarray(values == 1)


def _whole_group(marks: Bools, groups: Ints) -> Bools:
    return np.isin(groups, np.unique(groups[marks]))


def _with_counter(data: Dataset) -> tuple[Dataset, str | None]:
    """A column that counts a machine's rows tells its age: it becomes an input."""
    for column in data.columns:
        if column.reason is not None and column.reason.template == _COUNTER:
            return data.with_role(column.name, Role.FEATURE, text("tells how old the machine is")), column.name
    return data, None


def _clock(rows: Rows, counter: str | None) -> tuple[Floats, str | None]:
    """What life is counted by, and its unit: the counter, hours, or rows."""
    if counter is not None:
        return rows.data.values(counter).astype(np.float64), rows.data.column(counter).unit
    if rows.has_time:
        return rows.time_ns / (NS * _HOUR_S), "h"
    return np.arange(len(rows), dtype=np.float64), None


def _until_last(clock: Floats, groups: Ints) -> Floats:
    """From each row to the last of its machine; rows of a machine together."""
    last = np.flatnonzero(last_rows(groups))
    return np.asarray(clock[last][np.searchsorted(last, np.arange(len(groups)))] - clock)


def _first(values: Floats, groups: Ints) -> Floats:
    """The value at the first row of each row's machine."""
    first = np.flatnonzero(np.concatenate([[True], np.diff(groups) != 0]))
    return np.asarray(values[first][np.searchsorted(first, np.arange(len(groups)), side="right") - 1])
