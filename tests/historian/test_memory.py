"""What sealing and merging take is given back: a historian that runs for a year must not grow."""

import subprocess
import sys
from pathlib import Path

import pytest

SEALED_OFTEN = """
import sys
from pathlib import Path
import numpy as np
import bobae.historian.writer as writer
from bobae.core import Samples, TagRow
from bobae.historian import open_store
writer.KEEP_NS = 0
def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
with open_store(Path(sys.argv[1]), write=True) as store:
    tags = store.writer.tag_ids([TagRow(0, f"machine.t{i:04d}") for i in range(2_000)])
    for segment in range(18):
        for row in range(150):
            time_ns = np.full(len(tags), (segment * 150 + row + 1) * 1_000_000_000)
            promise = store.writer.append(Samples.of(tags, time_ns, np.full(len(tags), float(row))))
        promise.durable.result()
        store.writer.seal()
        store.writer.keeper.wake()
        store.writer.keeper._thread.join()
        print(resident_mb())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read from /proc")
def test_memory_does_not_grow_with_what_was_sealed_and_merged(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SEALED_OFTEN, str(tmp_path)], capture_output=True, text=True, check=True
    )
    megabytes = [float(row) for row in done.stdout.split()]
    assert len(list(tmp_path.rglob("*.parquet"))) > 18  # merged on the way
    assert max(megabytes[-4:]) - max(megabytes[2:6]) < 60
