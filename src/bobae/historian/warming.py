"""What reads samples, compiled before it is needed: the first alarm of a plant must not wait for a compiler."""

import tempfile
from pathlib import Path

import numpy as np

from bobae.core import Samples, TagRow
from bobae.historian.store import open_store

_S = 1_000_000_000
_ROWS = 200


def warm() -> None:
    """Write and read a small store of its own, from memory and from a segment, and throw it away.

    It takes seconds the first time on a computer, less than one afterwards, when the compiled code lies there.
    """
    with tempfile.TemporaryDirectory(prefix="bobae-warm-") as folder, open_store(Path(folder), write=True) as store:
        tag = np.repeat(store.writer.tag_ids([TagRow(0, "machine.number"), TagRow(0, "machine.other")]), _ROWS)
        times = np.tile(_S * (1 + np.arange(_ROWS)), 2)
        for later_ns in (0, _ROWS * _S):  # the first half is sealed, the second in memory
            promise = store.writer.append(Samples.of(tag, times + later_ns, (times % 7).astype(np.float64)))
            promise.durable.result()
            if not later_ns:
                store.writer.seal()
        paths = ["machine.number", "machine.other"]
        for begin_ns in (0, _ROWS * _S):
            end_ns = begin_ns + _ROWS * _S
            store.frame(paths, begin_ns, end_ns, _S, settle_ns=_S)
            store.frame(paths, begin_ns, end_ns, 60 * _S)
        store.last(paths)
        store.raw(paths, 0, 2 * _ROWS * _S)
