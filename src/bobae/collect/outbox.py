"""Rows on their way to the store: in batches, kept until they are on the disk, and the oldest given up at the limit."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Ack, Gap, Refused, Samples, StoreWriter, Text, text

FLUSH_S = 0.005
BATCH_ROWS = 5_000
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 2.0  # asking a full disk again costs next to nothing
_log = logging.getLogger("bobae.collect")


Kept = Callable[[], None]


@dataclass(frozen=True, eq=False)
class _Part:
    """Rows that came together, and who is told once they are on the disk."""

    rows: Samples
    kept: tuple[Kept, ...] = ()

    @classmethod
    def joined(cls, parts: Sequence["_Part"]) -> "_Part":
        rows = [part.rows for part in parts if len(part.rows)]
        return cls(
            rows[0] if len(rows) == 1 else Samples.joined(rows), tuple(call for part in parts for call in part.kept)
        )


class Outbox:
    """Belongs to one event loop; never waits.

    Attributes:
        dropped: rows that were given up.
        trouble: why the store takes nothing now; None if it does.
    """

    def __init__(self, writer: StoreWriter, *, limit: int = 500_000) -> None:
        self.dropped = 0
        self.trouble: Text | None = None
        self._writer = writer
        self._limit = limit
        self._buffer: deque[_Part] = deque()
        self._buffered = 0
        self._sent: deque[tuple[Ack | None, _Part]] = deque()
        self._unsaved = 0
        self._given_up: dict[int, tuple[int, Gap]] = {}  # tag -> time of its first lost row, and why
        self._pause_s = FIRST_PAUSE_S
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Rows that are not known to be on the disk."""
        return self._buffered + self._unsaved

    def add(self, samples: Samples, kept: Kept | None = None) -> None:
        """Take rows; they go to the store with the next batch.

        Args:
            samples: the rows; none, if all were known already: `kept` then waits for what was handed on before.
            kept: called once they are on the disk, never if some of them were given up.
        """
        if not len(samples) and kept is None:
            return
        self._buffer.append(_Part(samples, () if kept is None else (kept,)))
        self._buffered += len(samples)
        self._give_up(self.waiting - self._limit)
        if self._buffered >= BATCH_ROWS and self.trouble is None:
            self.flush()
        elif self._timer is None:
            self._flush_in(FLUSH_S)

    def flush(self) -> None:
        """Hand on what there is, and look at what has become of what was handed on before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        refused = self._settle()
        if refused is None:
            refused = self._send()
        if refused is not None:
            self.trouble = refused
            self._flush_in(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            return
        self._pause_s = FIRST_PAUSE_S
        if self._buffer or self._sent:
            self._flush_in(FLUSH_S)

    def close(self) -> None:
        """Hand on the rest, what it did not take before too; what the store does not take now is lost, and told."""
        self._settle()
        self._send()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._buffered:
            _log.error("%s", text("{rows} rows could not be stored before the end", rows=self._buffered))

    def _flush_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.flush)

    def _settle(self) -> Text | None:
        """Forget what is on the disk; take back all that is not, in its order, and say why."""
        failed: list[_Part] = []
        why: Text | None = None
        while self._sent and ((ack := self._sent[0][0]) is None or ack.durable.done()):
            part = self._sent.popleft()[1]
            self._unsaved -= len(part.rows)
            error = None if ack is None else ack.durable.exception()
            if ack is None and failed:  # it waits for what came before it
                failed.append(part)
                continue
            if error is not None:
                failed.append(part)
                why = error.text if isinstance(error, Refused) else text("the store failed: {why}", why=error)
                continue
            if ack is not None:
                self.trouble = None  # the store takes rows again
            for call in part.kept:
                call()
        for part in reversed(failed):
            self._put_back(part)
        return why

    def _send(self) -> Text | None:
        """Append until all is handed on or half the limit is on its way; says why the store refuses."""
        if self._given_up and self._unsaved < self._limit // 2:
            self._put_back(_Part(self._gaps()))
        while self._buffer and self._unsaved < self._limit // 2:
            part = self._next_batch()
            try:
                self._sent.append((self._writer.append(part.rows) if len(part.rows) else None, part))
            except Refused as error:
                self._put_back(part)
                return error.text
            self._unsaved += len(part.rows)
        return None

    def _next_batch(self) -> _Part:
        parts: list[_Part] = []
        rows = 0
        while self._buffer and rows < BATCH_ROWS:
            parts.append(self._buffer.popleft())
            rows += len(parts[-1].rows)
        self._buffered -= rows
        return _Part.joined(parts)

    def _put_back(self, part: _Part) -> None:
        self._buffer.appendleft(part)
        self._buffered += len(part.rows)

    def _give_up(self, rows: int) -> None:
        """Drop the oldest rows; each tag gets a gap row in place of the first one that it lost."""
        why = Gap.OVERFLOW if self.trouble is None else Gap.DISK_FULL
        while rows > 0 and self._buffer:
            oldest = self._buffer.popleft().rows
            lost = oldest.rows(slice(rows))
            if len(lost) < len(oldest):
                self._buffer.appendleft(_Part(oldest.rows(slice(rows, None))))
            tags, first = np.unique(lost.tag, return_index=True)
            for tag, time_ns in zip(tags.tolist(), lost.time_ns[first].tolist(), strict=True):
                self._given_up.setdefault(tag, (time_ns, why))
            rows -= len(lost)
            self._buffered -= len(lost)
            self.dropped += len(lost)

    def _gaps(self) -> Samples:
        times, reasons = zip(*self._given_up.values(), strict=True)
        rows = Samples.of(list(self._given_up), times, np.full(len(times), np.nan), status=reasons)
        self._given_up = {}
        return rows
