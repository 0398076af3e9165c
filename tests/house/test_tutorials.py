"""Tutorials tell the truth: their commands are run in order, and print what the page shows."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.M | re.S)
TUTORIALS = sorted((Path(__file__).resolve().parents[2] / "docs").rglob("tutorials/*.md"))


def steps(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    parts = re.split(r"^\$ (.+)\n", block, flags=re.M)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda p: p.parent.parent.name)
def test_a_tutorial_prints_what_it_shows(tutorial: Path, tmp_path: Path, own_home: Path) -> None:
    environment = os.environ | {"BOBAE_HOME": str(own_home), "PYTHONUTF8": "1", "COLUMNS": "120"}
    same = doctest.OutputChecker().check_output
    for kind, block in BLOCK.findall(tutorial.read_text("utf-8")):
        for said, shown in [(block, "")] if kind == "python" else steps(block):
            command = [sys.executable, "-c", said] if kind == "python" else bobae(said)
            done = subprocess.run(
                command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
            )
            assert done.returncode == 0, f"{said}\n{done.stderr}"
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            assert same(shown, done.stdout, flags), f"{said}\nprinted\n{done.stdout}\nnot\n{shown}"


def bobae(command: str) -> list[str]:
    """A `bobae ...` line as arguments, run by this Python."""
    program, *arguments = command.split()
    assert program == "bobae", f"a tutorial types only bobae commands: {command}"
    return [sys.executable, "-m", "bobae.cli", *arguments]
