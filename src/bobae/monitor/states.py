"""The states of an alarm and what leads from one to the next (ISA-18.2, figure 5: without latching and shelving)."""

from bobae.core import BadInput, Refused, local_time
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState, AlarmStore, Transition

_NEXT = {
    (AlarmState.NORMAL, AlarmEvent.RAISED): AlarmState.UNACKNOWLEDGED,
    (AlarmState.UNACKNOWLEDGED, AlarmEvent.ACKNOWLEDGED): AlarmState.ACKNOWLEDGED,
    (AlarmState.UNACKNOWLEDGED, AlarmEvent.CLEARED): AlarmState.RETURNED,
    (AlarmState.ACKNOWLEDGED, AlarmEvent.CLEARED): AlarmState.NORMAL,
    (AlarmState.RETURNED, AlarmEvent.ACKNOWLEDGED): AlarmState.NORMAL,
    (AlarmState.RETURNED, AlarmEvent.RAISED): AlarmState.UNACKNOWLEDGED,
}


def next_state(state: AlarmState, event: AlarmEvent) -> AlarmState:
    """The state after an event; the same one where the event changes nothing.

    Example:
        >>> next_state(AlarmState.UNACKNOWLEDGED, AlarmEvent.CLEARED)
        <AlarmState.RETURNED: 'returned_unacknowledged'>
    """
    return _NEXT.get((state, event), state)


def happens(
    store: AlarmStore, alarm: Alarm, event: AlarmEvent, *, time_ns: int, by: str, comment: str = ""
) -> Alarm | None:
    """Let an event happen to an alarm, whatever others do to it meanwhile; None where it changes nothing any more."""
    while (becomes := next_state(alarm.state, event)) != alarm.state:
        moved = store.move(alarm.id, Transition(time_ns, event, alarm.state, becomes, by, comment))
        if moved is not None:
            return moved
        alarm = store.get(alarm.id)
    return None


def acknowledge(store: AlarmStore, alarm_id: int, *, by: str, comment: str, time_ns: int) -> Alarm:
    """Note that somebody has taken notice of an alarm; of two who do so at once, one is told that the other was first.

    Args:
        store: where the alarm is.
        alarm_id: which.
        by: who.
        comment: what they say of it; may be empty.
        time_ns: now, ns UTC.

    Raises:
        UnknownName: there is no such alarm.
        BadInput: `by` names nobody.
        Refused: it was acknowledged before.
    """
    if not by.strip():
        raise BadInput("say who acknowledges alarm {number}: 'by' is empty", number=alarm_id)
    done = happens(
        store, store.get(alarm_id), AlarmEvent.ACKNOWLEDGED, time_ns=time_ns, by=by.strip(), comment=comment.strip()
    )
    if done is None:
        there = store.get(alarm_id)
        raise Refused(
            "alarm {number} was acknowledged before, by {who} at {time}; nothing was changed",
            number=alarm_id,
            who=there.acknowledged_by,
            time=local_time(there.acknowledged_ns or 0).strftime("%Y-%m-%d %H:%M:%S"),
        )
    return done
