"""The misses: rows that were told farthest off, what moved them, and rows that were moved in the same way."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints, say
from bobae.page import number, unit
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.report.when import When

_MISSES = 6
_ALIKE = 3
_TAGS = 3
_MOST_COMPARED = 5_000


@dataclass(frozen=True)
class Miss:
    """A row that was told far off: where, what was said and true, which sensors moved it, which rows were alike."""

    where: str
    said: str
    true: str
    between: str
    tags: tuple[tuple[str, float], ...]
    alike: tuple[tuple[str, str], ...]


def misses(outcome: PredictionOutcome) -> list[Miss]:
    """The rows told farthest off, one of each machine or lot first, with the rows most like them in what moved them."""
    trials = outcome.trials
    if outcome.target.ahead_s or not len(trials.row):
        return []
    if outcome.target.classes:
        given = trials.answers["chances"][np.arange(len(trials.row)), trials.truth.astype(np.int64)]
        wrong = trials.answers["prediction"] != trials.truth
        off = np.where(wrong, 1.0 - given, 0.0)
    else:
        said = trials.answers["prediction"]
        # an end farther away than can be told is not told wrong
        truth = np.minimum(trials.truth, said.max()) if outcome.task == "rul" else trials.truth
        off = np.abs(said - truth)
    chosen: list[int] = []
    seen: set[int] = set()
    many = len(trials.machines) > 1
    for i in np.argsort(-off, kind="stable").tolist():
        if off[i] <= 0 or len(chosen) == _MISSES:
            break
        if not many or int(trials.machine[i]) not in seen:
            chosen.append(i)
            seen.add(int(trials.machine[i]))
    return [_miss(outcome, i) for i in chosen]


def _miss(outcome: PredictionOutcome, i: int) -> Miss:
    trials = outcome.trials
    pattern = trials.answers["contribution"]
    size = np.abs(pattern[i])
    most = np.argsort(-size, kind="stable")[:_TAGS]
    low, high = trials.answers.get("low"), trials.answers.get("high")
    between = (
        ""
        if low is None or high is None
        else say("{low} to {high}", low=_value(outcome, low[i]), high=_value(outcome, high[i]))
    )
    return Miss(
        _where(outcome, i),
        _value(outcome, trials.answers["prediction"][i]),
        _value(outcome, trials.truth[i]),
        between,
        tuple((trials.tags[j], float(size[j] / max(size.sum(), 1e-12))) for j in most),
        tuple(
            (_where(outcome, j), _value(outcome, trials.truth[j]))
            for j in _alike(pattern, trials.fold, trials.machine, i)
        ),
    )


def _alike(pattern: Floats, fold: Ints, machine: Ints, i: int) -> list[int]:
    """Rows of other machines or lots that were moved by the same signals in the same way, most alike first."""
    other = np.flatnonzero(machine != machine[i]) if len(np.unique(machine)) > 1 else np.flatnonzero(fold != fold[i])
    other = other[:: max(1, len(other) // _MOST_COMPARED)]
    if not len(other):
        return []
    apart = np.linalg.norm(pattern[other] - pattern[i], axis=1)
    ranked = other[np.argsort(apart, kind="stable")].tolist()
    found: list[int] = []
    for j in ranked:
        if len(np.unique(machine)) == 1 or all(machine[j] != machine[k] for k in found):
            found.append(j)
        if len(found) == _ALIKE:
            break
    return found


def _where(outcome: PredictionOutcome, i: int) -> str:
    trials = outcome.trials
    name = machine_named(outcome, int(trials.machine[i]))
    place = (
        str(When.of(outcome).at(int(trials.time_ns[i])))
        if outcome.has_time
        else say("row {n}", n=f"{trials.row[i] + 1:,}")
    )
    return f"{name} · {place}" if name else place


def machine_named(outcome: PredictionOutcome, machine: int) -> str:
    """A machine's name; one that is a whole number is written as such."""
    return "" if machine < 0 else outcome.trials.machines[machine].removesuffix(".0")


def _value(outcome: PredictionOutcome, value: float) -> str:
    if outcome.target.classes:
        return str(outcome.target.classes[int(value)])
    return f"{number(float(value), 3)} {unit(outcome.target.unit)}".strip()
