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
        self._held_since_ns = 0
        self._newest_ns = self._late_ms = 0
        self._asked_ns = -REBIRTH_NS

    @property
    def complete(self) -> bool:
        """Whether all that is wished for of it has been born."""
        return self.born and self.births.devices.issuperset(device for device, _ in self._wishes)

    @property
    def waiting(self) -> bool:
        """Whether messages wait for one that they have overtaken."""
        return bool(self._held)

    def take(self, kind: str, device: str, payload: bytes, now_ns: int, rows: Rows) -> None:
        """Take one message; one that is none is passed over, and shows as missing in the sequence."""
        try:
            heard = Heard(kind, device, payload, scan(payload), now_ns)
            if kind == "NBIRTH":
                self._node_born(heard, rows)
            elif kind == "NDEATH":
                self._node_dead(heard, rows)
            else:
                self._in_order(heard, rows)
        except (ValueError, DecodeError):
            self.wants_rebirth = True

    def look(self, now_ns: int, rows: Rows) -> None:
        """Wait no longer for what was overtaken long ago."""
        if self._held and now_ns - self._held_since_ns >= REORDER_NS:
            self.wants_rebirth = True
            self._release(sorted(self._held, key=lambda seq: (seq - (self._next or 0)) % 256), rows)

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
            self._held_since_ns = self._held_since_ns if self._held else heard.now_ns
            self._held[seq] = heard
        else:
            self._act(heard, rows)
            if seq >= 0:
                self._next = (seq + 1) % 256
            while self._next in self._held:
                self._release([self._next], rows)

    def _release(self, sequence: list[int], rows: Rows) -> None:
        for seq in sequence:
            self._next = (seq + 1) % 256
            self._act(self._held.pop(seq), rows)

    def _act(self, heard: Heard, rows: Rows) -> None:
        if heard.kind == "DDEATH":
            self._device_dead(heard, rows)
            return
        if heard.kind == "DBIRTH":
            self.births.add(heard.device, Payload.FromString(heard.payload))
        self._keep(heard, rows)

    def _node_born(self, heard: Heard, rows: Rows) -> None:
        birth = Payload.FromString(heard.payload)
        before = [seq for seq, one in self._held.items() if one.scanned.time_ms < heard.scanned.time_ms]
        self._release(sorted(before, key=lambda seq: (seq - (self._next or 0)) % 256), rows)
        self.births.forget()
        self.births.add("", birth)
        self._bdseq = _bdseq(birth)
        self.born, self.wants_rebirth = True, False
        self._next = (max(heard.scanned.seq, 0) + 1) % 256
        self._keep(heard, rows)
        while self._next in self._held:
            self._release([self._next], rows)

    def _keep(self, heard: Heard, rows: Rows) -> None:
        """The values of a birth or of data."""
        layout = self.births.layout(heard.device, heard.payload, heard.scanned)
        if layout.unknown:
            self.wants_rebirth = True
        rows.tell(Told(heard.payload, heard.scanned, layout, heard.now_ns))
        historical = len(heard.scanned.values) > 0 and bool(heard.scanned.metrics[0, FLAGS] & HISTORICAL)
        if heard.scanned.time_ms > 0 and not historical:
            self._late_ms = heard.now_ns // _MS - heard.scanned.time_ms
            self._newest_ns = max(self._newest_ns, heard.scanned.time_ms * _MS)

    def _node_dead(self, heard: Heard, rows: Rows) -> None:
        """Its will says that it is gone; one of an earlier life says nothing (bdSeq)."""
        bdseq = _bdseq(Payload.FromString(heard.payload))
        if not self.born or (bdseq is not None and self._bdseq is not None and bdseq != self._bdseq):
            return
        self._release(sorted(self._held, key=lambda seq: (seq - (self._next or 0)) % 256), rows)
        self.born, self._next = False, None
        # a will was written when its node connected: its own time says nothing
        late_ns = self._late_ms * _MS if abs(self._late_ms) > _SKEWED_MS else 0
        self._gap(list(self._wishes.values()), heard.now_ns - late_ns, rows)

    def _device_dead(self, heard: Heard, rows: Rows) -> None:
        told = heard.scanned.time_ms
        positions = [position for (device, _), position in self._wishes.items() if device == heard.device]
        self._gap(positions, told * _MS if told > 0 else heard.now_ns, rows)

    def _gap(self, positions: list[int], at_ns: int, rows: Rows) -> None:
        if positions:
            rows.gap(positions, max(at_ns, self._newest_ns + _MS))


def _bdseq(payload: Any) -> int | None:
    """The number of the life that a birth or a death belongs to."""
    for metric in payload.metrics:
        if metric.name == "bdSeq":
            return int(metric.long_value or metric.int_value)
    return None
