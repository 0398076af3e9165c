"""Alarm points: shelved for a time, suppressed by design, taken out of service, and back again.

Each by somebody, with a reason, in the journal.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bobae.core import BadInput, Refused
from bobae.monitor.states import happens
from bobae.registry.catalogue import (
    AlarmEvent,
    AlarmPoint,
    AlarmState,
    AlarmStore,
    PointChange,
    PointEvent,
    PointStore,
    Suppression,
)

LONGEST_SHELF_S = 7 * 24 * 3600.0
_LOOK_NS = 500_000_000
_NS = 1_000_000_000


@dataclass(frozen=True)
class Hand:
    """Who changes a point, why, and when (ns UTC)."""

    by: str
    because: str
    now_ns: int


def holding(point: AlarmPoint | None, now_ns: int) -> AlarmState | None:
    """How a point is suppressed now: out of service before by design before shelved; None: it may call.

    A shelf that began later than now, as by a clock that was set back, holds no longer than it would have.
    """
    if point is None:
        return None
    if point.out_of_service is not None:
        return AlarmState.OUT_OF_SERVICE
    if point.by_design is not None:
        return AlarmState.SUPPRESSED
    return None if point.shelved is None or _shelf_over(point.shelved, now_ns) else AlarmState.SHELVED


def _shelf_over(shelf: Suppression, now_ns: int) -> bool:
    until_ns = shelf.until_ns or 0
    return now_ns >= until_ns or now_ns < shelf.since_ns - (until_ns - shelf.since_ns)


class Points:
    """What the points of a plant may do now, as one who asks for every row needs it: looked up twice a second.

    Args:
        store: where they are kept.
        clock: now, ns UTC.
    """

    def __init__(self, store: PointStore, clock: Callable[[], int]) -> None:
        self._store, self._clock = store, clock
        self._known: dict[str, AlarmPoint] = {}
        self._revision = 0
        self._looked_ns: int | None = None

    def holding(self, name: str) -> AlarmState | None:
        """How a point is suppressed now; None: it may call.

        Raises:
            Unreachable, Refused: the store cannot be read.
        """
        now = self._clock()
        if self._looked_ns is None or not 0 <= now - self._looked_ns < _LOOK_NS:
            for point in self._store.changed_after(self._revision):
                self._known[point.name], self._revision = point, point.revision
            self._looked_ns = now
        return holding(self._known.get(name), now) if self._known else None

    def end_shelves(self) -> None:
        """Note in the journal which shelves are over."""
        now = self._clock()
        for point in self._store.changed_after(0):
            if point.shelved is not None and _shelf_over(point.shelved, now):
                entry = PointChange(point.name, now, PointEvent.SHELF_OVER, "", point.shelved.because)
                self._store.change(point.name, point.asset, {"shelved": None}, entry)


@dataclass(frozen=True)
class Desk:
    """What people do with alarm points.

    Attributes:
        points: where they are kept.
        alarms: the alarms that they raise.
    """

    points: PointStore
    alarms: AlarmStore

    def shelve(self, name: str, asset: str, hand: Hand, *, for_s: float, longest_s: float = LONGEST_SHELF_S) -> None:
        """Put a point away for a time; it comes back by itself.

        Args:
            name: of the point.
            asset: its machine.
            hand: who, why, when.
            for_s: for how long, seconds.
            longest_s: for how long at the most.

        Raises:
            BadInput: nobody or no reason is named, or the time is not above zero and at most `longest_s`.
        """
        if not 0 < for_s <= longest_s:
            raise BadInput(
                "an alarm can be shelved for {longest:g} h at the most, and for more than none; got {hours:g} h. For "
                "longer, take it out of service",
                longest=longest_s / 3600,
                hours=for_s / 3600,
            )
        until_ns = hand.now_ns + round(for_s * _NS)
        self._hold(name, asset, hand, "shelved", PointEvent.SHELVED, until_ns)

    def unshelve(self, name: str, asset: str, hand: Hand) -> None:
        """Take a point from the shelf.

        Raises:
            BadInput: nobody is named.
            Refused: it is not shelved.
        """
        self._let_go(name, asset, hand, "shelved", PointEvent.UNSHELVED)

    def take_out(self, name: str, asset: str, hand: Hand) -> None:
        """Take a point out of service until somebody returns it.

        Raises:
            BadInput: nobody or no reason is named.
        """
        self._hold(name, asset, hand, "out_of_service", PointEvent.TAKEN_OUT, None)

    def give_back(self, name: str, asset: str, hand: Hand) -> None:
        """Return a point to service.

        Raises:
            BadInput: nobody is named.
            Refused: it is not out of service.
        """
        self._let_go(name, asset, hand, "out_of_service", PointEvent.RETURNED)

    def by_design(self, name: str, asset: str, hand: Hand, *, holds: bool) -> bool:
        """Suppress a point because the machine is as it is now, or no more; False where it was so before."""
        held = Suppression(hand.now_ns, hand.by, hand.because) if holds else None
        there = self.points.get(name)
        if (there is not None and there.by_design is not None) == holds:
            return False
        event = PointEvent.SUPPRESSED if holds else PointEvent.UNSUPPRESSED
        entry = PointChange(name, hand.now_ns, event, hand.by, hand.because)
        changed = self.points.change(name, asset, {"by_design": held}, entry)
        if changed and holds:
            self._silence(name, hand)
        return changed

    def _hold(self, name: str, asset: str, hand: Hand, how: str, event: PointEvent, until_ns: int | None) -> None:
        _check(hand, name, reason=True)
        held = Suppression(hand.now_ns, hand.by.strip(), hand.because.strip(), until_ns)
        entry = PointChange(name, hand.now_ns, event, held.by, held.because, until_ns)
        self.points.change(name, asset, {how: held}, entry)
        self._silence(name, hand)

    def _let_go(self, name: str, asset: str, hand: Hand, how: str, event: PointEvent) -> None:
        _check(hand, name, reason=False)
        entry = PointChange(name, hand.now_ns, event, hand.by.strip(), hand.because.strip())
        if not self.points.change(name, asset, {how: None}, entry):
            raise Refused("{point} is not suppressed so; nothing was changed", point=name)

    def _silence(self, name: str, hand: Hand) -> None:
        """The alarm that the point has now is over; a cause that is still there calls anew once nothing holds it."""
        newest = self.alarms.newest_of(name)
        if newest is not None:
            happens(
                self.alarms,
                newest,
                AlarmEvent.SUPPRESSED,
                time_ns=hand.now_ns,
                by=hand.by,
                comment=hand.because.strip(),
            )


def _check(hand: Hand, name: str, *, reason: bool) -> None:
    if not hand.by.strip():
        raise BadInput("say who does this to {point}: 'by' is empty", point=name)
    if reason and not hand.because.strip():
        raise BadInput("say why {point} is to call nobody: the reason is empty", point=name)
