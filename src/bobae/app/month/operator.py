"""The one at the machine, simulated: comes when called, looks, says what it was; and tells of what nobody warned of."""

from dataclasses import dataclass, field

from bobae.app.desk import AlarmDesk
from bobae.app.month.world import ASSET, NS, World
from bobae.app.telling import Tell, tell_nobody
from bobae.core import local_time, text
from bobae.registry.catalogue import Alarm, AlarmState, Outcome
from bobae.twins.press import Fault

COMES_S, LOOKS_S, EARLY_S = 600, 1_800, 600
_WAITING = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)


@dataclass(eq=False)
class Operator:
    """Acknowledges after ten minutes, judges after half an hour or once the repair is done; never wrong, never late.

    Args:
        world: knows the truth.
        desk: of the plant.
        answers: whether the operator says what alarms were.
        tell: told what is heard and said.
    """

    world: World
    desk: AlarmDesk
    answers: bool = True
    tell: Tell = tell_nobody
    calls: list[tuple[int, Fault | None]] = field(default_factory=list)
    _seen: int = 0
    _to_do: list[tuple[int, str, int]] = field(default_factory=list)
    _known: set[int] = field(default_factory=set)
    _told: set[int] = field(default_factory=set)

    def step(self, now_ns: int) -> None:
        """Do what is due by now."""
        for alarm in self._called():
            fault = self._fault_at(alarm.active_ns)
            self.calls.append((alarm.active_ns, fault))
            when = {"time": clock_time(alarm.active_ns), "number": alarm.id}
            self.tell(text("{time} ALARM {number}: {meaning}", **when, meaning=alarm.meaning), "warning")
            self._to_do.append((now_ns + COMES_S * NS, "acknowledge", alarm.id))
            if self.answers:
                later = now_ns + LOOKS_S * NS if fault is None else max(fault.written_off_ns, now_ns + LOOKS_S * NS)
                self._to_do.append((later, "false" if fault is None else "useful", alarm.id))
        due = [one for one in self._to_do if one[0] <= now_ns]
        self._to_do = [one for one in self._to_do if one[0] > now_ns]
        for _, what, number in sorted(due):
            if what == "acknowledge":
                if self.desk.catalogue.alarms.get(number).state in _WAITING:
                    self.desk.acknowledge(number, by="operator")
            else:
                self._judge(number, Outcome(what), now_ns)
        if self.answers:
            self._tell_missed(now_ns)

    def _judge(self, number: int, outcome: Outcome, now_ns: int) -> None:
        _, move = self.desk.judge(number, outcome, by="operator")
        told = {"time": clock_time(now_ns), "number": number}
        if outcome is Outcome.USEFUL:
            self.tell(text("{time} the operator calls alarm {number} useful", **told), "good")
            return
        self.tell(text("{time} the operator calls alarm {number} false: nothing was wrong", **told))
        if move is not None:
            factor = f"{move.factor:.2f}"
            self.tell(text("the limit moves to {factor} times the proved one: {why}", factor=factor, why=move.why))

    def _called(self) -> list[Alarm]:
        """Alarms that were raised since the last look; one that comes back within half an hour is the same."""
        changed = self.desk.catalogue.alarms.changed_after(self._seen, limit=1_000)
        self._seen = changed[-1].revision if changed else self._seen
        new = [alarm for alarm in changed if alarm.id not in self._known]
        self._known |= {alarm.id for alarm in new}
        return new

    def _fault_at(self, time_ns: int) -> Fault | None:
        for fault in self.world.known():
            if fault.start_ns - EARLY_S * NS <= time_ns <= fault.written_off_ns:
                return fault
        return None

    def _tell_missed(self, now_ns: int) -> None:
        for number, fault in enumerate(self.world.known()):
            over = fault.start_ns >= self.world.month_ns and fault.written_off_ns <= now_ns
            if over and number not in self._told:
                self._told.add(number)
                if all(found is not fault for _, found in self.calls):
                    times = {"from_ns": fault.start_ns, "to_ns": fault.end_ns}
                    self.desk.missed(ASSET, **times, what=fault.kind, by="operator")
                    told = {"time": clock_time(now_ns), "what": fault.what}
                    self.tell(text("{time} the operator tells of a fault without an alarm: {what}", **told), "warning")


def clock_time(time_ns: int) -> str:
    """A moment in the plant's time."""
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M")
