"""The states of an alarm and what leads from one to the next: the diagram of ISA-18.2, and nothing beside it.

Source: ANSI/ISA-18.2-2016, clause 5.3 (alarm state transition diagram), which IEC 62682 has as well. A reset takes an
acknowledged latch only, as OPC UA Part 9 has it (5.8.2, Reset): who resets has taken notice first.
"""

from dataclasses import dataclass

from bobae.core import BadInput, Refused, local_time
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState, AlarmStore, Transition

_A, _B, _C, _D, _E, _F, _G, _H, _I = AlarmState

_ALWAYS = {
    (_A, AlarmEvent.RAISED): _B,
    (_B, AlarmEvent.ACKNOWLEDGED): _C,
    (_D, AlarmEvent.ACKNOWLEDGED): _A,
    (_D, AlarmEvent.RAISED): _B,
    (_E, AlarmEvent.ACKNOWLEDGED): _F,
    (_E, AlarmEvent.RAISED): _B,
    (_F, AlarmEvent.RESET): _A,
    (_F, AlarmEvent.RAISED): _B,
} | {(state, AlarmEvent.SUPPRESSED): _A for state in (_B, _C, _D, _E, _F)}
_PLAIN = _ALWAYS | {(_B, AlarmEvent.CLEARED): _D, (_C, AlarmEvent.CLEARED): _A}
_LATCHING = _ALWAYS | {(_B, AlarmEvent.CLEARED): _E, (_C, AlarmEvent.CLEARED): _F}


def transitions(*, latching: bool) -> dict[tuple[AlarmState, AlarmEvent], AlarmState]:
    """Every transition of the diagram that an alarm has: (state, event) -> the state after it."""
    return dict(_LATCHING if latching else _PLAIN)


def next_state(state: AlarmState, event: AlarmEvent, *, latching: bool = False) -> AlarmState:
    """The state after an event; the same one where the event changes nothing.

    Example:
        >>> next_state(AlarmState.UNACKNOWLEDGED, AlarmEvent.CLEARED)
        <AlarmState.RETURNED: 'returned_unacknowledged'>
        >>> next_state(AlarmState.UNACKNOWLEDGED, AlarmEvent.CLEARED, latching=True)
        <AlarmState.LATCHED_UNACKNOWLEDGED: 'latched_unacknowledged'>
    """
    return (_LATCHING if latching else _PLAIN).get((state, event), state)


@dataclass(frozen=True)
class Standing:
    """A point with its alarm, as a model of the whole diagram: what is shown, and what goes on behind it.

    Attributes:
        alarm: A to F: where its alarm stands.
        cause: whether the cause is there, followed while nobody is called too.
        shelved, by_design, out_of_service: which suppressions hold; several may at once.

    Example:
        >>> Standing().with_cause(True, latching=False).suppressed("shelved", True).shown
        <AlarmState.SHELVED: 'shelved'>
    """

    alarm: AlarmState = _A
    cause: bool = False
    shelved: bool = False
    by_design: bool = False
    out_of_service: bool = False

    @property
    def shown(self) -> AlarmState:
        """The state as the standard names it; out of service before by design before shelved."""
        if self.out_of_service:
            return _I
        if self.by_design:
            return _H
        return _G if self.shelved else self.alarm

    @property
    def calls(self) -> bool:
        """Whether somebody may be called."""
        return not (self.shelved or self.by_design or self.out_of_service)

    def with_cause(self, there: bool, *, latching: bool) -> "Standing":
        """The cause came, or is gone."""
        event = AlarmEvent.RAISED if there else AlarmEvent.CLEARED
        alarm = next_state(self.alarm, event, latching=latching) if self.calls and there != self.cause else self.alarm
        return self._but(alarm=alarm, cause=there)

    def after(self, event: AlarmEvent, *, latching: bool) -> "Standing":
        """Somebody acknowledged or reset; nothing where nobody was called."""
        return self._but(alarm=next_state(self.alarm, event, latching=latching)) if self.calls else self

    def suppressed(self, how: str, holds: bool) -> "Standing":
        """A suppression began or ended; once none holds, a cause that is there calls anew."""
        changed = self._but(**{how: holds})
        if self.calls and not changed.calls:
            return changed._but(alarm=next_state(self.alarm, AlarmEvent.SUPPRESSED))
        if not self.calls and changed.calls and changed.cause:
            return changed._but(alarm=next_state(_A, AlarmEvent.RAISED))
        return changed

    def _but(self, **changes: AlarmState | bool) -> "Standing":
        return Standing(**(self.__dict__ | changes))


def happens(
    store: AlarmStore, alarm: Alarm, event: AlarmEvent, *, time_ns: int, by: str, comment: str = ""
) -> Alarm | None:
    """Let an event happen to an alarm, whatever others do to it meanwhile; None where it changes nothing any more."""
    while (becomes := next_state(alarm.state, event, latching=alarm.latching)) != alarm.state:
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
        Refused: it was acknowledged before, or its point calls nobody any more.
    """
    if not by.strip():
        raise BadInput("say who acknowledges alarm {number}: 'by' is empty", number=alarm_id)
    done = happens(
        store, store.get(alarm_id), AlarmEvent.ACKNOWLEDGED, time_ns=time_ns, by=by.strip(), comment=comment.strip()
    )
    if done is None:
        there = store.get(alarm_id)
        if there.acknowledged_ns is None:
            raise Refused("alarm {number} is over: what raises it was suppressed; nothing was changed", number=alarm_id)
        raise Refused(
            "alarm {number} was acknowledged before, by {who} at {time}; nothing was changed",
            number=alarm_id,
            who=there.acknowledged_by,
            time=local_time(there.acknowledged_ns).strftime("%Y-%m-%d %H:%M:%S"),
        )
    return done


def reset(store: AlarmStore, alarm_id: int, *, by: str, comment: str, time_ns: int) -> Alarm:
    """Let go of a latched alarm, once its cause is gone and somebody has taken notice and looked.

    Raises:
        UnknownName: there is no such alarm.
        BadInput: `by` names nobody.
        Refused: it is not latched, its cause is still there, or nobody has acknowledged it.
    """
    if not by.strip():
        raise BadInput("say who resets alarm {number}: 'by' is empty", number=alarm_id)
    alarm = store.get(alarm_id)
    done = happens(store, alarm, AlarmEvent.RESET, time_ns=time_ns, by=by.strip(), comment=comment.strip())
    if done is None:
        alarm = store.get(alarm_id)
        if not alarm.latching or alarm.state is _A:
            raise Refused("alarm {number} is not latched; there is nothing to reset", number=alarm_id)
        if alarm.state is _E:
            raise Refused("alarm {number} has not been acknowledged; do that first, then reset it", number=alarm_id)
        raise Refused("the cause of alarm {number} is still there; it can be reset once that is gone", number=alarm_id)
    return done
