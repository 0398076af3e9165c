"""What each tag of one source showed last: nothing is stored twice, no gap begins before a sample, none stays open."""

from dataclasses import replace
from typing import Any

import numba
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
        self._past_ns = np.full(rows, NEVER, dtype=np.int64)  # how far into its open gap the source had kept samples
        self._still_ns = np.full(rows, NEVER, dtype=np.int64)  # of the row that said it is still the same
        self._word = np.zeros(rows, dtype=np.int64)  # stands for the text; 0: none
        self._seen = np.zeros(rows, dtype=np.int64)
        self._turn = 0
        self._judged(np.zeros(0, dtype=np.int32), Samples.of([], [], []), 0)  # compiled before anything arrives

    def remember(self, stored: Samples) -> None:
        """Begin where the store ends: its newest row of each tag."""
        at = {int(tag): position for position, tag in enumerate(self._tags)}
        where = np.array([at[int(tag)] for tag in stored.tag], dtype=np.int64)
        self.newest_ns[where] = stored.time_ns
        gap = _gaps_among(stored)
        self._gap_ns[where[gap]] = stored.time_ns[gap]
        self._gap_status[where[gap]] = stored.status[gap]
        where, kept = where[~gap], stored.rows(~gap)
        self._time_ns[where], self._value[where], self._status[where] = kept.time_ns, kept.value, kept.status
        self._text[where] = None if kept.text is None else kept.text
        self._word[where] = _words(kept)

    def take(self, readings: Readings, now_ns: int) -> Samples:
        """The rows to store for what arrived.

        A value that the source sends again after a gap, with its time from before, counts again from now on: it is
        stored once more, at `now_ns`, as STILL_GOOD (or with its own status where that is not good).
        """
        where = readings.position
        arrived = _as_samples(readings, self._tags[where])
        fresh, again_ns, gap_ns = self._judged(where, arrived, now_ns)
        if arrived.text is not None:
            sampled = ~_gaps_among(arrived)
            self._text[where[sampled]] = arrived.text[sampled]
        rows = [arrived if fresh.all() else arrived.rows(fresh)]
        if (counts := again_ns != NEVER).any():
            again = arrived.rows(counts)
            status = np.where(again.status >> 30 == 0, np.uint32(STILL_GOOD), again.status)
            rows.append(replace(again, time_ns=again_ns[counts], status=status))
        if (ends := gap_ns != NEVER).any():
            status = self._gap_status[where[ends]]
            rows.append(Samples(arrived.tag[ends], gap_ns[ends], np.full(len(status), np.nan), status))
        return rows[0] if len(rows) == 1 else Samples.joined(rows)

    def _judged(self, where: Any, arrived: Samples, now_ns: int) -> tuple[Bools, Ints, Ints]:
        """Which rows are new; when each counts again, and when a gap goes on behind what was kept (NEVER: not)."""
        self._turn += 1
        fresh, again_ns = np.empty(len(where), dtype=np.bool_), np.empty(len(where), dtype=np.int64)
        gap_ns = np.full(len(where), NEVER, dtype=np.int64)
        _judge(
            (where, arrived.time_ns, arrived.value, arrived.status, _words(arrived)),
            (self._time_ns, self._value, self._status, self._word),
            (self._gap_ns, self._gap_status, self._past_ns, self._still_ns),
            (self.newest_ns, self.came),
            (self._seen, self._turn, now_ns),
            (fresh, again_ns, gap_ns),
        )
        return fresh, again_ns, gap_ns

    def past(self, readings: Readings) -> Samples:
        """The rows to store for what a source had kept.

        Nothing is newest by them but in time. Where they end inside a gap, it goes on behind them once the tag speaks.
        """
        where = readings.position
        np.maximum.at(self.newest_ns, where, readings.time_ns)
        inside = (self._gap_ns[where] != NEVER) & (readings.time_ns > self._gap_ns[where])
        np.maximum.at(self._past_ns, where[inside], readings.time_ns[inside])
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
        text[self._word == 0] = None
        self._past_ns[where] = NEVER
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
        self._past_ns[where] = self._still_ns[where] = NEVER
        return Samples.of(self._tags[where], times, np.full(len(where), np.nan), status=why)

    @property
    def sampled_ns(self) -> Ints:
        """Time of the newest sample of each tag; NEVER before the first."""
        return self._time_ns

    def sampled(self) -> Bools:
        """Which tags end in a sample, not in a gap."""
        sampled: Bools = (self.newest_ns != NEVER) & (self._gap_ns == NEVER)
        return sampled


def _as_samples(readings: Readings, tags: Tags) -> Samples:
    return Samples(tags, readings.time_ns, readings.value, readings.status, text=readings.text)


def _words(rows: Samples) -> Ints:
    """A number for each text, the same for the same text; 0 for none."""
    if rows.text is None:
        return np.zeros(len(rows), dtype=np.int64)
    return np.fromiter((0 if text is None else hash(text) or 1 for text in rows.text), np.int64, len(rows))


def _gaps_among(rows: Samples) -> Bools:
    """Which rows say that there is nothing."""
    gaps: Bools = np.isnan(rows.value) & np.isin(rows.status, GAPS) & (_words(rows) == 0)
    return gaps


@numba.njit(cache=True)
def _judge(arrived: Any, kept: Any, gaps: Any, newest: Any, turn: Any, out: Any) -> None:
    """Go through the rows in order; what each tag showed last is brought up to date on the way."""
    where, time_ns, value, status, word = arrived
    kept_ns, kept_value, kept_status, kept_word = kept
    gap_ns, gap_status, past_ns, still_ns = gaps
    newest_ns, came = newest
    seen, number, now_ns = turn
    fresh, again_ns, goes_on_ns = out
    for i in range(len(where) - 1, -1, -1):  # only the last row of a tag can count again
        again_ns[i] = NEVER if seen[where[i]] == number else now_ns
        seen[where[i]] = number
    for i in range(len(where)):
        tag, last = where[i], again_ns[i] != NEVER
        again_ns[i] = NEVER
        came[tag] = True
        newest_ns[tag] = max(newest_ns[tag], time_ns[i])
        nothing = np.isnan(value[i]) and word[i] == 0
        if nothing and (status[i] == GAPS).any():
            fresh[i] = gap_ns[tag] == NEVER or gap_status[tag] != status[i]
            if fresh[i]:
                gap_ns[tag], gap_status[tag] = time_ns[i], status[i]
                past_ns[tag] = still_ns[tag] = NEVER
            continue
        same = value[i] == kept_value[tag] or (np.isnan(value[i]) and np.isnan(kept_value[tag]))
        same = same and time_ns[i] == kept_ns[tag] and status[i] == kept_status[tag] and word[i] == kept_word[tag]
        fresh[i] = not same
        kept_ns[tag], kept_value[tag], kept_status[tag], kept_word[tag] = time_ns[i], value[i], status[i], word[i]
        if gap_ns[tag] != NEVER and time_ns[i] > gap_ns[tag]:
            if past_ns[tag] != NEVER and time_ns[i] > past_ns[tag] + MS:
                goes_on_ns[i] = past_ns[tag] + MS
            gap_ns[tag] = past_ns[tag] = NEVER
        elif gap_ns[tag] != NEVER and last:
            newest_ns[tag] = still_ns[tag] = again_ns[i] = max(now_ns, newest_ns[tag] + MS)
            gap_ns[tag] = past_ns[tag] = NEVER
        elif still_ns[tag] != NEVER and time_ns[i] > still_ns[tag]:
            still_ns[tag] = NEVER
        elif still_ns[tag] != NEVER and fresh[i]:  # it had changed by then: what was said then is corrected
            again_ns[i] = still_ns[tag]
