"""Samples into the historian and back: appended for good, sealed into a file, read on a grid and as of a time."""

import tempfile
from pathlib import Path

import numpy as np

from bobae.core import Cut, Gap, Samples, TagRow
from bobae.historian import open_store

S = 1_000_000_000  # ns
BEGIN = 1_800_000_000 * S  # 2027-01-15 08:00:00 UTC
OIL, STATE = "press_shop/line1/press1.oil_temperature", "press_shop/line1/press1.state"


def at(*seconds: float) -> list[int]:
    """Times, ns UTC."""
    return [BEGIN + round(s * S) for s in seconds]


with tempfile.TemporaryDirectory() as folder:
    with open_store(Path(folder), write=True) as store:
        oil, state = store.writer.tag_ids([TagRow(0, OIL, unit="Cel"), TagRow(0, STATE, "text")])

        # five readings, and at 6 s a sample that says that the machine did not answer
        times = at(1, 2, 3, 4.5, 6, 9)
        values = [48.0, 48.2, 48.6, 48.4, np.nan, 49.0]
        status = [0, 0, 0, 0, Gap.NO_COMMUNICATION, 0]
        store.writer.append(Samples.of([oil] * 6, times, values, status=status, receipt_ns=times))
        words = Samples.of([state] * 2, at(0.5, 5), [np.nan] * 2, text=["run", "hold"], receipt_ns=at(0.5, 5))
        promise = store.writer.append(words)
        print("on the disk with commit", promise.durable.result())

        store.writer.seal()  # happens by itself; here so that there is a file
        print("sealed:", *(path.parent.name for path in Path(folder).rglob("*.parquet")))

        # the reading of 3 s is corrected at 20 s
        store.writer.append(Samples.of([oil], at(3), [48.3], receipt_ns=at(20))).durable.result()

    with open_store(Path(folder)) as store:  # to read, as any other process may meanwhile
        # rows at 2, 4, ... 10 s, each from the two seconds up to it
        frame = store.frame([OIL], *at(0, 10), 2 * S, aggs=("last", "mean", "count"))
        print("\n s  last  mean  count")
        for time_ns, (last, mean, count) in zip(frame.time_ns, frame.values[0].T, strict=True):
            print(f"{(time_ns - BEGIN) / S:2.0f} {last:5.1f} {mean:5.1f} {count:4.0f}")

        print("\nshown at 5 s and at 7 s:", *store.asof([OIL], np.array(at(5, 7)))[0])

        for known in (10, 20):
            (value,) = store.raw([OIL], *at(2, 3), known_at_ns=at(known)[0]).value
            print(f"the reading of 3 s, as it was known at {known} s: {value}")

        print("\ntags side by side, as training gets them:")
        cut = store.cut(Cut((OIL, STATE), *at(0, 6), step_ns=2 * S))
        for row in cut.table.select(["oil_temperature", "state"]).to_pylist():
            print(row)
