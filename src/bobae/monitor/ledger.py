"""The money ledger: what came of each alarm, what it was worth, by model and month; and which model is not worth it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bobae.core import Text, local_time, text
from bobae.evidence.ledger import Booked, Worth, loses, worth
from bobae.evidence.value import Prices, money
from bobae.registry.catalogue import Alarm, Feedback, LedgerEntry, Outcome

_HOUR_S = 3600.0
_HALF = 0.5


@dataclass(frozen=True)
class Books:
    """What an entry needs to know beside the alarm.

    Attributes:
        prices: what mistakes cost.
        currency: ISO 4217.
        version: which version of the model was at work.
    """

    prices: Prices
    currency: str
    version: str = ""


def entry_of(
    alarm: Alarm, outcome: Outcome, books: Books, *, written_ns: int, by: str = "", delay_s: float | None = None
) -> LedgerEntry:
    """What an alarm was worth.

    Args:
        alarm: which.
        outcome: useful, false or unjudged.
        books: the costs.
        written_ns: now, ns UTC.
        by: who says so.
        delay_s: from the beginning of the fault to the alarm, where it is known.
    """
    prices = books.prices
    would_save = max(0.0, prices.missed - late_cost(prices, delay_s))
    return LedgerEntry(
        subject=f"alarm {alarm.id}",
        asset=alarm.asset,
        monitor=alarm.monitor,
        model=alarm.model,
        version=books.version,
        time_ns=alarm.active_ns,
        outcome=outcome,
        saved=would_save if outcome is Outcome.USEFUL else 0.0,
        cost=prices.false if outcome is Outcome.FALSE else 0.0,
        would_save=would_save,
        would_cost=prices.false,
        currency=books.currency,
        assumed=prices.assumed,
        written_ns=written_ns,
        by=by,
    )


def missed_entry(said: Feedback, monitor: str, books: Books, *, written_ns: int) -> LedgerEntry:
    """What a fault cost that no alarm told of: a loss, but none that a model caused."""
    return LedgerEntry(
        subject=f"missed {said.id}",
        asset=said.asset,
        monitor=monitor,
        model=monitor,
        version=books.version,
        time_ns=said.from_ns,
        outcome=Outcome.MISSED,
        saved=0.0,
        cost=books.prices.missed,
        would_save=0.0,
        would_cost=0.0,
        currency=books.currency,
        assumed=books.prices.assumed,
        written_ns=written_ns,
        by=said.by,
    )


def late_cost(prices: Prices, delay_s: float | None) -> float:
    """What the delay of a useful alarm cost: by the hour where that is priced, else half of a missed fault.

    A delay that nobody knows counts as none where hours are priced.
    """
    if prices.late is None:
        return _HALF * prices.missed
    return min(prices.missed, prices.late * max(0.0, delay_s or 0.0) / _HOUR_S)


@dataclass(frozen=True)
class MonthOfModel:
    """What one model brought in one month.

    Attributes:
        month: such as 2026-11, in the plant's time zone.
        model: its name.
        currency: of the money.
        assumed: whether any of the costs are bobae's, not the plant's.
        booked: the alarms and faults behind it.
        worth: what they come to.
    """

    month: str
    model: str
    currency: str
    assumed: bool
    booked: Booked
    worth: Worth


def by_month(entries: Iterable[LedgerEntry]) -> Sequence[MonthOfModel]:
    """The ledger by month and model, oldest first."""
    keyed = sorted(entries, key=_month_and_model)
    return [_month(*key, list(own)) for key, own in groupby(keyed, key=_month_and_model)]


def whole(entries: Iterable[LedgerEntry]) -> Sequence[MonthOfModel]:
    """Each model over the whole time of the entries; `month` is empty."""
    keyed = sorted(entries, key=lambda entry: entry.model)
    return [_month("", model, list(own)) for model, own in groupby(keyed, key=lambda entry: entry.model)]


@dataclass(frozen=True)
class Proposal:
    """A model that costs more than it saves, and what to do about it."""

    model: str
    losing: float
    said: Text


def retirements(entries: Iterable[LedgerEntry]) -> Sequence[Proposal]:
    """The models to be proposed for retirement: judged often enough, and as good as sure that they lose money."""
    return [
        Proposal(
            total.model,
            total.worth.losing,
            text(
                "{model} cost {lost} {currency} more than it saved ({useful} useful and {false} false alarms, "
                "{unjudged} that nobody judged): take it out of service, or give it a smaller alarm budget",
                model=total.model,
                lost=money(-total.worth.saved.value),
                currency=total.currency,
                useful=len(total.booked.useful),
                false=len(total.booked.false),
                unjudged=total.booked.unjudged,
            ),
        )
        for total in whole(entries)
        if loses(total.booked, total.worth)
    ]


def _month_and_model(entry: LedgerEntry) -> tuple[str, str]:
    return local_time(entry.time_ns).strftime("%Y-%m"), entry.model


def _month(month: str, model: str, entries: Sequence[LedgerEntry]) -> MonthOfModel:
    of = {outcome: [e for e in entries if e.outcome is outcome] for outcome in Outcome}
    open_ = of[Outcome.UNJUDGED]
    booked = Booked(
        useful=tuple(e.saved for e in of[Outcome.USEFUL]),
        false=tuple(e.cost for e in of[Outcome.FALSE]),
        unjudged=len(open_),
        missed=tuple(e.cost for e in of[Outcome.MISSED]),
        each_useful=_mean([e.would_save for e in open_]),
        each_false=_mean([e.would_cost for e in open_]),
    )
    return MonthOfModel(month, model, entries[-1].currency, any(e.assumed for e in entries), booked, worth(booked))


def _mean(amounts: Sequence[float]) -> float:
    return sum(amounts) / len(amounts) if amounts else 0.0
