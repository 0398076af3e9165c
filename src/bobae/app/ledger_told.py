"""The ledger of a plant in words and figures: what its models brought, by month, and which is not worth its place."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bobae.app.kept import kept_of
from bobae.app.settings import Settings
from bobae.core import Text, telling_time_of, text
from bobae.evidence.value import money
from bobae.monitor.ledger import MonthOfModel, Proposal, by_month, retirements, whole
from bobae.registry.catalogue import LedgerStore, open_catalogue

_DAY_NS = 24 * 3600 * 1_000_000_000


@dataclass(frozen=True)
class Statement:
    """What the models of a plant brought.

    Attributes:
        months: by month and model, oldest first.
        models: each model over the whole time.
        proposals: which should be retired, and why.
    """

    months: Sequence[MonthOfModel]
    models: Sequence[MonthOfModel]
    proposals: Sequence[Proposal]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {
            "months": [_as_json(row) for row in self.months],
            "models": [_as_json(row) for row in self.models],
            "proposals": [{"model": p.model, "losing": p.losing, "text": str(p.said)} for p in self.proposals],
        }

    def told(self) -> Iterator[Text]:
        """The same in sentences, the models over the whole time last."""
        yield from (_told(row) for row in (*self.months, *self.models))
        yield from (proposal.said for proposal in self.proposals)


def statement(store: LedgerStore, t0_ns: int, t1_ns: int) -> Statement:
    """The ledger from t0 to t1 (ns UTC); months are those of the time zone that is told."""
    entries = store.entries(t0_ns, t1_ns)
    return Statement(by_month(entries), whole(entries), retirements(entries))


def ledger(place: Path, settings: Settings, *, days: float = 366, now_ns: int | None = None) -> Statement:
    """What the models of the plant in `place` brought over the last days; bobae may be running there.

    Raises:
        BadInput: no plant file is there.
        Refused, Unreachable: the catalogue cannot be opened.
    """
    now = time.time_ns() if now_ns is None else now_ns
    with telling_time_of(settings.timezone), open_catalogue(kept_of(place)) as catalogue:
        return statement(catalogue.ledger, now - round(days * _DAY_NS), now + 1)


def _as_json(row: MonthOfModel) -> dict[str, Any]:
    return {
        "month": row.month or None,
        "model": row.model,
        "useful": len(row.booked.useful),
        "false": len(row.booked.false),
        "unjudged": row.booked.unjudged,
        "missed": len(row.booked.missed),
        "saved": row.worth.saved.as_json(),
        "losing": row.worth.losing,
        "useful_share": row.worth.useful.as_json(),
        "currency": row.currency,
        "costs_assumed": row.assumed,
    }


def _told(row: MonthOfModel) -> Text:
    saved = row.worth.saved
    values = {
        "month": row.month,
        "model": row.model,
        "useful": len(row.booked.useful),
        "false": len(row.booked.false),
        "unjudged": row.booked.unjudged,
        "missed": len(row.booked.missed),
        "saved": money(saved.value),
        "low": money(saved.low),
        "high": money(saved.high),
        "unit": row.currency,
    }
    if not row.month:
        return text(
            "in all: {model} saved {saved} {unit} ({low} to {high}): {useful} useful alarms, {false} false, {unjudged} "
            "not judged, {missed} faults without one",
            **values,
        )
    return text(
        "{month}: {model} saved {saved} {unit} ({low} to {high}): {useful} useful alarms, {false} false, {unjudged} "
        "not judged, {missed} faults without one",
        **values,
    )
