"""Samples tag by tag: sorted by counting, merged where they overlap, thinned to what was known.

Everything that reads samples works on one shape, "tag-major": the rows of tag k are start[k]:start[k+1], in time order,
older versions of the same time before newer ones. The loops are compiled by numba and let other threads run.
"""

import numba
import numpy as np

from bobae.core import Floats, Ints, Statuses, Tags


@numba.njit(cache=True, nogil=True)
def counted(tag: Tags, highest: int) -> Ints:
    """Where each tag's rows begin once sorted: (highest + 2,), the last being the number of rows."""
    start = np.zeros(highest + 2, dtype=np.int64)
    for i in range(len(tag)):
        start[tag[i] + 1] += 1
    for k in range(highest + 1):
        start[k + 1] += start[k]
    return start


@numba.njit(cache=True, nogil=True)
def scattered(
    tag: Tags, start: Ints, time: Ints, value: Floats, status: Statuses, receipt: Ints
) -> tuple[Ints, Floats, Statuses, Ints]:
    """The columns sorted by tag, rows of a tag in the order they came: a counting sort, one pass."""
    rows = len(tag)
    place = start.copy()
    times, values = np.empty(rows, np.int64), np.empty(rows, np.float64)
    statuses, receipts = np.empty(rows, np.uint32), np.empty(rows, np.int64)
    for i in range(rows):
        at = place[tag[i]]
        place[tag[i]] = at + 1
        times[at] = time[i]
        values[at] = value[i]
        statuses[at] = status[i]
        receipts[at] = receipt[i]
    return times, values, statuses, receipts


@numba.njit(cache=True, nogil=True)
def put_in_order(start: Ints, time: Ints, value: Floats, status: Statuses, receipt: Ints) -> None:
    """Sort each tag's rows by time, in place and stable, by merging the stretches that already are in order.

    `receipt` may be empty. A tag in order costs one look at each row; late rows cost one merge.
    """
    with_receipt = len(receipt) == len(time)
    ends = np.empty(16, np.int64)
    for k in range(len(start) - 1):
        low, high = start[k], start[k + 1]
        stretches = 0
        for i in range(low + 1, high + 1):
            if i == high or time[i] < time[i - 1]:
                if stretches == len(ends):
                    longer = np.empty(2 * len(ends), np.int64)
                    longer[:stretches] = ends
                    ends = longer
                ends[stretches] = i
                stretches += 1
        while stretches > 1:
            kept = 0
            begin = low
            for j in range(0, stretches - 1, 2):
                _merge(begin, ends[j], ends[j + 1], time, value, status, receipt, with_receipt)
                begin = ends[j + 1]
                ends[kept] = begin
                kept += 1
            if stretches % 2 == 1:
                ends[kept] = ends[stretches - 1]
                kept += 1
            stretches = kept


@numba.njit(cache=True, nogil=True)
def _merge(
    low: int,
    middle: int,
    high: int,
    time: Ints,
    value: Floats,
    status: Statuses,
    receipt: Ints,
    with_receipt: bool,
) -> None:
    """Merge [low, middle) and [middle, high), both in time order; of equal times the first stretch's come first."""
    while low < middle and time[low] <= time[middle]:
        low += 1  # what already stands right stays
    old = slice(low, middle)
    times, values, statuses = time[old].copy(), value[old].copy(), status[old].copy()
    receipts = receipt[old].copy() if with_receipt else receipt[:0]
    i, j, at = 0, middle, low
    while i < len(times):
        if j < high and time[j] < times[i]:
            time[at], value[at], status[at] = time[j], value[j], status[j]
            if with_receipt:
                receipt[at] = receipt[j]
            j += 1
        else:
            time[at], value[at], status[at] = times[i], values[i], statuses[i]
            if with_receipt:
                receipt[at] = receipts[i]
            i += 1
        at += 1


@numba.njit(cache=True, nogil=True)
def last_versions(start: Ints, time: Ints, after_ns: int, until_ns: int) -> tuple[Ints, Ints]:
    """The rows with after < time <= until that no later version replaces: their numbers, and where each tag begins."""
    kept = np.empty(len(time), np.int64)
    starts = np.empty_like(start)
    n = 0
    for k in range(len(start) - 1):
        starts[k] = n
        for i in range(start[k], start[k + 1]):
            if after_ns < time[i] <= until_ns and (i + 1 == start[k + 1] or time[i + 1] != time[i]):
                kept[n] = i
                n += 1
    starts[len(start) - 1] = n
    return kept[:n], starts


@numba.njit(cache=True, nogil=True)
def known_rows(start: Ints, receipt: Ints, known_at_ns: int) -> tuple[Ints, Ints]:
    """The rows that had been received by then: their numbers, and where each tag begins among them."""
    kept = np.empty(len(receipt), np.int64)
    starts = np.empty_like(start)
    n = 0
    for k in range(len(start) - 1):
        starts[k] = n
        for i in range(start[k], start[k + 1]):
            if receipt[i] <= known_at_ns:
                kept[n] = i
                n += 1
    starts[len(start) - 1] = n
    return kept[:n], starts
