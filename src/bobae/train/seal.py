"""The candidate of a model that watches: windows with the strongest alarms, what each sensor usually shows, card."""

from typing import Any

import numpy as np

from bobae.core import Candidate, Contract, Fitted, Floats, Ints, text
from bobae.evidence.budget import rounded
from bobae.evidence.shift import Usual
from bobae.train.candidate import candidate, windows
from bobae.train.card import Purpose
from bobae.train.findings import Findings
from bobae.train.outcome import Outcome
from bobae.train.timeline import PROVE, Trace

_WINDOWS = 8


def watch_candidate(outcome: Outcome, found: Findings, fitted: Fitted, x: Floats, *, name: str) -> Candidate:
    """The model called `name`, ready to be sealed.

    Args:
        outcome: what was proved about it.
        found: all rows, and what the model said about them.
        fitted: the model.
        x: its inputs for all rows (rows, inputs).
        name: in the registry.
    """
    gap = found.rows.gap(fitted.contract.max_gap_s)
    return candidate(
        outcome,
        fitted,
        windows(fitted, x, gap, _strongest(found.trace), count=_WINDOWS, seed=outcome.seed),
        name=name,
        monitor=_usual(fitted.contract, found, x),
        purpose=_watching(outcome, fitted.contract),
        alarm_budget_per_week=outcome.alarms.budget_per_week,
    )


def _strongest(trace: Trace) -> Ints:
    """Where an alarm begins, the highest score first."""
    opened = np.flatnonzero(trace.alarm & ~np.concatenate([[False], trace.alarm[:-1]]))
    return opened[np.argsort(-trace.score[opened], kind="stable")][: _WINDOWS // 2]


def _usual(contract: Contract, found: Findings, x: Floats) -> dict[str, Any]:
    """What each input with a value usually shows in the rows that were learned from and in which the model judges."""
    learned = (found.part < PROVE) & ~found.known.near
    judged = (found.trace.contribution.sum(axis=1) > 0)[learned]
    days = found.rows.day[learned]
    usual: dict[str, Any] = {}
    for wanted, column in zip(contract.inputs, x[learned].T, strict=True):
        one = Usual.of(column, judged=judged if wanted.categories is None else None, days=days)
        usual |= {} if one is None else {wanted.name: one.as_json()}
    return usual


def _watching(outcome: Outcome, contract: Contract) -> Purpose:
    return Purpose(
        does=text(
            "It watches {count} signals and raises an alarm when the machine does not run as it used to. It was set "
            "for at most {budget} false alarms a week and machine.",
            count=len(contract.inputs),
            budget=rounded(outcome.alarms.budget_per_week),
        ),
        limits=(
            text("As a safety device: it warns, it does not protect people or stop a machine."),
            text("As proof of a cause: the signals it names go along with the fault; they need not have caused it."),
        ),
        proved=(outcome.alarms.said,),
    )
