"""What came lately, in memory: every sample that is not sealed yet, and each tag's newest.

One arena of rows in the order they came; each row knows the tag's row before it, and the latest time among all rows
before it, so that a walk back from the newest stops as soon as nothing earlier can matter.
"""

from dataclasses import dataclass
from typing import Self

import numba
import numpy as np

from bobae.core import Bools, Floats, Ints, Samples, Statuses, Tags

NEVER = np.iinfo(np.int64).min
_EVER = np.iinfo(np.int64).max
_FIRST_ROWS = 4096


@dataclass(frozen=True, eq=False)
class TagMajor:
    """Samples tag by tag (see frames.runs): rows start[k]:start[k+1] are those of the k-th tag asked for."""

    start: Ints
    time: Ints
    value: Floats
    status: Statuses
    receipt: Ints

    @classmethod
    def empty(cls, start: Ints) -> Self:
        """Room for the rows that `start` speaks of."""
        rows = int(start[-1])
        return cls(start, np.empty(rows, np.int64), np.empty(rows), np.empty(rows, np.uint32), np.empty(rows, np.int64))


class Hot:
    """The arena. Not safe by itself: whoever uses it holds the store's lock.

    Rows before `sealed` are in segments too; they are kept for windows that reach back, and as each tag's newest.
    """

    def __init__(self) -> None:
        self._rows = 0
        self.sealed = 0
        self._make_room(_FIRST_ROWS)
        self._head = np.empty(0, np.int64)  # each tag's last row to come
        self._newest = np.empty(0, np.int64)  # each tag's row with the latest time
        self._elsewhere = np.empty(0, np.int64)  # the latest time among a tag's samples that are not here

    def __len__(self) -> int:
        return self._rows

    def know_tags(self, count: int) -> None:
        """Have room for tags 0 to count - 1."""
        more = count - len(self._head)
        if more > 0:
            self._head = np.concatenate([self._head, np.full(more, -1)])
            self._newest = np.concatenate([self._newest, np.full(more, -1)])
            self._elsewhere = np.concatenate([self._elsewhere, np.full(more, NEVER)])

    def append(self, samples: Samples) -> None:
        """Take samples that are on the disk."""
        assert samples.receipt_ns is not None
        self.know_tags(int(samples.tag.max(initial=-1)) + 1)
        self._grow(self._rows + len(samples))
        _add(
            self._rows,
            (samples.tag, samples.time_ns, samples.value, samples.status, samples.receipt_ns),
            (self._tag, self._ints, self._value, self._status),
            self._head,
            self._newest,
        )
        self._rows += len(samples)

    def take_sealed(self, newest: Samples, latest_ns: Ints) -> None:
        """Take the newest sealed sample of each tag in segments written elsewhere, where it is not the one here.

        Args:
            newest: of all segments, for the tags that the new ones have.
            latest_ns: the latest time of each in the new ones.
        """
        if not len(newest):
            return
        self.know_tags(int(newest.tag.max()) + 1)
        np.maximum.at(self._elsewhere, newest.tag, latest_ns)
        here = self._newest[newest.tag]
        had = self._cut(here)
        other = (had.value.view(np.int64) != newest.value.view(np.int64)) | (had.status != newest.status)
        corrected = (had.time_ns == newest.time_ns) & other & (here < self.sealed)
        newer = newest.rows((here < 0) | (had.time_ns < newest.time_ns) | corrected)
        if not len(newer):
            return
        old, fresh = self._cut(slice(self.sealed)), self.unsealed()
        self._clear()
        self.append(Samples.joined([old, newer]))
        self.sealed = self._rows
        self.append(fresh)

    def unsealed(self) -> Samples:
        """Every row that is in no segment yet, in the order they came (copied)."""
        return self._cut(slice(self.sealed, self._rows))

    def seal(self, rows: int, keep_from_ns: int) -> None:
        """The first `rows` unsealed rows are in a segment now; sealed ones received before `keep_from_ns` may go."""
        sealed = self.sealed + rows
        arena = (self._tag, self._ints[:, : self._rows])
        keep = _kept(arena, sealed, keep_from_ns, self._newest, self._elsewhere)
        kept = self._cut(keep)
        self._clear()
        self.append(kept)
        self.sealed = int(np.searchsorted(keep, sealed))

    def newest(self, tags: Tags) -> Samples:
        """The newest sample of each tag that has one, in the order asked for."""
        self.know_tags(int(tags.max(initial=-1)) + 1)
        rows = self._newest[tags]
        return self._cut(rows[rows >= 0])

    def since(self, tags: Tags, t0_ns: int, settle_ns: int | None) -> tuple[TagMajor, Bools]:
        """Each tag's samples after t0, and what it showed at t0, in the order they came; and whether that is all.

        With `settle_ns`, what it showed at t0 goes back to the last sample that was received by t0 + settle.
        """
        self.know_tags(int(tags.max(initial=-1)) + 1)
        timely = _EVER if settle_ns is None else t0_ns + settle_ns
        start = np.zeros(len(tags) + 1, np.int64)
        whole = np.zeros(len(tags), np.bool_)
        heads, elsewhere = self._head[tags], self._elsewhere[tags]
        _count_back(heads, elsewhere, self._ints, t0_ns, timely, start, whole)
        np.cumsum(start, out=start)
        return self._filled(heads, start, _EVER), whole

    def fresh(self, tags: Tags, t1_ns: int) -> TagMajor:
        """Each tag's unsealed samples up to t1, in the order they came."""
        self.know_tags(int(tags.max(initial=-1)) + 1)
        start = np.zeros(len(tags) + 1, np.int64)
        heads = self._head[tags]
        _count_unsealed(heads, self._ints, self.sealed, t1_ns, start)
        np.cumsum(start, out=start)
        return self._filled(heads, start, t1_ns)

    def _filled(self, heads: Ints, start: Ints, t1_ns: int) -> TagMajor:
        out = TagMajor.empty(start)
        arena = (self._ints, self._value, self._status)
        _fill_back(heads, arena, t1_ns, start, (out.time, out.value, out.status, out.receipt))
        return out

    def _clear(self) -> None:
        self._head[:] = -1
        self._newest[:] = -1
        self._rows = 0
        self._make_room(_FIRST_ROWS)

    def _make_room(self, rows: int) -> None:
        self._ints = np.empty((4, rows), np.int64)  # time, receipt, latest time up to here, the tag's row before
        self._tag, self._value, self._status = np.empty(rows, np.int32), np.empty(rows), np.empty(rows, np.uint32)

    def _cut(self, rows: Ints | slice) -> Samples:
        columns = (self._tag, self._ints[0], self._value, self._status, self._ints[1])
        return Samples(*(np.array(column[rows]) for column in columns))

    def _grow(self, rows: int) -> None:
        if rows <= len(self._tag):
            return
        had, ints, tag, value, status = self._rows, self._ints, self._tag, self._value, self._status
        self._make_room(max(rows, 2 * len(self._tag)))
        self._ints[:, :had] = ints[:, :had]
        self._tag[:had], self._value[:had], self._status[:had] = tag[:had], value[:had], status[:had]


@numba.njit(cache=True, nogil=True)
def _add(
    at: int,
    new: tuple[Tags, Ints, Floats, Statuses, Ints],
    arena: tuple[Tags, Ints, Floats, Statuses],
    head: Ints,
    newest: Ints,
) -> None:
    tag, time, value, status, receipt = new
    tags, ints, values, statuses = arena
    for i in range(len(tag)):
        k, row = tag[i], at + i
        before = head[k]
        tags[row], ints[0, row], values[row], statuses[row] = k, time[i], value[i], status[i]
        ints[1, row] = receipt[i]
        ints[2, row] = time[i] if before < 0 else max(ints[2, before], time[i])
        ints[3, row] = before
        head[k] = row
        if newest[k] < 0 or time[i] >= ints[0, newest[k]]:
            newest[k] = row


@numba.njit(cache=True, nogil=True)
def _kept(arena: tuple[Tags, Ints], sealed: int, keep_from: int, newest: Ints, elsewhere: Ints) -> Ints:
    """The rows that stay when `sealed` rows are in segments; notes in `elsewhere` what goes."""
    tags, ints = arena
    kept = np.empty(ints.shape[1], np.int64)
    n = 0
    for row in range(ints.shape[1]):
        k = tags[row]
        if row >= sealed or ints[1, row] >= keep_from or newest[k] == row:
            kept[n] = row
            n += 1
        else:
            elsewhere[k] = max(elsewhere[k], ints[0, row])
    return kept[:n]


@numba.njit(cache=True, nogil=True)
def _count_back(heads: Ints, elsewhere: Ints, ints: Ints, t0: int, timely: int, count: Ints, whole: Bools) -> None:
    """How many rows back from each head are needed, into count[k + 1], and whether nothing elsewhere is."""
    for k in range(len(heads)):
        carry = NEVER
        row = heads[k]
        rows = 0
        while row >= 0:
            time = ints[0, row]
            rows += 1
            if time <= t0 and ints[1, row] <= timely:
                carry = max(carry, time)
            row = ints[3, row]
            if row >= 0 and ints[2, row] < carry:
                break
        count[k + 1] = rows
        whole[k] = elsewhere[k] <= carry


@numba.njit(cache=True, nogil=True)
def _count_unsealed(heads: Ints, ints: Ints, sealed: int, t1: int, count: Ints) -> None:
    for k in range(len(heads)):
        row = heads[k]
        while row >= sealed:
            count[k + 1] += ints[0, row] <= t1
            row = ints[3, row]


@numba.njit(cache=True, nogil=True)
def _fill_back(
    heads: Ints,
    arena: tuple[Ints, Floats, Statuses],
    t1: int,
    start: Ints,
    out: tuple[Ints, Floats, Statuses, Ints],
) -> None:
    """Write each tag's counted rows into its place, oldest first."""
    ints, values, statuses = arena
    times, to_values, to_statuses, receipts = out
    for k in range(len(heads)):
        row, at = heads[k], start[k + 1]
        while at > start[k]:
            if ints[0, row] <= t1:
                at -= 1
                times[at], receipts[at] = ints[0, row], ints[1, row]
                to_values[at], to_statuses[at] = values[row], statuses[row]
            row = ints[3, row]
