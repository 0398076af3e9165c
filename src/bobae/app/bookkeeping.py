"""The books of a plant are kept: what each alarm came to, at what it cost then."""

from collections.abc import Iterator, Mapping, Sequence

from bobae.app.live_versions import LiveVersions
from bobae.core import Monitor, Plant
from bobae.evidence.value import Prices
from bobae.monitor.ledger import Books, entry_of, missed_entry
from bobae.registry.catalogue import (
    Alarm,
    Catalogue,
    Feedback,
    LedgerEntry,
    Outcome,
)

_AT_ONCE = 500


class Bookkeeper:
    """Enters into the ledger what each alarm came to, and again where somebody says otherwise.

    It goes through all alarms once after a start: what the ledger has already is not entered twice.

    Args:
        catalogue: alarms, what people say of them, and the ledger.
        plant: its monitors' costs, its currency.
    """

    def __init__(self, catalogue: Catalogue, plant: Plant) -> None:
        self._catalogue, self._currency = catalogue, plant.currency
        self._live = LiveVersions(catalogue.versions)
        self._monitors = {f"{monitor.asset}:{monitor.task}": monitor for monitor in plant.monitors}
        self._seen = self._heard = 0

    def step(self, now_ns: int) -> int:
        """Enter what changed, and what was said, since the last step; how many entries that were."""
        entered = 0
        while changed := self._catalogue.alarms.changed_after(self._seen, limit=_AT_ONCE):
            entered += self._enter(changed, now_ns)
            self._seen = changed[-1].revision
        while said := self._catalogue.feedback.after(self._heard, limit=_AT_ONCE):
            numbers = {one.alarm for one in said if one.alarm is not None}
            entered += self._enter([self._catalogue.alarms.get(number) for number in sorted(numbers)], now_ns)
            entered += self._catalogue.ledger.enter(self._missed(said, now_ns))
            self._heard = said[-1].id
        return entered

    def _enter(self, alarms: Sequence[Alarm], now_ns: int) -> int:
        said = self._catalogue.feedback.of_alarms([alarm.id for alarm in alarms])
        return self._catalogue.ledger.enter(self._entry(alarm, said, now_ns) for alarm in alarms)

    def _entry(self, alarm: Alarm, said: Mapping[int, Feedback], now_ns: int) -> LedgerEntry:
        one = said.get(alarm.id)
        outcome, by = (Outcome.UNJUDGED, "") if one is None else (one.outcome, one.by)
        books = self._books(alarm.monitor, alarm.active_ns)
        return entry_of(alarm, outcome, books, written_ns=now_ns, by=by)

    def _missed(self, said: Sequence[Feedback], now_ns: int) -> Iterator[LedgerEntry]:
        for one in said:
            if one.outcome is Outcome.MISSED:
                watching = [name for name, monitor in self._monitors.items() if monitor.asset == one.asset]
                monitor = next(iter(watching), "")
                yield missed_entry(one, monitor, self._books(monitor, one.from_ns), written_ns=now_ns)

    def _books(self, monitor: str, time_ns: int) -> Books:
        prices = Prices.of(_costs(self._monitors.get(monitor)), self._currency)
        return Books(prices, self._currency, self._live.at(monitor, time_ns))


def _costs(monitor: Monitor | None) -> dict[str, float]:
    """A zero in the plant file says nothing, as everywhere."""
    if monitor is None:
        return {}
    return {name: value for name, value in monitor.costs.model_dump().items() if value > 0}
