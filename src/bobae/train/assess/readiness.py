"""How far the data are ready, in points that can be explained, and the one missing thing that would help most."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bobae.core import Finding, Role, Text, text
from bobae.page import duration, percent
from bobae.train.assess.clock import Seen
from bobae.train.assess.groups import FEW_GROUPS, independent, lives
from bobae.train.assess.outcomes import classes, marked_events, outcome_name

_WEEK_S = 7 * 86_400.0
_PROOF_WEEKS = 4.0  # normal time that can prove one false alarm a week, with as much again to learn from
_GROUPS_WORTH_A_RESULT = 10


@dataclass(frozen=True)
class Part:
    """One part of the readiness: points reached of those that can be had, and why."""

    name: str
    title: Text
    points: int
    most: int
    why: Text

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {
            "name": self.name,
            "title": str(self.title),
            "points": self.points,
            "most": self.most,
            "why": str(self.why),
        }


@dataclass(frozen=True)
class Readiness:
    """0 to 100, and the parts it is the sum of."""

    score: int
    parts: tuple[Part, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {"score": self.score, "parts": [part.as_json() for part in self.parts]}


@dataclass(frozen=True)
class MissingThing:
    """The one thing that would help most, and what it would make possible."""

    code: str
    what: Text
    enables: Text

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {"code": self.code, "what": str(self.what), "enables": str(self.enables)}


def readiness(seen: Seen, findings: Sequence[Finding]) -> Readiness:
    """How far the data are ready, part by part."""
    codes = {found.code for found in findings}
    parts = (
        _history(seen),
        _clock(seen),
        _sensors(seen, codes),
        _outcomes(seen),
        _apart(seen),
    )
    return Readiness(sum(part.points for part in parts), parts)


def missing_thing(seen: Seen) -> MissingThing:
    """The one thing that would help most."""
    for wanted in _WANTED:
        if (found := wanted(seen)) is not None:
            return found
    return MissingThing(
        "more_history",
        text("more of the same: every further month makes the proof firmer"),
        text("narrower margins on every figure"),
    )


def _history(seen: Seen) -> Part:
    look, span = seen.look, seen.span
    rows = len(look.dataset)
    points = 0 if rows < 50 else round(25 * min(1.0, math.log10(rows / 50) / math.log10(400)))
    if span is None:
        why = text("{n} rows", n=f"{rows:,}")
    else:
        why = text("{n} rows over {covered}", n=f"{rows:,}", covered=duration(span.covered_s))
    return Part("history", text("Enough history"), points, 25, why)


def _clock(seen: Seen) -> Part:
    look, span = seen.look, seen.span
    title = text("A clock to trust")
    if span is None:
        return Part("clock", title, 0, 20, text("no time column"))
    odd = [
        (span.regularity == "irregular", 4),
        (not look.has_dates, 4),
        (span.duplicates > 0, 3),
        (span.backward > 0, 4),
        (bool(span.missing), 3),
        (span.left_out_s > 0.05 * max(span.covered_s, 1.0), 3),
    ]
    points = max(0, 20 - sum(cost for is_odd, cost in odd if is_odd))
    if points == 20:
        return Part("clock", title, points, 20, text("regular, without gaps or jumps worth naming"))
    return Part("clock", title, points, 20, text("time is not quite in order: see below"))


def _sensors(seen: Seen, codes: set[str]) -> Part:
    look = seen.look
    n = len(look.features)
    cells = n * max(len(look.dataset), 1)
    holes = sum(look.known[name].missing for name in look.features) / cells if n else 1.0
    points = min(n, 8) * 2.5 * (1 - min(1.0, 2 * holes)) - 3 * ("sensor_stuck" in codes) - 2 * ("value_code" in codes)
    why = text(
        "measured columns with life in them: {n}; {share} of the values missing", n=n, share=percent(holes if n else 0)
    )
    return Part("sensors", text("Working sensors"), max(0, round(points)), 20, why)


def _outcomes(seen: Seen) -> Part:
    look = seen.look
    title, target = text("Known outcomes"), look.target
    if (counted := lives(look)) is not None:
        return Part("outcomes", title, 20, 20, text("every {group} is followed to its end", group=counted.group))
    if target is None:
        return Part("outcomes", title, 0, 20, text("no column says what happened: faults, rejects or measured results"))
    kinds, events = classes(look), marked_events(look)
    if kinds and min(kinds.values()) == max(kinds.values()) and len(kinds) == 1:
        return Part("outcomes", title, 2, 20, text("{target} never changes", target=outcome_name(look)))
    enough = events or min(kinds.values(), default=target.rows - target.missing)
    points = max(4, min(20, round(8 * math.log10(max(enough, 1)) + 4)))
    why = text("{target} is known; cases of the rarest kind: {n}", target=outcome_name(look), n=f"{enough:,}")
    return Part("outcomes", title, points, 20, why)


def _apart(seen: Seen) -> Part:
    look, span = seen.look, seen.span
    title, n = text("Evidence that stands on its own"), independent(look)
    weeks = span.covered_s / _WEEK_S if span is not None else 0.0
    by_time = 15 * min(1.0, weeks / (2 * _PROOF_WEEKS))
    if n is not None:
        points = round(max(by_time, 15 * min(1.0, n / FEW_GROUPS)))
        return Part("apart", title, points, 15, text("{n} separate groups ({column})", n=f"{n:,}", column=look.lots))
    if span is not None and look.has_dates:
        return Part(
            "apart", title, round(by_time), 15, text("one record of {covered}", covered=duration(span.covered_s))
        )
    points = 8 if len(look.dataset) >= 1000 else 3
    return Part("apart", title, points, 15, text("rows without a group or a date: hard to say which belong together"))


def _want_rows(seen: Seen) -> MissingThing | None:
    look = seen.look
    if len(look.dataset) >= 200:
        return None
    return MissingThing(
        "rows",
        text("more rows: there are {n}, some thousand would do", n=len(look.dataset)),
        text("any answer at all that can be proved"),
    )


def _want_sensors(seen: Seen) -> MissingThing | None:
    look = seen.look
    if look.features:
        return None
    return MissingThing(
        "signals",
        text("the machine's own signals beside these results (current, pressure, temperature, speed)"),
        text("finding out what the results depend on"),
    )


def _want_results(seen: Seen) -> MissingThing | None:
    look = seen.look
    lot = look.dataset.name_of(Role.LOT)
    if lot is None or look.target is not None or (independent(look) or 0) < _GROUPS_WORTH_A_RESULT:
        return None
    return MissingThing(
        "results",
        text("how each {lot} turned out: a column with good or bad, or with a measured result", lot=lot),
        text("telling beforehand how one turns out, and which signals decide it"),
    )


def _want_time(seen: Seen) -> MissingThing | None:
    look, span = seen.look, seen.span
    if span is not None or lives(look) is not None:
        return None
    return MissingThing(
        "time",
        text("a column with date and time of each row"),
        text("alarms with a date, false alarms counted by the week, and a test on later days instead of on mixed rows"),
    )


def _want_faults(seen: Seen) -> MissingThing | None:
    look = seen.look
    if look.target is not None or lives(look) is not None:
        return None
    return MissingThing(
        "maintenance_log",
        text("a maintenance log: date and time of known faults, repairs and rejects, one line each"),
        text("proof of how many faults would have been found, how early, and what that would have saved"),
    )


def _want_groups(seen: Seen) -> MissingThing | None:
    look, span = seen.look, seen.span
    n = independent(look)
    if n is None or n >= FEW_GROUPS or (span is not None and span.covered_s > 2 * _PROOF_WEEKS * _WEEK_S):
        return None
    return MissingThing(
        "groups",
        text(
            "more separate runs: {n} are there ({column}), {needed} would do", n=n, column=look.lots, needed=FEW_GROUPS
        ),
        text("a test on runs never seen before, with margins narrow enough to decide on"),
    )


def _want_weeks(seen: Seen) -> MissingThing | None:
    look, span = seen.look, seen.span
    if span is None or lives(look) is not None or span.covered_s >= 2 * _PROOF_WEEKS * _WEEK_S:
        return None
    return MissingThing(
        "weeks",
        text(
            "a longer record: there are {covered}, {weeks} weeks would do",
            covered=duration(span.covered_s),
            weeks=round(2 * _PROOF_WEEKS),
        ),
        text("proof that false alarms stay within one a week"),
    )


def _want_faults_more(seen: Seen) -> MissingThing | None:
    look = seen.look
    events = marked_events(look)
    if look.target is None or not 0 < events < 10:
        return None
    return MissingThing(
        "faults",
        text("more known faults: ten would do, marked are {n}", n=events),
        text("proof of how many faults would have been found, how early, and what that would have saved"),
    )


def _want_machine(seen: Seen) -> MissingThing | None:
    look, span = seen.look, seen.span
    doubled = span is not None and span.duplicates > 0.05 * len(look.dataset)
    if not doubled or look.of(Role.ASSET):
        return None
    return MissingThing(
        "machine_name",
        text("a column that names the machine: times come several times over, as if several machines were mixed"),
        text("each machine judged by its own normal state"),
    )


_WANTED: tuple[Callable[[Seen], MissingThing | None], ...] = (
    _want_rows,
    _want_sensors,
    _want_machine,
    _want_results,
    _want_groups,
    _want_time,
    _want_faults,
    _want_weeks,
    _want_faults_more,
)
