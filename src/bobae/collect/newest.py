"""What each tag of one source showed last: nothing is stored twice, no gap begins before a sample, none stays open."""

from typing import Any

import numpy as np

from bobae.core import STILL_GOOD, Bools, Gap, Ints, Readings, Samples, Tags

MS = 1_000_000  # ns
NEVER = int(np.iinfo(np.int64).min)
GAPS = np.array([int(gap) for gap in Gap], dtype=np.uint32)
UNHEARD = np.array([Gap.NO_COMMUNICATION, Gap.NOT_COLLECTED], dtype=np.uint32)


class Newest:
    """The last sample and the open gap of each tag; a tag is meant by its position among the wishes.

    Attributes:
        newest_ns: time of the newest row of each tag, sample or gap; NEVER before the first.
        came: whether a sample came since the source was last connected.
    """

    def __init__(self, tags: Tags) -> None:
        rows = len(tags)
        self.newest_ns = np.full(rows, NEVER, dtype=np.int64)
        self.came = np.zeros(rows, dtype=bool)
        self._tags = tags
        self._time_ns = np.full(rows, NEVER, dtype=np.int64)
        self._value = np.full(rows, np.nan)
        self._status = np.zeros(rows, dtype=np.uint32)
        self._text = np.full(rows, None, dtype=object)
        self._gap_ns = np.full(rows, NEVER, dtype=np.int64)
        self._gap_status = np.zeros(rows, dtype=np.uint32)

    def remember(self, stored: Samples) -> None:
        """Begin where the store ends: its newest row of each tag."""
        at = {int(tag): position for position, tag in enumerate(self._tags)}
        where = np.array([at[int(tag)] for tag in stored.tag], dtype=np.int64)
        self.newest_ns[where] = stored.time_ns
        gap = _gaps_among(stored)
        self._gap_ns[where[gap]] = stored.time_ns[gap]
        self._gap_status[where[gap]] = stored.status[gap]
        self._keep(where[~gap], stored.rows(~gap))

    def take(self, readings: Readings, now_ns: int) -> Samples:
        """The rows to store for what arrived.

        A value that the source sends again after a gap, with its time from before, counts again from now on: it is
        stored once more, at `now_ns`, as STILL_GOOD (or with its own status where that is not good).
        """
        where = readings.position
        order = np.argsort(where, kind="stable")
        grouped = where[order]
        starts = np.r_[True, grouped[1:] != grouped[:-1]]
        before = np.empty(len(where), dtype=np.int64)  # the row before each of the same tag, -1: the one kept here
        before[order] = np.where(starts, -1, np.r_[-1, order[:-1]])
        last = order[np.r_[starts[1:], True]]
        arrived = _as_samples(readings, self._tags[where])
        fresh = arrived.rows(~self._known(arrived, where, before))
        np.maximum.at(self.newest_ns, where, readings.time_ns)
        again = self._resumed(arrived.rows(last), where[last], now_ns)
        newest = arrived.rows(last)
        gap = _gaps_among(newest)
        self._keep(where[last[~gap]], newest.rows(~gap))
        self._gap_ns[where[last]] = np.where(gap, newest.time_ns, NEVER)
        self._gap_status[where[last]] = newest.status
        self.came[where[last]] = True
        return Samples.joined([fresh, again]) if len(again) else fresh

    def past(self, readings: Readings) -> Samples:
        """The rows to store for what a source had kept; nothing is newest by them but in time."""
        np.maximum.at(self.newest_ns, readings.position, readings.time_ns)
        return _as_samples(readings, self._tags[readings.position])

    def missing(self) -> tuple[Ints, Ints]:
        """The positions of the tags of which nothing could be had, and since when: what a source may have kept."""
        where = np.flatnonzero((self._gap_ns != NEVER) & np.isin(self._gap_status, UNHEARD))
        return where, self._gap_ns[where]

    def held(self, where: Any, at_ns: Ints, found: Samples | None) -> Samples:
        """Rows that take the place of the gaps at `at_ns`: what each tag held then, since it did not change there.

        Args:
            where: positions of the tags.
            at_ns: since when nothing was had of each (positions,).
            found: what the source says that it held, `tag` being its position; None: of none.
        """
        value, status, text = self._value.copy(), self._status.copy(), self._text.copy()
        known = self._time_ns != NEVER
        if found is not None:
            value[found.tag], status[found.tag], known[found.tag] = found.value, found.status, True
            text[found.tag] = found.text
        codes = np.where(status >> 30 == 0, np.uint32(STILL_GOOD), status)
        rows = Samples(self._tags[where], at_ns, value[where], codes[where], text=text[where])
        return rows.rows(known[where])

    def gap(self, why: int, at_ns: int, among: Bools | None = None) -> Samples:
        """Rows that say that there is nothing from `at_ns` on, for the tags of which that is not said already."""
        said = (self._gap_ns != NEVER) & (self._gap_status == why)
        where = np.flatnonzero(~said if among is None else among & ~said)
        known = self.newest_ns[where]
        times = np.where(known >= at_ns, known + MS, at_ns)
        self._gap_ns[where] = self.newest_ns[where] = times
        self._gap_status[where] = why
        return Samples.of(self._tags[where], times, np.full(len(where), np.nan), status=why)

    @property
    def sampled_ns(self) -> Ints:
        """Time of the newest sample of each tag; NEVER before the first."""
        return self._time_ns

    def sampled(self) -> Bools:
        """Which tags end in a sample, not in a gap."""
        sampled: Bools = (self.newest_ns != NEVER) & (self._gap_ns == NEVER)
        return sampled

    def _known(self, arrived: Samples, where: Any, before: Ints) -> Bools:
        """Which rows are the same as the one before of their tag."""

        def differing(column: Any, kept: Any) -> Bools:
            earlier = np.where(before < 0, kept[where], column[before])
            return ~_equal(column, earlier)

        changed = differing(arrived.time_ns, self._time_ns) | differing(arrived.status, self._status)
        changed |= differing(arrived.value, self._value)
        if arrived.text is not None:
            changed |= differing(arrived.text, self._text)
        return ~changed

    def _resumed(self, last: Samples, where: Any, now_ns: int) -> Samples:
        """Rows for the tags whose gap would stay open, since what came is from before it."""
        gap_ns = self._gap_ns[where]
        open_still = (gap_ns != NEVER) & (last.time_ns <= gap_ns) & ~_gaps_among(last)
        chosen, where = last.rows(open_still), where[open_still]
        times = np.maximum(now_ns, self.newest_ns[where] + MS)
        self.newest_ns[where] = times
        good = chosen.status >> 30 == 0
        status = np.where(good, np.uint32(STILL_GOOD), chosen.status)
        return Samples(chosen.tag, times, chosen.value, status, text=chosen.text)

    def _keep(self, where: Any, rows: Samples) -> None:
        self._time_ns[where], self._value[where], self._status[where] = rows.time_ns, rows.value, rows.status
        self._text[where] = None if rows.text is None else rows.text
        self.newest_ns[where] = np.maximum(self.newest_ns[where], rows.time_ns)


def _as_samples(readings: Readings, tags: Tags) -> Samples:
    return Samples(tags, readings.time_ns, readings.value, readings.status, text=readings.text)


def _gaps_among(rows: Samples) -> Bools:
    """Which rows say that there is nothing."""
    nothing: Bools = np.isnan(rows.value) & np.isin(rows.status, GAPS)
    return nothing if rows.text is None else nothing & _equal(rows.text, None)


def _equal(left: Any, right: Any) -> Bools:
    """Cell by cell, NaN equal to NaN."""
    same = np.asarray(left == right, dtype=bool)
    if left.dtype.kind == "f":
        same |= np.isnan(left) & np.isnan(right)
    return same
