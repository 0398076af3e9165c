"""Agreement: the alarms of a model on trial beside those of the live one, over the time that both have scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bobae.evidence.episodes import HOLD_OFF_S, NS, WEEK_S
from bobae.evidence.intervals import Figure, poisson
from bobae.evidence.verdict import against_budget

Span = tuple[int, int]


@dataclass(frozen=True)
class Agreement:
    """How far two models agree.

    Attributes:
        both: alarms of the one on trial that the live one raised too.
        only_live: alarms that the one on trial would not have raised.
        only_trial: alarms that only it would have raised.
        weeks: how long it was tried.
        calls: alarms a week that it would have called somebody for nothing, exact Poisson interval.
        budget_per_week: how many it may.
        held: whether it kept to that.
    """

    both: int
    only_live: int
    only_trial: int
    weeks: float
    calls: Figure
    budget_per_week: float
    held: bool

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return vars(self) | {"calls": self.calls.as_json()}


def agreement(
    live: Sequence[Span], trial: Sequence[Span], *, useful: Sequence[Span], scored_ns: int, budget_per_week: float
) -> Agreement:
    """The table of both. Spans are (first, last) in ns UTC; alarms less than half an hour apart are the same.

    Args:
        live: alarms of the live model in that time.
        trial: those that the one on trial would have raised.
        useful: those that somebody says were right, whichever raised them; nobody is called by them for nothing.
        scored_ns: how much time the one on trial has scored.
        budget_per_week: false alarms that are allowed.

    Example:
        >>> found = agreement([(0, 9)], [(5, 12)], useful=[], scored_ns=7 * 24 * 3600 * 10**9, budget_per_week=1.0)
        >>> found.both, found.only_live, found.only_trial, found.held
        (1, 0, 0, True)
    """
    both = sum(_meets(span, live) for span in trial)
    only_live = sum(not _meets(span, trial) for span in live)
    weeks = scored_ns / NS / WEEK_S
    false = sum(not _meets(span, useful) for span in trial)
    calls = poisson(false, weeks)
    # one call more than the budget has room for can be chance: what is told apart from it is not held
    held = false <= max(1.0, budget_per_week * weeks) and against_budget(calls, budget_per_week) != "broken"
    return Agreement(both, only_live, len(trial) - both, weeks, calls, budget_per_week, held)


def _meets(span: Span, others: Sequence[Span]) -> bool:
    spare = round(HOLD_OFF_S * NS)
    return any(begin - spare <= span[1] and span[0] - spare <= end for begin, end in others)
