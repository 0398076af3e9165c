"""The ledger in the catalogue: what each alarm and each missed fault was worth, at the costs that held then.

Nothing in it is changed: a person who thinks again makes a new entry, and the newest of a subject counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, insert, select

from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import LEDGER


class Outcome(StrEnum):
    """What came of an alarm, as a person says; `missed` is a fault that no alarm told of."""

    USEFUL = "useful"
    FALSE = "false"
    MISSED = "missed"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class LedgerEntry:
    """One entry; money in the plant's currency, times in ns UTC.

    Attributes:
        subject: what it is about: 'alarm 12' or 'missed 3'.
        asset: path of the machine.
        monitor: whose alarm it was, or whose it would have been.
        model: name of the model or rule.
        version: the first digits of the model's digest; empty for a rule.
        time_ns: when the alarm was raised, or the fault began.
        outcome: what came of it.
        saved: what it saved; 0 unless useful.
        cost: what it cost: looking into a false alarm, or a fault that nobody was warned of.
        would_save, would_cost: of one nobody judged: what it saves if it was useful, what it cost if not.
        currency: ISO 4217.
        assumed: whether the costs are bobae's, not the plant's own.
        written_ns: when it was entered.
        by: who said so; empty: bobae itself.
    """

    subject: str
    asset: str
    monitor: str
    model: str
    version: str
    time_ns: int
    outcome: Outcome
    saved: float
    cost: float
    would_save: float
    would_cost: float
    currency: str
    assumed: bool
    written_ns: int
    by: str = ""


class LedgerStore:
    """Reads and writes the ledger; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing was entered then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, entries: Iterable[LedgerEntry]) -> int:
        """Keep those whose outcome is new to their subject; how many these were.

        Else what was entered stays, at the costs that held then.
        """
        with self._database.writing() as connection:
            fresh = []
            for entry in entries:
                row = connection.execute(
                    select(LEDGER).where(LEDGER.c.subject == entry.subject).order_by(LEDGER.c.id.desc()).limit(1)
                ).one_or_none()
                if row is None or row.outcome != entry.outcome:
                    fresh.append(asdict(entry))
            if fresh:
                connection.execute(insert(LEDGER), fresh)
            return len(fresh)

    def entries(self, t0_ns: int, t1_ns: int, *, model: str | None = None) -> Sequence[LedgerEntry]:
        """What counts of the alarms and faults from t0 to t1, in time order."""
        newest = select(func.max(LEDGER.c.id)).group_by(LEDGER.c.subject)
        query = (
            select(LEDGER)
            .where(LEDGER.c.id.in_(newest), LEDGER.c.time_ns >= t0_ns, LEDGER.c.time_ns < t1_ns)
            .order_by(LEDGER.c.time_ns, LEDGER.c.id)
        )
        if model is not None:
            query = query.where(LEDGER.c.model == model)
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def history(self, subject: str) -> Sequence[LedgerEntry]:
        """All that was ever entered of one subject, oldest first."""
        query = select(LEDGER).where(LEDGER.c.subject == subject).order_by(LEDGER.c.id)
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(query)]


def _entry(row: Row[Any]) -> LedgerEntry:
    kept = dict(row._mapping)
    del kept["id"]
    return LedgerEntry(**kept | {"outcome": Outcome(kept["outcome"])})
