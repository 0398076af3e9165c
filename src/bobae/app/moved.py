"""Whether the normal running of a machine has moved away from what its model learned."""

from collections.abc import Callable

from bobae.core import Monitor
from bobae.registry.catalogue import Catalogue, Outcome

STANDS_NS = 24 * 3600 * 1_000_000_000


def by_standing_alarms(catalogue: Catalogue) -> Callable[[Monitor, int], int | None]:
    """Tells by the alarms: one that somebody called false, and that stands for a day all the same, is no fault.

    Nothing is wrong with the machine then, and it will not run again as the model knows it.
    """

    def moved(monitor: Monitor, now_ns: int) -> int | None:
        alarm = catalogue.alarms.newest_of(f"{monitor.asset}:{monitor.task}")
        if alarm is None or not alarm.state.active or now_ns - alarm.row_ns < STANDS_NS:
            return None
        said = catalogue.feedback.of_alarms([alarm.id]).get(alarm.id)
        return alarm.row_ns if said is not None and said.outcome is Outcome.FALSE else None

    return moved
