"""A question posed to rows: what is foretold, how it is tried, what it must beat, which figures tell how good it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from bobae.core import BadInput, Bools, Column, Dataset, Floats, HeldOut, Ints, Kind, Role, Target, Text, text
from bobae.core.model import Late
from bobae.evidence.conformal import covered
from bobae.evidence.folding import Folding
from bobae.evidence.intervals import Figure
from bobae.evidence.skill import Witnesses
from bobae.train.rows import Rows


@dataclass(frozen=True)
class Asked:
    """What a user may say beyond the columns.

    Attributes:
        censored: a column that marks machines which still live; their last row is no failure.
        horizon: a number, in the unit of the life left, for 'rul'.
        horizon_s: a time in seconds, for 'forecast', and for 'rul' where life is counted in hours.
        ahead_s: for 'forecast' all horizons, instead.
        lab_delay: for 'soft-sensor', how late laboratory values come, in rows that have no time.
        lab_delay_s: the same in seconds.
        late: the same as a sealed model has it.
        timezone: whose days and weeks a forecast follows, IANA name.
        costs: of a bad part passed ('missed') and of a good one rejected ('false'), for two kinds of result.
        seed: of what is drawn by lot.
    """

    censored: str | None = None
    horizon: float | None = None
    horizon_s: float | None = None
    ahead_s: tuple[float, ...] | None = None
    lab_delay: float | None = None
    lab_delay_s: float | None = None
    late: Late | None = None
    timezone: str = "UTC"
    costs: tuple[float, float] | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Posed:
    """Rows made ready for a learner.

    Attributes:
        rows: in order.
        data: the same with the column to be foretold as the only target.
        target: what is foretold.
        truth: as `HeldOut.truth`: (rows,) or (rows, horizons).
        counted: rows that are examples: all, or the last of each run (rows,).
        folding: how it is tried.
        settings: what the learner is told.
        warnings: what a person must know.
    """

    rows: Rows
    data: Dataset
    target: Target
    truth: Floats
    counted: Bools
    folding: Folding
    settings: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Text, ...] = ()

    @property
    def known(self) -> Bools:
        """Examples whose truth is known (rows,)."""
        there = np.isfinite(self.truth.reshape(len(self.counted), -1)).any(axis=1)
        return self.counted & there


@dataclass(frozen=True, eq=False)
class Said:
    """What a model or a simple rule said of the rows.

    Attributes:
        name: 'model', or of the rule.
        title: the same for a person.
        answers: as `HeldOut.answers`; 'prediction', or 'chances' for kinds.
    """

    name: str
    title: Text
    answers: Mapping[str, Floats]


class Question(Protocol):
    """One task: how it is posed, ruled against and told."""

    def pose(self, rows: Rows, asked: Asked) -> Posed:
        """Make the rows ready.

        Raises:
            BadInput: the rows do not hold what the question asks of.
            NotEnoughEvidence: too few of them.
        """
        ...

    def rules(self, posed: Posed, held: HeldOut) -> list[Said]:
        """Simple rules, each learned on the folds' rows to learn from."""
        ...

    def losses(self, said: Said, posed: Posed, held: HeldOut) -> Floats:
        """What is weighed for the verdict (rows,); NaN for rows that do not count."""
        ...

    def figures(self, said: Said, posed: Posed, held: HeldOut, witnesses: Witnesses) -> dict[str, Figure]:
        """Figures by name; the first is the main one, and the smaller it is, the better."""
        ...

    def titles(self, posed: Posed) -> Mapping[str, Text]:
        """What the figures are, in words."""
        ...


def with_target(data: Dataset, name: str, values: Floats | None = None, *, unit: str | None = None) -> Dataset:
    """The rows with one target: a column that is there, or these values (rows,) as a new column."""
    others = tuple(replace(c, role=Role.IGNORED) if c.role is Role.TARGET else c for c in data.columns)
    if values is None:
        return replace(data, columns=others).with_role(name, Role.TARGET)
    table = data.table.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return replace(data, table=table, columns=(*others, Column(name, Kind.NUMBER, Role.TARGET, unit)))


def numeric_target(data: Dataset, task: Text) -> str:
    """The name of the one measured target.

    Raises:
        BadInput: there is none, or it holds words.
    """
    names = data.names(Role.TARGET)
    if len(names) != 1:
        raise BadInput(
            "which column is to be foretold? Name it with --target (found: {found}); {task}",
            found=", ".join(names) or "-",
            task=task,
        )
    if data.column(names[0]).kind not in (Kind.NUMBER, Kind.FLAG):
        raise BadInput("the column {name} does not hold numbers; {task}", name=names[0], task=task)
    return names[0]


def by_fold(posed: Posed, learn: Callable[[Bools, Bools], Floats]) -> Floats:
    """What a rule says of every tried row: learn(rows to learn from, rows tried), masks -> answers of the latter.

    A fold with nothing known to learn from is left out.
    """
    out: Floats | None = None
    for fit, prove in posed.folding.folds:
        if not (fit & posed.known).any():
            continue
        answers = np.asarray(learn(fit & posed.known, prove), dtype=np.float64)
        if out is None:
            out = np.full((len(posed.counted), *answers.shape[1:]), np.nan)
        out[prove] = answers
    assert out is not None
    return out


def number_figures(said: Said, truth: Floats, weight: Floats, groups: Ints, witnesses: Witnesses) -> dict[str, Figure]:
    """Of numbers foretold: rmse, mae, bias, share explained, and of their intervals coverage and width.

    Args:
        said: with 'prediction' and perhaps 'low' and 'high' (rows,).
        truth: (rows,), NaN for rows that do not count.
        weight: (rows,).
        groups: (rows,).
        witnesses: the same rows.
    """
    missed = said.answers["prediction"] - truth
    counted = np.isfinite(missed)
    middle = float(np.average(truth[counted], weights=weight[counted])) if counted.any() else np.nan
    figures = {
        "rmse": witnesses.mean(np.square(missed), np.sqrt),
        "mae": witnesses.mean(np.abs(missed)),
        "bias": witnesses.mean(missed),
        "explained": witnesses.ratio(np.square(missed), np.square(truth - middle), lambda ratio: 1.0 - ratio),
    }
    if "low" in said.answers:
        low, high = said.answers["low"], said.answers["high"]
        share, _ = covered(truth[counted], low[counted], high[counted], groups[counted])
        inside = np.where(counted, (truth >= low) & (truth <= high), np.nan)
        found = witnesses.mean(inside)
        figures["coverage"] = Figure(share, found.low, found.high)
        figures["width"] = witnesses.mean(np.where(counted, high - low, np.nan))
    return figures


NUMBER_TITLES: Mapping[str, Text] = {
    "rmse": text("typical error (root mean square)"),
    "mae": text("mean error"),
    "bias": text("mean of too much (+) and too little (-)"),
    "explained": text("share of the ups and downs that is explained"),
    "coverage": text("share of true values inside the interval (90 % promised)"),
    "width": text("mean width of the interval"),
}
