"""The words of a report: what a verdict asks a person to do, what would make it better, what a term means."""

import math
from collections import Counter

from bobae.core import Text, Verdict, current_language, text
from bobae.evidence.intervals import Figure
from bobae.page import duration, money, number, percent
from bobae.train.outcome import Outcome
from bobae.train.report.proven import Told
from bobae.train.report.when import When

_FEWEST_FAULTS = 5
_RULE_OF_THREE = 3.0  # weeks without a false alarm that prove one a week
_MILLION = 1e6
_SHARES = ("detected", "false_time", "far", "mar")
_SCORES = ("f1", "average_precision", "auc")

TO_DO: dict[Verdict, Text] = {
    Verdict.USEFUL: text(
        "Let it run beside the people on the line for a few weeks. Note for each alarm whether it was right; then"
        " decide who is told by it, and what that person does."
    ),
    Verdict.NO_BETTER_THAN_BASELINE: text(
        "Do not put it to work. Use the simple rule named below, which costs nothing, or bring what is listed under"
        " 'What would make it better' and train again."
    ),
    Verdict.NOT_ENOUGH_EVIDENCE: text(
        "Decide nothing on it yet. Bring what is listed under 'What would make it better' and train again; until then"
        " its alarms are hints, not findings."
    ),
}

HEADS: dict[str, Text] = {
    "detected": text("known faults found"),
    "false_per_week": text("false alarms a week and machine"),
    "delay_s": text("delay until the alarm"),
    "saved_per_quarter": text("saved a quarter"),
}

GLOSSARY: tuple[tuple[Text, Text], ...] = (
    (text("alarm"), text("a stretch of time in which the machine is so unusual that someone should look")),
    (text("alarm limit"), text("how unusual is too unusual; the dashed line, always 1 in the pictures")),
    (text("known fault"), text("a fault that your own records mark; only against these can finding be counted")),
    (text("false alarm"), text("an alarm in time that your records call normal")),
    (text("alarm budget"), text("how many false alarms a week one machine may cost; you set it, the limit follows")),
    (
        text("… to …"),
        text("where the true figure most likely lies (19 times out of 20), given how little or much was seen"),
    ),
    (text("share of a sensor"), text("how much it added to the alarm; it points to where to look, not to a cause")),
)


def told(outcome: Outcome, name: str, figure: Figure) -> Told:
    """A figure of the outcome in words; nothing is said of an interval that nobody knows."""
    value = _one(name, figure.value, outcome)
    if not figure.bounded or figure.low == figure.high == figure.value:
        return Told(value)
    low, high = (_one(name, edge, outcome) for edge in (figure.low, figure.high))
    if name.startswith("saved") and min(abs(figure.low), abs(figure.high)) >= _MILLION and current_language() == "en":
        low = number(figure.low / _MILLION)  # "294 to 1,176 million KRW"
    return Told(value, text("{low} to {high}", low=low, high=high))


def wishes(outcome: Outcome) -> list[Text]:
    """What would make it better, most important first."""
    found = [*_more_faults(outcome), *_more_time(outcome), *_by_sensor(outcome), *_missed(outcome)]
    if outcome.value.assumed:
        found.append(text("Your own costs of a missed fault and of a false alarm (--costs missed=..,false=..)."))
    return found


def _more_faults(outcome: Outcome) -> list[Text]:
    if not outcome.events:
        asked = text(
            "A maintenance log with date and time of known faults: without it nobody can say whether it finds any."
        )
        return [asked]
    proved = sum(event.detected is not None for event in outcome.events)
    if proved >= _FEWEST_FAULTS:
        return []
    return [
        text(
            "More known faults in the time it is tried on: {n} are there, {needed} is the least.",
            n=proved,
            needed=_FEWEST_FAULTS,
        )
    ]


def _more_time(outcome: Outcome) -> list[Text]:
    alarms, found = outcome.alarms, []
    if math.isfinite(alarms.provable_per_week) and alarms.provable_per_week > alarms.budget_per_week:
        found.append(
            text(
                "More normal running to try it on: {there} are there; about {weeks} weeks prove {budget} false alarms a"
                " week.",
                there=duration(alarms.exposure_weeks * 7 * 86_400),
                weeks=number(_RULE_OF_THREE / alarms.budget_per_week, 2),
                budget=number(alarms.budget_per_week),
            )
        )
    if not outcome.has_time:
        found.append(text("A column with date and time of each row: then false alarms can be counted by the week."))
    return found


def _missed(outcome: Outcome) -> list[Text]:
    proved = [event for event in outcome.events if event.detected is not None]
    missed = sum(not event.detected for event in proved)
    if not missed:
        return []
    return [
        text(
            "Look whether any sensor could have shown the faults that were missed ({n} of {all}); if none could,"
            " add one.",
            n=missed,
            all=len(proved),
        )
    ]


def _by_sensor(outcome: Outcome) -> list[Text]:
    """A sensor that stands behind most false alarms."""
    false = [e for e in outcome.episodes if e.part == "prove" and e.kind == "false" and e.top_tags]
    if len(false) < 3:
        return []
    tag, n = Counter(e.top_tags[0][0] for e in false).most_common(1)[0]
    if n < len(false) / 2:
        return []
    return [text("Check the sensor {tag}: it stands first in {n} of {all} false alarms.", tag=tag, n=n, all=len(false))]


def _one(name: str, value: float, outcome: Outcome) -> Text | str:
    if not math.isfinite(value):
        return text("–")
    if name in _SHARES:
        return percent(value)
    if name == "delay_s":
        return When.of(outcome).delayed(value)
    if name.startswith("saved"):
        return money(value, outcome.value.currency)
    return f"{value:.2f}" if name in _SCORES else number(value, 2)
