"""What a durable append costs beside plain writes of the same bytes, and how soon it is acknowledged."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from _anomaly.rows import Row, Target, row

from _historian import kept
from _historian.measure import ratio, spread
from bobae.core import Ack, Floats, Samples, TagRow
from bobae.evidence.intervals import Figure
from bobae.historian import log

BATCH = 100  # samples that are appended together
OFFERED = 50_000  # samples a second
PAUSE_S = 0.01  # between the looks of the one who offers
SECONDS = 5
TARGET = Target(">=", 0.3)
MEANT = "write(2) of the same bytes in the same batches, without fsync"


def rows(blocks: Sequence[Samples], tags: int, root: Path, *, times: int) -> list[Row]:
    """Batches appended at an offered rate, and as fast as they go, in turn with plain writes of them.

    Args:
        blocks: where the samples are from.
        tags: how many there are.
        root: for a store of its own.
        times: rounds of each.
    """
    batches = _batches(blocks, SECONDS * OFFERED // BATCH)
    packed = [log.packed(batch)[0] for batch in batches]
    fresh = [replace(batch, receipt_ns=None) for batch in batches]
    taken: dict[str, list[float]] = {}
    waits: list[float] = []
    with kept.opened(root, write=True) as store, (root / "plain").open("wb", buffering=0) as plain:
        store.writer.tag_ids([TagRow(0, kept.name(tag)) for tag in range(tags)])
        append = _Appended(store.writer.append)
        for number in range(times + 1):
            for rate in (OFFERED, None):
                spent = {
                    "appended": _cost(append, fresh, rate, append.wait),
                    "written": _cost(plain.write, packed, rate),
                    "made and written": _cost(lambda batch: plain.write(log.packed(batch)[0]), batches, rate),
                }
                if number:  # the first round is not measured
                    for what, cost in spent.items():
                        taken.setdefault(f"{what}, {_said(rate)}", []).append(cost / (BATCH * len(batches)) * 1e6)
                    waits += append.waits_ms() if rate else []
                append.forget()
    return _told(taken, np.array(waits))


def _told(taken: dict[str, list[float]], waits: Floats) -> list[Row]:
    told = []
    for rate in (OFFERED, None):
        ours, plain, made = (taken[f"{what}, {_said(rate)}"] for what in ("appended", "written", "made and written"))
        figure = f"durable append at a 100 ms group commit, {BATCH} at once, {_said(rate)}"
        told.append(
            row(f"{figure}: speed against plain writes", ratio(plain, ours), "x", reference=MEANT, target=TARGET)
        )
        told.append(
            row(f"{figure}: speed against plain writes that make the bytes and their checksum", ratio(made, ours), "x")
        )
        told.append(row(f"{figure}: a sample", spread(ours), "CPU us"))
        told.append(row(f"{figure}: a sample plainly written", spread(plain), "CPU us"))
    for share in (50, 99):
        figure = f"from append to acknowledgement at {OFFERED:,} a second, p{share}"
        told.append(row(figure, Figure(float(np.percentile(waits, share))), "ms"))
    return told


class _Appended:
    """Appends, and notes when each was asked for and acknowledged."""

    def __init__(self, append: Callable[[Samples], Ack]) -> None:
        self._append = append
        self._asked: list[tuple[float, Future[int]]] = []
        self._done: dict[Future[int], float] = {}

    def __call__(self, samples: Samples) -> None:
        asked = time.monotonic()
        promised = self._append(samples).durable
        if not self._asked or self._asked[-1][1] is not promised:
            promised.add_done_callback(self._note)
        self._asked.append((asked, promised))

    def wait(self) -> None:
        """Until all is acknowledged, and noted."""
        last = self._asked[-1][1]
        last.result()
        while last not in self._done:
            time.sleep(0.001)

    def waits_ms(self) -> list[float]:
        """From append to acknowledgement."""
        return [(self._done[promised] - asked) * 1e3 for asked, promised in self._asked]

    def forget(self) -> None:
        """Begin anew."""
        self._asked.clear()
        self._done.clear()

    def _note(self, done: Future[int]) -> None:
        self._done[done] = time.monotonic()


def _cost(
    work: Callable[[Any], object],
    given: Sequence[object],
    rate: int | None,
    end: Callable[[], object] = time.monotonic,
) -> float:
    """CPU seconds of the work here, until its end, and of every other thread meanwhile; pacing does not count."""
    process, thread, inside = time.process_time(), time.thread_time(), 0.0
    due, a_look = time.monotonic(), None if rate is None else max(1, round(rate * PAUSE_S / BATCH))
    for number, one in enumerate(given, 1):
        began = time.thread_time()
        work(one)
        inside += time.thread_time() - began
        if a_look is not None and number % a_look == 0:
            due += PAUSE_S
            time.sleep(max(0.0, due - time.monotonic()))
    end()
    return inside + (time.process_time() - process) - (time.thread_time() - thread)


def _batches(blocks: Sequence[Samples], most: int) -> list[Samples]:
    found: list[Samples] = []
    for block in blocks:
        found += [block.rows(slice(at, at + BATCH)) for at in range(0, len(block) - BATCH, BATCH)]
        if len(found) >= most:
            break
    return found[:most]


def _said(rate: int | None) -> str:
    return "as fast as they come" if rate is None else f"{rate:,} a second offered"
