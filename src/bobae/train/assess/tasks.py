"""Which questions the data can answer, best first, each with what the answer would be worth and why (not)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bobae.core import Role, Task, Text, text
from bobae.page import duration
from bobae.train.assess.blocks import block_lengths
from bobae.train.assess.clock import Seen
from bobae.train.assess.grid import full_grid
from bobae.train.assess.groups import lives
from bobae.train.assess.outcomes import FEW_EVENTS, classes, examples, marked_events, outcome_name

Ready = Literal["ready", "nearly", "no"]
_ENOUGH_ROWS = 2_000
_FEWEST_ROWS = 200
_DAY_S = 86_400.0
_FORTNIGHT_S = 13.5 * _DAY_S


@dataclass(frozen=True)
class TaskAnswer:
    """One question: what the answer tells, whether the data can give it, how well (0-100), and why."""

    task: Task
    title: Text
    tells: Text
    ready: Ready
    score: int
    why: Text

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        said = {"title": str(self.title), "tells": str(self.tells), "why": str(self.why)}
        return {"task": self.task, "ready": self.ready, "score": self.score, **said}


def rank(seen: Seen) -> tuple[TaskAnswer, ...]:
    """Every question, the one that the data answer best first."""
    answers = [answer(seen) for answer in _ANSWERS]
    return (*sorted(answers, key=lambda answer: -answer.score), _PICTURES)


def _anomaly(seen: Seen) -> TaskAnswer:
    look, span = seen.look, seen.span
    rows, sensors, events = len(look.dataset), len(look.features), marked_events(look)
    values = {"rows": f"{rows:,}", "sensors": _sensors(sensors)}
    if sensors == 0:
        return _watch("no", 0, text("no column holds measured numbers"))
    if rows < _FEWEST_ROWS:
        return _watch("no", 10, text("{n} rows are too few; {needed} is the least", n=rows, needed=_FEWEST_ROWS))
    if full_grid(look) or (span is None and look.neighbours_alike <= 0.2):
        return _watch("no", 15, text("the rows are in no order of time, so nothing can be followed as it happens"))
    score = 25 + 15 * (span is not None) + 10 * (sensors >= 3) + 5 * (sensors >= 6)
    score += 15 * (rows >= _ENOUGH_ROWS) + 5 * (rows >= 5 * _ENOUGH_ROWS) + 5 * min(events, 5)
    if rows < _ENOUGH_ROWS:
        why = text("{rows} rows of {sensors}: it works, but little normal time is left for the proof", **values)
        return _watch("nearly", min(score, 69), why)
    if events:
        why = text("{sensors}, {rows} rows, and known faults to prove it on: {events}", events=f"{events:,}", **values)
        return _watch("ready", score, why)
    why = text(
        "{sensors}, {rows} rows; no fault is marked in time, so false alarms can be proved but not what is found",
        **values,
    )
    return _watch("ready", score, why)


def _sensors(n: int) -> Text:
    return text("one sensor") if n == 1 else text("{n} sensors", n=n)


def _watch(ready: Ready, score: int, why: Text) -> TaskAnswer:
    return TaskAnswer(
        "anomaly",
        text("Watch the machine"),
        text("tells when the machine no longer behaves as it normally does, since when, and which sensor shows it"),
        ready,
        min(score, 100),
        why,
    )


def _classify(seen: Seen) -> TaskAnswer:
    look, span = seen.look, seen.span
    title, kinds, target = text("Tell good from bad"), classes(look), look.target
    tells = text("tells, before anyone has looked, which kind of result a part or a run will have")
    if target is None or len(kinds) < 2:
        why = text("no column says how a part or a run turned out")
        return TaskAnswer("classify", title, tells, "no", 5, why)
    rarest = min(kinds.values())
    values = {"target": outcome_name(look), "n": f"{rarest:,}", "kinds": len(kinds)}
    groups = examples(look)
    if groups is not None and groups < FEW_EVENTS * len(kinds):
        why = text(
            "{target} is known for {n} groups only; about {needed} would do",
            target=target.column.name,
            n=groups,
            needed=FEW_EVENTS * len(kinds),
        )
        return TaskAnswer("classify", title, tells, "nearly", 45, why)
    if not look.features and not look.of(Role.CONTEXT):
        why = text("{target} is known, but no machine signal stands beside it", target=outcome_name(look))
        return TaskAnswer("classify", title, tells, "nearly", 35, why)
    if rarest < FEW_EVENTS:
        why = text("{target} has {kinds} kinds, but only {n} rows of the rarest", **values)
        return TaskAnswer("classify", title, tells, "nearly", 40, why)
    why = text("{target} has {kinds} kinds, at least {n} rows of each", **values)
    score = 60 + 10 * (rarest >= 100) + 5 * (rarest >= 300) + 5 * (span is not None) + 5 * (len(kinds) > 2)
    return TaskAnswer(
        "classify", title, tells, "ready", score - 10 * (marked_events(look) > 0 and span is not None), why
    )


def _soft_sensor(seen: Seen) -> TaskAnswer:
    look = seen.look
    title, target = text("Measure without measuring"), look.target
    tells = text("tells a quality value from the machine's own signals, between two laboratory measurements")
    if target is None or not target.is_number or classes(look):
        why = text("no column is known to be a measured result; name one with --target")
        return TaskAnswer("soft-sensor", title, tells, "no", 8 if target is None else 4, why)
    measured = target.rows - target.missing
    values = {"target": target.column.name, "n": f"{measured:,}"}
    if not look.features:
        why = text("{target} was measured {n} times, but no machine signal stands beside it", **values)
        return TaskAnswer("soft-sensor", title, tells, "nearly", 35, why)
    if measured < _FEWEST_ROWS:
        why = text("{target} was measured {n} times; some {needed} would do", needed=_FEWEST_ROWS, **values)
        return TaskAnswer("soft-sensor", title, tells, "nearly", 45, why)
    why = text("{target} was measured {n} times beside {sensors}", sensors=_sensors(len(look.features)), **values)
    return TaskAnswer("soft-sensor", title, tells, "ready", 75 + 10 * (measured >= _ENOUGH_ROWS), why)


def _rul(seen: Seen) -> TaskAnswer:
    look = seen.look
    title, counted = text("Tell how long is left"), lives(look)
    tells = text("tells how many hours or cycles a machine or a part will still last")
    if counted is None:
        why = text("no machine is followed from new to its end")
        return TaskAnswer("rul", title, tells, "no", 3, why)
    n = len(block_lengths(look.dataset, counted.group, by_file=True))
    why = text("{n} whole lives, each counted by {counter}", n=n, counter=counted.counter)
    return TaskAnswer("rul", title, tells, "ready" if n >= 20 else "nearly", 95 if n >= 20 else 45, why)


def _forecast(seen: Seen) -> TaskAnswer:
    look, span = seen.look, seen.span
    title = text("Look ahead")
    tells = text("tells how a value, such as the energy drawn, will go over the next hours or days")
    if span is None or not look.features:
        why = text("there is no time column: nothing can be said about when, how early or how often")
        return TaskAnswer("forecast", title, tells, "no", 2, why)
    covered = duration(span.covered_s)
    if look.lots is not None and span.covered_s < 30 * _DAY_S:
        why = text("the rows are separate runs, not one long record")
        return TaskAnswer("forecast", title, tells, "no", 8, why)
    if span.covered_s < _FORTNIGHT_S or span.regularity != "regular":
        why = text(
            "{covered} of rows; a fortnight of regular rows shows the pattern of days and weeks", covered=covered
        )
        return TaskAnswer("forecast", title, tells, "nearly", 40, why)
    why = text("{covered} of regular rows", covered=covered)
    return TaskAnswer("forecast", title, tells, "ready", 60 + 8 * (span.covered_s >= 90 * _DAY_S), why)


def _setpoint(seen: Seen) -> TaskAnswer:
    look = seen.look
    title, target = text("Find better settings"), look.target
    tells = text("tells which settings, within those already tried, would have given a better result")
    measured = target is not None and target.is_number and (not classes(look) or target.distinct > 2)
    if not measured or target is None or len(look.features) < 2 or len(look.dataset) < _FEWEST_ROWS:
        why = text("that needs a measured result beside settings that were varied")
        return TaskAnswer("setpoint", title, tells, "no", 1, why)
    why = text(
        "{target} stands beside {sensors} values; say which of them a person sets",
        target=target.column.name,
        sensors=len(look.features),
    )
    return TaskAnswer("setpoint", title, tells, "nearly", 38, why)


_PICTURES = TaskAnswer(
    "inspect",
    text("Look at pictures"),
    text("tells from a picture whether a surface has a defect, and where"),
    "no",
    0,
    text("these are tables, not pictures"),
)

_ANSWERS: tuple[Callable[[Seen], TaskAnswer], ...] = (_anomaly, _classify, _soft_sensor, _rul, _forecast, _setpoint)
