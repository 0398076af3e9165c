"""The page of a prediction: the verdict in words first, then what was foretold and what came true."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from bobae.core import Floats, Ints, Text, Verdict, say, text
from bobae.evidence.intervals import Figure
from bobae.train.page import Line, chart, duration, number, page, percent, unit
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.report.when import When
from bobae.train.report.words import Told

_MACHINES_DRAWN = 4
_ROWS_DRAWN = 600
_MISSES = 6
_ALIKE = 3
_MOST_COMPARED = 5_000
_SHARES = ("explained", "coverage", "accuracy", "too_late")
_PLAIN = ("rmse", "mae", "coverage", "width", "accuracy", "macro_f1", "average_precision", "mase")
_TENTHS = np.linspace(0.0, 1.0, 11)

TO_DO: dict[Verdict, Text] = {
    Verdict.USEFUL: text(
        "Let it tell beside the people on the line for a few weeks, and note what came true. Then decide who acts on"
        " it, and on which number."
    ),
    Verdict.NO_BETTER_THAN_BASELINE: text(
        "Do not put it to work. Use the simple rule named below, which costs nothing, or bring more rows and other"
        " signals and train again."
    ),
    Verdict.NOT_ENOUGH_EVIDENCE: text(
        "Decide nothing on it yet. Bring more machines, lots or weeks and train again; until then its answers are"
        " hints."
    ),
}

FORETOLD_WORDS: tuple[tuple[Text, Text], ...] = (
    (text("tried on"), text("rows that the model had not seen when it was made; every figure comes from these alone")),
    (
        text("simple rule"),
        text("what could be done without a model, such as a fixed limit; a model must beat the best one"),
    ),
    (text("interval"), text("where the true value lies nine times out of ten, counted on rows it had not seen")),
    (
        text("typical error"),
        text("the root of the mean of the squared errors: a few large errors weigh more than many small ones"),
    ),
    (text("leak meter"), text("how much better a careless test on mixed rows would have looked")),
    (text("share of a sensor"), text("how much it moves the answer; it points to where to look, not to a cause")),
)


@dataclass(frozen=True)
class _Miss:
    """A row that was told far off: where, what was said and true, which sensors moved it, which rows were alike."""

    where: str
    said: str
    true: str
    between: str
    tags: tuple[tuple[str, float], ...]
    alike: tuple[tuple[str, str], ...]


def foretold_html(outcome: PredictionOutcome) -> str:
    """The report in the current language: one HTML file that asks nothing of a network and needs no script."""
    kinds = outcome.target.classes
    return page(
        "bobae.train.report",
        "foretold.html.j2",
        o=outcome,
        when=When(outcome.has_time, outcome.sampling_s),
        rows=len(outcome.trials.row),
        to_do=TO_DO[outcome.verdict],
        useful=outcome.verdict is Verdict.USEFUL,
        facts=_facts(outcome),
        pictures=[] if kinds else _pictures(outcome),
        confusion=_confusion(outcome) if kinds else None,
        chances=_chances(outcome) if kinds else [],
        misses=_misses(outcome),
        plain=_table(outcome, [name for name in outcome.metrics if name in _PLAIN or name.startswith("mae_")]),
        rest=_table(outcome, [name for name in outcome.metrics if name not in _PLAIN and not name.startswith("mae_")]),
        weights=[weight for weight in outcome.weights[:12] if weight.share > 0],
        glossary=FORETOLD_WORDS,
        settings={name: _plain(value) for name, value in outcome.settings.items()},
        tried=list(outcome.tried.items())[:12],
    )


def told_figure(outcome: PredictionOutcome, name: str, figure: Figure) -> Told:
    """A figure in words, in the unit of what is foretold, with where the true one most likely lies."""
    value = _one(outcome, name, figure.value)
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)) or figure.low == figure.high == figure.value:
        return Told(value)
    return Told(
        value, text("{low} to {high}", low=_one(outcome, name, figure.low), high=_one(outcome, name, figure.high))
    )


def _one(outcome: PredictionOutcome, name: str, value: float) -> Text | str:
    if not math.isfinite(value):
        return text("–")
    if name in _SHARES:
        return percent(value)
    if name in ("rmse", "mae", "bias", "width") or name.startswith("mae_"):
        return f"{number(value, 3)} {unit(outcome.target.unit)}".strip()
    return number(value, 3)


@dataclass(frozen=True)
class _Fact:
    figure: Told
    what: Text
    odd: bool = False


def _facts(outcome: PredictionOutcome) -> list[_Fact]:
    main = "accuracy" if outcome.target.classes else "mae" if "mae" in outcome.metrics else outcome.main_metric
    own, best = outcome.metrics[main], outcome.best_baseline
    facts = [_Fact(told_figure(outcome, main, own), outcome.titles[main])]
    if math.isfinite(best.metrics[main].value):
        other = told_figure(outcome, main, best.metrics[main])
        facts.append(_Fact(Told(other.value), text("the same for the best simple rule: {rule}", rule=best.title)))
    facts.append(
        _Fact(
            Told(
                percent(outcome.skill.value),
                text("{low} to {high}", low=percent(outcome.skill.low), high=percent(outcome.skill.high)),
            ),
            text("smaller loss than that rule"),
            outcome.skill.value <= 0,
        )
    )
    if "coverage" in outcome.metrics:
        covered = outcome.metrics["coverage"]
        facts.append(
            _Fact(
                told_figure(outcome, "coverage", covered),
                text("of true values inside the interval; 90 % promised"),
                covered.value < 0.8,
            )
        )
    facts.append(_Fact(Told(f"{outcome.witnesses:,}"), text("independent machines, lots or stretches it was tried on")))
    return facts


def _pictures(outcome: PredictionOutcome) -> list[tuple[str, Markup]]:
    if outcome.target.ahead_s:
        return [_horizon(outcome, i) for i in range(len(outcome.target.ahead_s))]
    machines = _machines(outcome)
    return [(_named(outcome, m), _followed(outcome, m)) for m in machines]


def _named(outcome: PredictionOutcome, machine: int) -> str:
    """A machine's name; one that is a whole number is written as such."""
    return "" if machine < 0 else outcome.trials.machines[machine].removesuffix(".0")


def _machines(outcome: PredictionOutcome) -> list[int]:
    """Machines that are drawn: the first few of those with most rows; all as one where each has few."""
    counts = np.bincount(outcome.trials.machine)
    if counts.max(initial=0) < 10:
        return [-1]
    return sorted(np.argsort(-counts, kind="stable")[:_MACHINES_DRAWN].tolist())


def _followed(outcome: PredictionOutcome, machine: int) -> Markup:
    """What was true and what was foretold, row after row."""
    trials = outcome.trials
    at = np.arange(len(trials.row)) if machine < 0 else np.flatnonzero(trials.machine == machine)
    at = at[np.argsort(trials.time_ns[at], kind="stable")]
    when = When(outcome.has_time, outcome.sampling_s)
    x = when.x(trials.time_ns[at]) if outcome.has_time and machine >= 0 else np.arange(1.0, len(at) + 1)
    kind = when.kind if machine >= 0 else "count"
    return _lines(x, trials.truth[at], *(trials.answers[n][at] for n in ("prediction", "low", "high")), kind=kind)


def _horizon(outcome: PredictionOutcome, number_: int) -> tuple[str, Markup]:
    """The last rows that were tried, as they came and as they were foretold so long before."""
    trials = outcome.trials
    seconds = outcome.target.ahead_s[number_]
    at = np.flatnonzero(np.isfinite(trials.truth[:, number_]))[-_ROWS_DRAWN:]
    when = When(outcome.has_time, outcome.sampling_s)
    x = when.x(trials.time_ns[at] + int(seconds * 1e9))
    drawn = _lines(
        x,
        trials.truth[at, number_],
        *(trials.answers[n][at, number_] for n in ("prediction", "low", "high")),
        kind=when.kind,
    )
    return say("{time} ahead", time=duration(seconds)), drawn


def _lines(x: Floats, truth: Floats, said: Floats, low: Floats, high: Floats, *, kind: Any) -> Markup:
    return chart(
        [Line(x, low, "soft"), Line(x, high, "soft"), Line(x, truth, "main"), Line(x, said, "alarm")],
        title=say("What was foretold, and what came true"),
        said=say("two lines, foretold and true, between the two ends of the interval"),
        kind=kind,
        height=240,
    )


def _confusion(outcome: PredictionOutcome) -> dict[str, Any]:
    """Rows: what was true; columns: what was told; counts and the share of each row."""
    kinds = outcome.target.classes
    truth, told = outcome.trials.truth.astype(np.int64), outcome.trials.answers["prediction"].astype(np.int64)
    table = np.zeros((len(kinds), len(kinds)), dtype=np.int64)
    np.add.at(table, (truth, told), 1)
    rows = [
        (name, int(row.sum()), [(int(n), i == j) for j, n in enumerate(row)])
        for i, (name, row) in enumerate(zip(kinds, table, strict=True))
    ]
    return {"kinds": kinds, "rows": rows}


def _chances(outcome: PredictionOutcome) -> list[tuple[str, int, Text, Text]]:
    """For each tenth of chances told: how many, what was told in the mean, how often it came true."""
    chances, truth = outcome.trials.answers["chances"], outcome.trials.truth.astype(np.int64)
    told = chances.ravel()
    came = (np.arange(chances.shape[1])[None] == truth[:, None]).ravel()
    place = np.clip(np.digitize(told, _TENTHS) - 1, 0, 9)
    found = []
    for i in range(10):
        mine = place == i
        if mine.sum():
            label = say("{low} to {high}", low=percent(float(_TENTHS[i])), high=percent(float(_TENTHS[i + 1])))
            found.append((label, int(mine.sum()), percent(float(told[mine].mean())), percent(float(came[mine].mean()))))
    return found


def _misses(outcome: PredictionOutcome) -> list[_Miss]:
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


def _miss(outcome: PredictionOutcome, i: int) -> _Miss:
    trials = outcome.trials
    pattern = trials.answers["contribution"]
    size = np.abs(pattern[i])
    most = np.argsort(-size, kind="stable")[:3]
    low, high = trials.answers.get("low"), trials.answers.get("high")
    between = (
        ""
        if low is None or high is None
        else say("{low} to {high}", low=_value(outcome, low[i]), high=_value(outcome, high[i]))
    )
    return _Miss(
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
    name = _named(outcome, int(trials.machine[i]))
    place = (
        str(When(True, outcome.sampling_s).at(int(trials.time_ns[i])))
        if outcome.has_time
        else say("row {n}", n=f"{trials.row[i] + 1:,}")
    )
    return f"{name} · {place}" if name else place


def _value(outcome: PredictionOutcome, value: float) -> str:
    if outcome.target.classes:
        return str(outcome.target.classes[int(value)])
    return f"{number(float(value), 3)} {unit(outcome.target.unit)}".strip()


def _table(outcome: PredictionOutcome, names: list[str]) -> dict[str, Any]:
    """Figures of the model and the simple rules side by side."""
    rules = [
        ("this model", text("this model"), outcome.metrics),
        *((b.name, b.title, b.metrics) for b in outcome.baselines),
    ]
    rows = [
        (title, [told_figure(outcome, n, metrics.get(n, Figure(math.nan))) for n in names], name == "this model")
        for name, title, metrics in rules
    ]
    return {"heads": [outcome.titles.get(name, name) for name in names], "rows": rows}


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
