"""What `assess` says about a dataset: for a person as one page, for a program as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import Dataset, Finding, Role, Text, say
from bobae.page import lanes, page
from bobae.train.assess.clock import Seen, TimeSpan, clock_findings, time_span
from bobae.train.assess.coverage import Stretches, coverage
from bobae.train.assess.groups import group_findings
from bobae.train.assess.look import Look
from bobae.train.assess.outcomes import leaks, outcome_findings
from bobae.train.assess.readiness import MissingThing, Readiness, missing_thing, readiness
from bobae.train.assess.signals import signal_findings
from bobae.train.assess.sketch import Sketch, sketches
from bobae.train.assess.tasks import TaskAnswer, rank

_LEVELS = ("problem", "warning", "info")


@dataclass(frozen=True, eq=False)
class Assessment:
    """What the data can answer, how far they are ready, and what is odd about them.

    Attributes:
        dataset: the rows with their roles found.
        time: the time they cover; None without a time column.
        findings: all that is odd, worst first; those of reading the files included.
        readiness: 0 to 100 with its parts.
        tasks: every question, the best answered first.
        missing: the one thing that would help most.
        leaks: columns that give the outcome away, with why.
        sketches: a small picture of each measured column.
        coverage: when there are rows, when the machine stood still, when faults are known.
    """

    dataset: Dataset
    time: TimeSpan | None
    findings: tuple[Finding, ...]
    readiness: Readiness
    tasks: tuple[TaskAnswer, ...]
    missing: MissingThing
    leaks: Mapping[str, Text]
    sketches: tuple[Sketch, ...] = ()
    coverage: tuple[Stretches, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language; the keys stay as they are."""
        return {
            "origin": self.dataset.origin,
            "rows": len(self.dataset),
            "columns": [
                {
                    "name": c.name,
                    "kind": str(c.kind),
                    "role": str(c.role),
                    "unit": c.unit,
                    "reason": None if c.reason is None else str(c.reason),
                }
                for c in self.dataset.columns
            ],
            "time": None if self.time is None else self.time.as_json(),
            "findings": [_finding_json(found) for found in self.findings],
            "readiness": self.readiness.as_json(),
            "tasks": [answer.as_json() for answer in self.tasks],
            "missing": self.missing.as_json(),
            "leaks": [{"column": name, "why": str(why)} for name, why in self.leaks.items()],
        }

    def as_html(self) -> str:
        """One self-contained page in the current language."""
        return page(
            "bobae.train.assess",
            "assess.html.j2",
            assessment=self,
            rows=len(self.dataset),
            drawn=self._drawn_coverage(),
        )

    def _drawn_coverage(self) -> str:
        if not self.coverage:
            return ""
        edges = np.concatenate([lane.spans for lane in self.coverage])
        return lanes(
            [lane.lane() for lane in self.coverage],
            span=(float(edges.min()), float(edges.max())),
            title=say("When there are rows"),
            said=say("stretches of rows, of standing still and of known faults along one time axis"),
        )


def assess(dataset: Dataset, *, chosen: Mapping[Role, str] | None = None) -> Assessment:
    """Say in plain words what the data can answer.

    Args:
        dataset: rows as they were read.
        chosen: role -> column name, said by the user; stands above anything found.

    Raises:
        UnknownName: a chosen column does not exist; the nearest are given.
    """
    look = Look.at(dataset, chosen)
    span = time_span(look)
    seen = Seen(look, span)
    found = [
        *outcome_findings(look),
        *clock_findings(look, span),
        *group_findings(look),
        *signal_findings(look),
        *dataset.findings,
    ]
    findings = tuple(sorted(found, key=lambda f: _LEVELS.index(f.level)))
    return Assessment(
        dataset=look.dataset,
        time=span,
        findings=findings,
        readiness=readiness(seen, findings),
        tasks=rank(seen),
        missing=missing_thing(seen),
        leaks=leaks(look),
        sketches=sketches(look),
        coverage=coverage(look),
    )


def _finding_json(found: Finding) -> dict[str, Any]:
    return {
        "code": found.code,
        "level": found.level,
        "text": str(found.text),
        "columns": list(found.columns),
        "rows": found.rows,
    }
