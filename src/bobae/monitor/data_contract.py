"""The data contract: what a model was promised of its inputs when it learned, and where the plant breaks it now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bobae.core import Bools, Contract, Floats, Input, Text, text
from bobae.core.gauge import number, unit
from bobae.core.model import UNSEEN
from bobae.evidence.shift import LEAST_ROWS, Usual

_BAD = 0.05  # share of the samples
_MISSING = 0.2  # share of the rows, beyond what was missing when it learned
_IMPOSSIBLE = 0.001  # share of the rows
_UNSEEN = 0.01
_TWO_LEVELS = 3  # edges: a switch may stand still for long


class Breach(StrEnum):
    """How an input breaks the contract."""

    UNIT = "unit"
    SILENT = "silent"
    BAD = "bad"
    MISSING = "missing"
    IMPOSSIBLE = "impossible"
    UNSEEN = "unseen"
    STUCK = "stuck"


@dataclass(frozen=True)
class Came:
    """What came of one input in a stretch of time.

    Attributes:
        good: samples with a good status.
        bad: all others.
        unit: UCUM code that the plant file has for it, or None.
        range: what its sensor can show, in that unit; None: anything.
    """

    good: int
    bad: int
    unit: str | None = None
    range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Violation:
    """One input that is not what the model was promised.

    Attributes:
        breach: how.
        name: of the input.
        said: what it is and what to do, for a person.
    """

    breach: Breach
    name: str
    said: Text


def violations(
    contract: Contract, usual: Mapping[str, Usual], came: Sequence[Came], x: Floats, judged: Bools
) -> Sequence[Violation]:
    """Where a stretch of rows breaks the contract, one violation an input at the most: the first that explains it.

    Args:
        contract: of the model.
        usual: input name -> what it showed when the model learned.
        came: what came of each input, in the contract's order.
        x: the inputs (rows, inputs), NaN where missing.
        judged: whether the model judges a row (rows,); while a machine stands, its signals may stand too.
    """
    still = [
        wanted.categories is None and _stands_still(usual.get(wanted.name), column[judged])
        for wanted, column in zip(contract.inputs, x.T, strict=True)
    ]
    stands = 2 * sum(still) > len(still)  # then it is the machine that stands, not a sensor that is stuck
    found = []
    for wanted, one, column, fixed in zip(contract.inputs, came, x.T, still, strict=True):
        given = _Given(wanted, usual.get(wanted.name), one, column, alone=fixed and not stands)
        tried = ((breach, judge(given)) for breach, judge in _JUDGES.items())
        found += [Violation(breach, wanted.name, said) for breach, said in tried if said is not None][:1]
    return found


@dataclass(frozen=True, eq=False)
class _Given:
    """One input, and all that is known of it; values (rows,). `alone`: it stands still, and the machine does not."""

    wanted: Input
    usual: Usual | None
    came: Came
    values: Floats
    alone: bool


def _unit(given: _Given) -> Text | None:
    if None in (given.wanted.unit, given.came.unit) or given.wanted.unit == given.came.unit:
        return None
    return text(
        "{name} is in {now} now, the model learned it in {before}: put the unit back in plant.yaml, or train anew",
        name=given.wanted.name,
        now=unit(given.came.unit),
        before=unit(given.wanted.unit),
    )


def _silent(given: _Given) -> Text | None:
    carried_on = not given.came.bad and bool(np.isfinite(given.values).any())  # a source may tell only changes
    if given.came.good or carried_on:
        return None
    return text("{name}: not one good value came: look at the sensor and its source", name=given.wanted.name)


def _bad(given: _Given) -> Text | None:
    share = given.came.bad / max(1, given.came.good + given.came.bad)
    if share <= _BAD or given.came.good + given.came.bad < LEAST_ROWS:
        return None
    return text(
        "{name}: the source itself calls {share} % of its values bad: look at the sensor",
        name=given.wanted.name,
        share=number(100 * share, 2),
    )


def _impossible(given: _Given) -> Text | None:
    if given.came.range is None:
        return None
    low, high = given.came.range
    share = float(((given.values < low) | (given.values > high)).sum() / max(1, np.isfinite(given.values).sum()))
    if share <= _IMPOSSIBLE:
        return None
    worst = given.values[np.nanargmax(np.maximum(low - given.values, given.values - high))]
    return text(
        "{name} shows {value} {unit}, which its sensor cannot ({low} to {high}): mend the sensor, or the range in"
        " plant.yaml",
        name=given.wanted.name,
        value=number(float(worst)),
        unit=unit(given.came.unit),
        low=number(low),
        high=number(high),
    )


def _unseen(given: _Given) -> Text | None:
    if given.wanted.categories is None or not len(given.values):
        return None
    share = float((given.values == UNSEEN).mean())
    known = given.usual is not None and given.usual.below(UNSEEN / 2) > _UNSEEN  # such as a state that it never judged
    if known or share <= _UNSEEN:
        return None
    return text(
        "{name} is something that the model never saw in {share} % of the rows; it knows {known}: train it anew"
        " once a few days of the new one are there",
        name=given.wanted.name,
        share=number(100 * share, 2),
        known=", ".join(given.wanted.categories or ()),
    )


def _missing(given: _Given) -> Text | None:
    before = 0.0 if given.usual is None else given.usual.missing
    share = float(np.isnan(given.values).mean()) if len(given.values) else 0.0
    if share <= before + _MISSING:
        return None
    return text(
        "{name} is missing in {share} % of the rows, {before} % when the model learned: look at the sensor and its"
        " source",
        name=given.wanted.name,
        share=number(100 * share, 2),
        before=number(100 * before, 2),
    )


def _stands_still(usual: Usual | None, values: Floats) -> bool:
    seen = values[np.isfinite(values)]
    varied = usual is not None and len(usual.edges) > _TWO_LEVELS
    return varied and len(seen) >= LEAST_ROWS and float(np.ptp(seen)) == 0.0


def _stuck(given: _Given) -> Text | None:
    if not given.alone:
        return None
    return text(
        "{name} has not moved from {value} {unit} while other signals did: the sensor may be stuck",
        name=given.wanted.name,
        value=number(float(np.nanmax(given.values))),
        unit=unit(given.wanted.unit),
    )


_JUDGES: Mapping[Breach, Callable[[_Given], Text | None]] = {
    Breach.UNIT: _unit,
    Breach.SILENT: _silent,
    Breach.BAD: _bad,
    Breach.IMPOSSIBLE: _impossible,
    Breach.UNSEEN: _unseen,
    Breach.MISSING: _missing,
    Breach.STUCK: _stuck,
}
