"""The page of a prediction: the verdict in words first, then what was foretold and what came true."""

import math
from functools import partial
from typing import Any

import numpy as np
from markupsafe import Markup

from bobae.core import Floats, Text, Verdict, say, text
from bobae.evidence.intervals import Figure
from bobae.page import Line, chart, duration, number, percent, unit
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.report.misses import machine_named, misses
from bobae.train.report.proven import Fact, Told, proven_html
from bobae.train.report.when import When

_MACHINES_DRAWN = 4
_ROWS_DRAWN = 600
_WEIGHTS = 12
_TRIED = 12
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
    (text("interval"), text("where the true value lies nine times out of ten, counted on rows it had not seen")),
    (
        text("typical error"),
        text("the root of the mean of the squared errors: a few large errors weigh more than many small ones"),
    ),
    (text("share of a sensor"), text("how much it moves the answer; it points to where to look, not to a cause")),
)


def foretold_html(outcome: PredictionOutcome) -> str:
    """The report in the current language: one HTML file that asks nothing of a network and needs no script."""
    kinds = outcome.target.classes
    return proven_html(
        outcome,
        "foretold.html.j2",
        to_do=TO_DO[outcome.verdict],
        facts=_facts(outcome),
        told=partial(told_figure, outcome),
        heads={},
        plain=[name for name in outcome.metrics if name in _PLAIN or name.startswith("mae_")],
        glossary=FORETOLD_WORDS,
        rows=len(outcome.trials.row),
        pictures=[] if kinds else _pictures(outcome),
        confusion=_confusion(outcome) if kinds else None,
        chances=_chances(outcome) if kinds else [],
        misses=misses(outcome),
        weights=[weight for weight in outcome.weights[:_WEIGHTS] if weight.share > 0],
        tried=list(outcome.tried.items())[:_TRIED],
    )


def told_figure(outcome: PredictionOutcome, name: str, figure: Figure) -> Told:
    """A figure in words, in the unit of what is foretold, with where the true one most likely lies."""
    value = _one(outcome, name, figure.value)
    if not figure.bounded or figure.low == figure.high == figure.value:
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


def _facts(outcome: PredictionOutcome) -> list[Fact]:
    main = "accuracy" if outcome.target.classes else "mae" if "mae" in outcome.metrics else outcome.main_metric
    own, best = outcome.metrics[main], outcome.best_baseline
    facts = [Fact(told_figure(outcome, main, own), outcome.titles[main])]
    if math.isfinite(best.metrics[main].value):
        other = told_figure(outcome, main, best.metrics[main])
        facts.append(Fact(Told(other.value), text("the same for the best simple rule: {rule}", rule=best.title)))
    facts.append(
        Fact(
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
            Fact(
                told_figure(outcome, "coverage", covered),
                text("of true values inside the interval; 90 % promised"),
                covered.value < 0.8,
            )
        )
    facts.append(Fact(Told(f"{outcome.witnesses:,}"), text("independent machines, lots or stretches it was tried on")))
    return facts


def _pictures(outcome: PredictionOutcome) -> list[tuple[str, Markup]]:
    if outcome.target.ahead_s:
        return [_horizon(outcome, i) for i in range(len(outcome.target.ahead_s))]
    machines = _machines(outcome)
    return [(machine_named(outcome, m), _followed(outcome, m)) for m in machines]


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
    when = When.of(outcome)
    x = when.x(trials.time_ns[at]) if outcome.has_time and machine >= 0 else np.arange(1.0, len(at) + 1)
    kind = when.kind if machine >= 0 else "count"
    return _lines(x, trials.truth[at], *(trials.answers[n][at] for n in ("prediction", "low", "high")), kind=kind)


def _horizon(outcome: PredictionOutcome, number_: int) -> tuple[str, Markup]:
    """The last rows that were tried, as they came and as they were foretold so long before."""
    trials = outcome.trials
    seconds = outcome.target.ahead_s[number_]
    at = np.flatnonzero(np.isfinite(trials.truth[:, number_]))[-_ROWS_DRAWN:]
    when = When.of(outcome)
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
