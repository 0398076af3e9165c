"""The compiled engine checks no index. So it is run uncompiled too, on arrays that do."""

import os
import subprocess
import sys
from pathlib import Path

_UNCOMPILED = """
import sys
sys.path.insert(0, {folder!r})
import numpy as np
from test_engine import small
from bobae.flow import compiled
from bobae.flow.engine import Run, _reserve
from bobae.flow.kernel import run as engine, words as w

class Checked(np.recarray):
    def __getitem__(self, index):
        if isinstance(index, (int, np.integer)) and index < 0:
            raise IndexError(f"{{index}} is before the beginning")
        return super().__getitem__(index)

def checked(parts):
    return type(parts)(*(part.view(Checked) if part.dtype.names else part for part in parts))

engine.hold = lambda whole: whole
run = Run.new(compiled(small()), seed=6, traced=True)
state = checked(run.state)
np.seterr(over="ignore")
engine.run(checked(run.plan.tables), state, int(1.5 * 86_400e6), _reserve(run.plan))
print(int(state.clock[w.HANDLED]), int(state.clock[w.HASH]))
"""


def test_no_index_leaves_its_array_and_compiling_changes_nothing():
    from bobae.flow import compiled
    from bobae.flow.engine import Run
    from bobae.flow.kernel import words as w

    from .test_engine import small

    program = _UNCOMPILED.format(folder=str(Path(__file__).parent))
    child = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr[-2000:]
    run = Run.new(compiled(small()), seed=6, traced=True)
    run.until(1.5 * 86_400.0)
    handled, told = (int(word) for word in child.stdout.split())
    assert handled == run.state.clock[w.HANDLED] > 1000
    assert told == run.state.clock[w.HASH]
