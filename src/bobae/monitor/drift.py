"""Drift: which inputs of a model have moved since it learned, and whether its decisions would be others for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bobae.core import Bools, Contract, Floats, Ints
from bobae.evidence.intervals import finite
from bobae.evidence.shift import Shift, Usual, moved_since, put_back, shift

MATTERS = 0.01  # share of the rows that alarm only for it: a quarter of an hour a day
_PIECES = 24  # that a stretch is cut into to see since when: hours of a day
Run = Callable[[Floats, Floats], Mapping[str, Floats]]


@dataclass(frozen=True)
class InputShift:
    """One input of a model.

    Attributes:
        name: of the input.
        unit: UCUM code, or None.
        shift: how far it has moved.
        since_ns: since when it stands where it is, ns UTC; None: it has not moved.
    """

    name: str
    unit: str | None
    shift: Shift
    since_ns: int | None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; the effect in spreads."""
        found = self.shift
        figures = {name: finite(getattr(found, name)) for name in ("effect", "before", "now")}
        return {"name": self.name, "unit": self.unit, "answer": found.answer, "rows": found.rows} | figures


@dataclass(frozen=True)
class Influence:
    """What the moved inputs do to a model's decisions, the same rows decided as they are and with those put back.

    Rows that alarm only once inputs are put back say nothing: what is put back may no longer fit to the rest. So that
    a move hides alarms is not found here.

    Attributes:
        rows: that were decided both ways.
        alarming: share of the rows that alarm as they are, and do not with the inputs put back.
        factor: how many times the score is what it would be, the middle row.
    """

    rows: int
    alarming: float
    factor: float

    @property
    def matters(self) -> bool:
        """Whether decisions are others for it."""
        return self.alarming >= MATTERS

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return vars(self) | {"factor": finite(self.factor), "matters": self.matters}


def inputs_moved(
    contract: Contract, usual: Mapping[str, Usual], time_ns: Ints, x: Floats, judged: Bools, *, warm: int
) -> Sequence[InputShift]:
    """How far each input that is a number has moved, the farthest first.

    One that was elsewhere for a while and came back has not moved.

    Args:
        contract: of the model.
        usual: input name -> what it showed when the model learned.
        time_ns: of the rows (rows,), ascending.
        x: the inputs (rows, inputs), NaN where missing.
        judged: whether the model judges a row (rows,); the others, such as of a machine that stands, do not count.
        warm: how many of the first rows only say since when.
    """
    found, piece = [], (len(x) - warm) // _PIECES
    for wanted, column in zip(contract.inputs, np.where(judged[:, None], x, np.nan).T, strict=True):
        if wanted.categories is None and wanted.name in usual:
            one = shift(usual[wanted.name], column[warm:])
            since = moved_since(usual[wanted.name], time_ns, column, piece=piece) if one.moved else None
            one = replace(one, answer="same") if one.moved and since is None else one
            found.append(InputShift(wanted.name, wanted.unit, one, since))
    return sorted(found, key=lambda one: -np.nan_to_num(one.shift.effect))


def influence(
    contract: Contract,
    run: Run,
    usual: Mapping[str, Usual],
    moved: Sequence[InputShift],
    time_ns: Ints,
    x: Floats,
    gap: Floats,
    judged: Bools,
    *,
    warm: int,
) -> Influence:
    """What the move of some inputs does to the decisions.

    From when it moved on, each of them is put back at its rank among what was usual, all at once, so that what goes
    with what among them stays so. For models that alarm.

    Args:
        contract: of the model.
        run: runs its graph over rows.
        usual: input name -> what it showed when the model learned.
        moved: the inputs that have moved.
        time_ns: of the rows (rows,), ascending.
        x: inputs (rows, inputs).
        gap: (rows,), as in `Contract`.
        judged: whether the model judges a row (rows,).
        warm: how many of the first rows the model only sees.
    """
    back, place = x.copy(), {wanted.name: i for i, wanted in enumerate(contract.inputs)}
    for one in moved:
        since, i = judged & (time_ns >= (one.since_ns or 0)), place[one.name]
        back[since, i] = put_back(usual[one.name], x[since, i])
    counts = judged & (np.arange(len(x)) >= warm)
    (now, score), (then, other) = (_decided(run(rows, gap), counts) for rows in (x, back))
    both = (score > 0) & (other > 0)
    factor = float(np.median(score[both] / other[both])) if both.any() else float("nan")
    alarming = float((now & ~then).mean()) if len(now) else 0.0
    return Influence(len(now), alarming, factor)


def rows_judged(answers: Mapping[str, Floats]) -> Bools:
    """In which rows a model has judged (rows,): those where some input has a share in what it says."""
    return np.asarray(np.asarray(answers["contribution"]).sum(axis=1) > 0)


def _decided(answers: Mapping[str, Floats], counts: Bools) -> tuple[Bools, Floats]:
    return np.asarray(answers["alarm"])[counts] > 0.5, np.nan_to_num(np.asarray(answers["score"])[counts])
