"""One edge node as its messages tell it: born, numbered, in order, and dead."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from bobae.connectors.mqtt.sparkplug.births import Births, Key
from bobae.connectors.mqtt.sparkplug.payload import Payload
from bobae.connectors.mqtt.sparkplug.rows import Rows, Told
from bobae.connectors.mqtt.sparkplug.wire import FLAGS, HISTORICAL, Scanned, scan

REORDER_NS = 2_000_000_000  # so long is waited for a message that was overtaken
REBIRTH_NS = 5_000_000_000  # no edge node is asked more often
_OVERTAKEN = 16  # messages
_BEHIND = 128  # as far ahead is taken for behind
_SKEWED_MS = 5_000
_MS = 1_000_000


class Heard(NamedTuple):
    """One message of an edge node, read."""

    kind: str
    device: str
    payload: bytes
    scanned: Scanned
    now_ns: int


class EdgeNode:
    """The state of one edge node, by what a host knows of it (Sparkplug 3.0, chapters 5 and 6).

    Args:
        wishes: (device, metric) -> position of the wish.

    Attributes:
        wants_rebirth: whether it should be asked for its births.
        born: whether it is known to be alive.
    """

    def __init__(self, wishes: Mapping[Key, int]) -> None:
        self.wants_rebirth = False
        self.born = False
        self.births = Births(wishes)
        self._wishes = wishes
        self._bdseq: int | None = None
        self._next: int | None = None
        self._held: dict[int, Heard] = {}
        self._strange: set[int | str] = set()  # aliases and names that no birth told of, when they first came
        self._newest_ns = self._late_ms = 0
        self._asked_ns = -REBIRTH_NS

    @property
    def complete(self) -> bool:
        """Whether all that is wished for of it has been born."""
        return self.born and self.births.devices.issuperset(device for device, _ in self._wishes)

    @property
    def waiting(self) -> bool:
        """Whether messages wait for one that they have overtaken, or it waits to be asked for its births."""
        return bool(self._held) or self.wants_rebirth

    def take(self, kind: str, device: str, payload: bytes, now_ns: int, rows: Rows) -> None:
        """Take one message; what was lost is told, as a gap, before it."""
        try:
            heard = Heard(kind, device, payload, scan(payload), now_ns)
            if kind == "NBIRTH":
                self._node_born(heard, rows)
            elif kind == "NDEATH":
                self._node_dead(heard, rows)
            else:
                self._in_order(heard, rows)
        except (ValueError, DecodeError):
            self._unreadable(kind, device, rows)

    def look(self, now_ns: int, rows: Rows) -> None:
        """Wait no longer for what was overtaken long ago."""
        if self._held and now_ns - min(one.now_ns for one in self._held.values()) >= REORDER_NS:
            for seq in [seq for seq in self._held if self._ahead(seq) >= _BEHIND]:
                self._act(self._held.pop(seq), rows)  # it came twice, the second time very late
            self._release(list(self._held), rows)

    def ask(self, now_ns: int) -> bool:
        """Whether to ask for its births now; if so, it is noted as asked."""
        if not self.wants_rebirth or now_ns - self._asked_ns < REBIRTH_NS:
            return False
        self._asked_ns, self.wants_rebirth = now_ns, False
        return True

    def _in_order(self, heard: Heard, rows: Rows) -> None:
        """Act on it, unless messages before it are missing still."""
        seq = heard.scanned.seq
        if not self.born or self._next is None:
            self.wants_rebirth = True
        elif seq >= 0 and 0 < (self._next - seq) % 256 <= _OVERTAKEN:
            self._act(heard, rows)  # too late to be waited for, or twice: true all the same
        elif seq >= 0 and seq != self._next:
            self._held[seq] = heard
        else:
            self._act(heard, rows)
            self._note_time(heard)
            if seq >= 0:
                self._next = (seq + 1) % 256
            self._release_next(rows)

    def _ahead(self, seq: int) -> int:
        return (seq - (self._next or 0)) % 256

    def _release_next(self, rows: Rows) -> None:
        while self._next in self._held:
            self._release([self._next], rows)

    def _release(self, held: list[int], rows: Rows) -> None:
        """Act on messages that have waited, in their order; what is missing between them is lost."""
        for seq in sorted(held, key=self._ahead):
            if seq != self._next:
                self.wants_rebirth = True
                self._lost(self.births.positions(), rows)
            self._next = (seq + 1) % 256
            heard = self._held.pop(seq)
            self._act(heard, rows)
            self._note_time(heard)

    def _act(self, heard: Heard, rows: Rows) -> None:
        try:
            if heard.kind == "DDEATH":
                self._device_dead(heard, rows)
                return
            if heard.kind == "DBIRTH":
                self.births.add(heard.device, Payload.FromString(heard.payload))
            self._keep(heard, rows)
        except (ValueError, DecodeError):
            self._unreadable(heard.kind, heard.device, rows)

    def _node_born(self, heard: Heard, rows: Rows) -> None:
        birth, after = Payload.FromString(heard.payload), max(heard.scanned.seq, 0) + 1
        self._release([seq for seq, one in self._held.items() if _is_before(one, heard, after)], rows)
        self.births.forget()
        self.births.add("", birth)
        self._bdseq = _bdseq(birth)
        self.born, self.wants_rebirth = True, False
        self._next = after % 256
        self._keep(heard, rows)
        self._note_time(heard)
        self._release_next(rows)

    def _keep(self, heard: Heard, rows: Rows) -> None:
        """The values of a birth or of data."""
        layout = self.births.layout(heard.device, heard.payload, heard.scanned)
        if layout.unknown:
            self.wants_rebirth = True
            self._strangers(heard.device, layout.unknown, rows)
        rows.tell(Told(heard.payload, heard.scanned, layout, heard.now_ns))

    def _note_time(self, heard: Heard) -> None:
        """What the clock of the edge node showed in a message that came in order."""
        historical = len(heard.scanned.values) > 0 and bool(heard.scanned.metrics[0, FLAGS] & HISTORICAL)
        if heard.scanned.time_ms > 0 and not historical:
            self._late_ms = heard.now_ns // _MS - heard.scanned.time_ms
            time_ns = heard.scanned.time_ms * _MS
            put_back = self._newest_ns - time_ns > _SKEWED_MS * _MS
            self._newest_ns = time_ns if put_back else max(self._newest_ns, time_ns)

    def _strangers(self, device: str, unknown: frozenset[int | str], rows: Rows) -> None:
        """Say what may be behind metrics that no birth told of.

        One that births have not told of after all, though asked, is none of those wished for: it is told once.
        """
        new = unknown - self._strange
        self._strange |= new
        named = {(device, one) for one in new if isinstance(one, str) and one}
        if len(named) == len(new):
            self._lost([position for key, position in self._wishes.items() if key in named], rows)
        else:
            self._lost(self.births.positions(device), rows)

    def _unreadable(self, kind: str, device: str, rows: Rows) -> None:
        """Say that a message is lost; what it was about is in its topic."""
        self.wants_rebirth = True
        whole = kind in ("NBIRTH", "NDEATH")
        self._lost(self.births.positions(None if whole else device), rows)

    def _lost(self, positions: list[int], rows: Rows) -> None:
        """Say that nothing is known from the last message on that came in order.

        While it is not born nothing is: that has been said by its death, or by the collector for the time before.
        """
        if self.born and self._newest_ns:
            self._gap(positions, 0, rows)

    def _node_dead(self, heard: Heard, rows: Rows) -> None:
        """Its will says that it is gone; one of an earlier life says nothing (bdSeq)."""
        bdseq = _bdseq(Payload.FromString(heard.payload))
        if not self.born or (bdseq is not None and self._bdseq is not None and bdseq != self._bdseq):
            return
        self._release(list(self._held), rows)
        self.born, self._next = False, None
        # a will was written when its node connected: its own time says nothing
        late_ns = self._late_ms * _MS if abs(self._late_ms) > _SKEWED_MS else 0
        self._gap(self.births.positions(), heard.now_ns - late_ns, rows)

    def _device_dead(self, heard: Heard, rows: Rows) -> None:
        told = heard.scanned.time_ms
        self._gap(self.births.positions(heard.device), told * _MS if told > 0 else heard.now_ns, rows)

    def _gap(self, positions: list[int], at_ns: int, rows: Rows) -> None:
        if positions:
            rows.gap(positions, max(at_ns, self._newest_ns + _MS))


def _is_before(held: Heard, birth: Heard, after: int) -> bool:
    """Whether a message that waits is from before a birth, whose next one is `after`."""
    return held.scanned.time_ms < birth.scanned.time_ms or (held.scanned.seq - after) % 256 > _OVERTAKEN


def _bdseq(payload: Any) -> int | None:
    """The number of the life that a birth or a death belongs to."""
    for metric in payload.metrics:
        if metric.name == "bdSeq":
            return int(metric.long_value or metric.int_value)
    return None
