"""Made samples of one day, as they would arrive: uneven tags, gaps, bad values, group commits, late corrections.

60 % of the tags walk at random with two decimals, 20 % with full precision, 15 % are setpoints, 5 % are 0 or 1. Clocks
count whole milliseconds and jitter. One tag may send ten times as much as another. No two rows share tag and time.
"""

from collections.abc import Iterable, Iterator

import numba
import numpy as np

from bobae.core import Floats, Ints, Samples, Statuses, Tags

MS = 1_000_000  # ns
DAY_MS = 86_400_000
START_NS = 1_772_409_600_000 * MS  # 2026-03-02T00:00:00Z
COMMIT_MS = 100
BLOCK_MS = DAY_MS // 48  # a multiple of COMMIT_MS: blocks are in order of arrival
SPREAD = 0.7  # of the logarithm of a tag's rate: 90 % of the tags lie within a factor of ten
JITTER = 0.3  # of a period, to either side
SILENT_SHARE, SILENT_MS = 0.1, 3_600_000
NOT_GOOD = 0.005
UNCERTAIN, BAD = 0x4090_0000, 0x808C_0000  # UncertainLastUsableValue, BadSensorFailure
KINDS = (0.60, 0.80, 0.95)  # below: two decimals, full precision, setpoint; above: binary
DECIMALS, FULL, SETPOINT, BINARY = 0, 1, 2, 3
STEPS, FLIPS = 0.01, 0.02  # rows at which a setpoint or a binary changes
NEW_SHARE = 0.1  # of what comes late: rows that were not there
CORRECTED_BY = 1.0


def samples(tags: int, rows_total: int, seed: int = 0) -> Iterator[Samples]:
    """One day of `tags` tags in blocks of half an hour, in order of arrival (receipt time, then tag, then time).

    Args:
        tags: how many; their numbers are 0 .. tags - 1.
        rows_total: about how many rows in all: off by less than a row a tag.
        seed: of everything random.
    """
    rng = np.random.default_rng(seed)
    rate = np.exp(rng.normal(0.0, SPREAD, tags))
    silent_ms = np.where(rng.random(tags) < SILENT_SHARE, SILENT_MS, 0)
    silent_from_ms = rng.integers(0, DAY_MS - SILENT_MS, tags)
    period_ms = (DAY_MS - silent_ms) / (rate * rows_total / rate.sum())
    kind = np.searchsorted(KINDS, rng.random(tags), side="right")
    tick, value = np.zeros(tags, dtype=np.int64), 50.0 + 10.0 * rng.standard_normal(tags)
    value[kind == SETPOINT], value[kind == BINARY] = np.round(value[kind == SETPOINT]), 0.0
    for start_ms in range(0, DAY_MS, BLOCK_MS):
        columns = _block(rng, (kind, period_ms, silent_from_ms, silent_ms), tick, value, start_ms)
        yield _as_arrived(*columns)


def corrections(blocks: Iterable[Samples], share: float = 0.01, seed: int = 1) -> Samples:
    """What comes an hour after the end of the day: other values for rows that are there, and some new rows.

    Args:
        blocks: the rows that are there.
        share: rows that come late, of all.
        seed: of the choice.

    Returns:
        All good, in no order. A new row lies 1 ms after one that is there.
    """
    rng, late = np.random.default_rng(seed), []
    for block in blocks:
        chosen = block.rows(np.flatnonzero(rng.random(len(block)) < share))
        new = rng.random(len(chosen)) < NEW_SHARE
        late.append(
            Samples.of(
                chosen.tag,
                chosen.time_ns + new * MS,
                chosen.value + CORRECTED_BY,
                receipt_ns=np.full(len(chosen), START_NS + (DAY_MS + SILENT_MS) * MS),
            )
        )
    return Samples.joined(late)


def good_only(block: Samples) -> Samples:
    """The rows with a good status, for stores that keep none."""
    return block.rows(block.status < UNCERTAIN)


def _as_arrived(tag: Tags, time_ms: Ints, value: Floats, status: Statuses) -> Samples:
    """Rows by tag and time into the order of their group commits."""
    receipt_ms = (time_ms // COMMIT_MS + 1) * COMMIT_MS
    order = _by_commit(receipt_ms // COMMIT_MS - (receipt_ms.min() // COMMIT_MS if len(tag) else 0))
    return Samples(
        tag[order], START_NS + time_ms[order] * MS, value[order], status[order], START_NS + receipt_ms[order] * MS
    )


Made = tuple[Ints, Floats, Ints, Ints]  # of each tag: kind, period, from when and how long it is silent


@numba.njit(cache=True)
def _block(
    rng: np.random.Generator, made: Made, tick: Ints, value: Floats, start_ms: int
) -> tuple[Tags, Ints, Floats, Statuses]:
    """The rows of one block by tag and time; `tick` and `value` (tags,) go on from the block before."""
    kind, period_ms, silent_from_ms, silent_ms = made
    room = int((BLOCK_MS / period_ms + 3).sum())
    tags, times = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int64)
    values, statuses = np.empty(room), np.zeros(room, dtype=np.uint32)
    n = 0
    for tag in range(len(kind)):
        while True:
            due_ms = (tick[tag] + 0.5) * period_ms[tag]
            if due_ms >= silent_from_ms[tag]:
                due_ms += silent_ms[tag]
            if due_ms >= start_ms + BLOCK_MS:
                break
            tick[tag] += 1
            time_ms = int(due_ms + JITTER * (2.0 * rng.random() - 1.0) * period_ms[tag])
            if not start_ms <= time_ms < start_ms + BLOCK_MS:
                time_ms = int(due_ms)
            value[tag] = _next(rng, kind[tag], value[tag])
            tags[n], times[n], values[n] = tag, time_ms, value[tag]
            chance = rng.random()
            if chance < NOT_GOOD:
                statuses[n] = BAD if chance < NOT_GOOD / 2 else UNCERTAIN
                values[n] = 0.0 if chance < NOT_GOOD / 2 else value[tag]
            n += 1
    return tags[:n], times[:n], values[:n], statuses[:n]


@numba.njit(cache=True)
def _next(rng: np.random.Generator, kind: int, value: float) -> float:
    if kind == DECIMALS:
        return float(np.round((value + 0.05 * rng.standard_normal()) * 100.0) / 100.0)
    if kind == FULL:
        return value + 0.05 * rng.standard_normal()
    if kind == SETPOINT:
        return value if rng.random() >= STEPS else 40.0 + 0.5 * float(np.floor(40.0 * rng.random()))
    return value if rng.random() >= FLIPS else 1.0 - value


@numba.njit(cache=True)
def _by_commit(commit: Ints) -> Ints:
    """The stable order of small whole numbers, by counting."""
    place = np.zeros(commit.max() + 2 if len(commit) else 1, dtype=np.int64)
    for c in commit:
        place[c + 1] += 1
    place = np.cumsum(place)
    order = np.empty(len(commit), dtype=np.int64)
    for i, c in enumerate(commit):
        order[place[c]] = i
        place[c] += 1
    return order
