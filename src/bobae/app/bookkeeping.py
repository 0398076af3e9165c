"""The books of a plant are kept: what each alarm came to, at what it cost then."""

from collections.abc import Callable, Mapping, Sequence

from bobae.core import Plant
from bobae.evidence.value import Prices
from bobae.monitor.ledger import Books, entry_of
from bobae.registry.catalogue import Alarm, Catalogue, LedgerEntry, Outcome

_AT_ONCE = 1_000

Said = Mapping[int, tuple[Outcome, str]]


class Bookkeeper:
    """Enters into the ledger what each alarm came to, and again where somebody thinks otherwise.

    It goes through all alarms once after a start: what the ledger has already is not entered twice.

    Args:
        catalogue: alarms and ledger.
        plant: its monitors' costs, its currency.
        said: numbers of alarms -> what somebody said of each, and who; those that nobody judged are left out.
        version: (monitor, time_ns) -> which version of its model was at work then.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        plant: Plant,
        said: Callable[[Sequence[int]], Said],
        version: Callable[[str, int], str] = lambda monitor, time_ns: "",  # noqa: ARG005
    ) -> None:
        self._alarms, self._ledger = catalogue.alarms, catalogue.ledger
        self._said, self._version = said, version
        self._currency = plant.currency
        self._prices = {f"{m.asset}:{m.task}": _prices(m.costs.model_dump(), plant) for m in plant.monitors}
        self._assumed = Prices.of({}, plant.currency)
        self._seen = 0

    def step(self, now_ns: int) -> int:
        """Enter what changed since the last step; how many entries that were."""
        entered = 0
        while changed := self._alarms.changed_after(self._seen, limit=_AT_ONCE):
            entered += self.enter(changed, now_ns)
            self._seen = changed[-1].revision
        return entered

    def enter(self, alarms: Sequence[Alarm], now_ns: int) -> int:
        """Enter these alarms as they are now, such as after somebody judged them; how many said something new."""
        said = self._said([alarm.id for alarm in alarms])
        return self._ledger.enter(self._entry(alarm, *said.get(alarm.id, _NOBODY), now_ns) for alarm in alarms)

    def _entry(self, alarm: Alarm, outcome: Outcome, by: str, now_ns: int) -> LedgerEntry:
        prices = self._prices.get(alarm.monitor, self._assumed)
        books = Books(prices, self._currency, self._version(alarm.monitor, alarm.active_ns))
        return entry_of(alarm, outcome, books, written_ns=now_ns, by=by)


_NOBODY = (Outcome.UNJUDGED, "")


def _prices(costs: Mapping[str, float], plant: Plant) -> Prices:
    """A zero in the plant file says nothing, as everywhere."""
    return Prices.of({name: value for name, value in costs.items() if value > 0}, plant.currency)
