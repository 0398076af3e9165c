"""Whether the normal running of a machine has moved away from what its model learned."""

from collections.abc import Callable

from bobae.app.promoting import name_of
from bobae.core import Monitor
from bobae.registry.catalogue import Alarm, Catalogue, Drift, Outcome

STANDS_NS = 24 * 3600 * 1_000_000_000
Moved = Callable[[Monitor, int], int | None]


def has_moved(catalogue: Catalogue) -> Moved:
    """Tells by the alarms, and by what was found of the model's inputs, since when it has; None: it has not.

    A fault moves signals too, and is nothing to learn from. So an alarm that stands must have been called false by
    somebody: then nothing is wrong with the machine, and it will not run again as the model knows it. Without an alarm,
    each look of a day must have found that rows alarm only because inputs have moved.
    """

    def moved(monitor: Monitor, now_ns: int) -> int | None:
        alarm = catalogue.alarms.newest_of(name_of(monitor))
        if alarm is not None and alarm.state.active:
            stands = now_ns - alarm.row_ns >= STANDS_NS
            return alarm.row_ns if stands and _is_false(catalogue, alarm) else None
        check = catalogue.drift.newest(name_of(monitor))
        if check is None or check.answer is not Drift.MATTERS or now_ns - check.checked_ns > STANDS_NS:
            return None
        return check.since_ns if now_ns - check.first_ns >= STANDS_NS else None

    return moved


def _is_false(catalogue: Catalogue, alarm: Alarm) -> bool:
    said = catalogue.feedback.of_alarms([alarm.id]).get(alarm.id)
    return said is not None and said.outcome is Outcome.FALSE
