"""What is compiled beforehand is what a reader needs."""

import subprocess
import sys
import tempfile
from pathlib import Path

ASK = """
from bobae.frames import grid
from bobae.historian import gathering, hot, pages, warm
warm()
print(all(k.signatures for k in (pages._pages, pages._unpacked, gathering._copy, hot._fill_back, grid._fold_settled)))
"""


def test_everything_that_reads_is_compiled_and_nothing_is_left_behind():
    before = set(Path(tempfile.gettempdir()).glob("bobae-warm-*"))
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert set(Path(tempfile.gettempdir()).glob("bobae-warm-*")) <= before
