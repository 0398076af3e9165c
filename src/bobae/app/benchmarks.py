"""Benchmarks: the scripts in `benchmarks/`, run as they stand; each leaves its figures in `benchmarks/results/`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bobae.core import BadInput, Refused, UnknownName

_SOURCE_TREE = Path(__file__).resolve().parents[3]


def benchmarks_folder() -> Path:
    """The folder with the scripts: here, or in the source tree that bobae runs from.

    Raises:
        BadInput: neither has one (an installed wheel does not bring them).
    """
    for folder in (Path.cwd() / "benchmarks", _SOURCE_TREE / "benchmarks"):
        if folder.is_dir():
            return folder
    raise BadInput("there is no folder benchmarks/ here; run this in a copy of bobae's source tree")


def benchmark_names() -> list[str]:
    """All benchmarks there are."""
    scripts = [path for path in benchmarks_folder().glob("*.py") if "__main__" in path.read_text(encoding="utf-8")]
    return sorted(script.stem for script in scripts)


def bench(name: str, *, quick: bool) -> dict[str, Any]:
    """Run one benchmark; its messages go to standard error, its result file comes back.

    Raises:
        UnknownName: there is no such benchmark.
        Refused: the script failed or left no result.
    """
    if name not in benchmark_names():
        raise UnknownName.among(
            "no benchmark is called {name!r}; nearest: {nearest}", name=name, known=benchmark_names()
        )
    folder = benchmarks_folder()
    command = [sys.executable, str(folder / f"{name}.py"), *(["--quick"] if quick else [])]
    done = subprocess.run(command, stdout=sys.stderr, cwd=folder.parent, check=False)
    result = folder / "results" / f"{name}.json"
    if done.returncode != 0 or not result.is_file():
        raise Refused("the benchmark {name} failed with exit code {code}", name=name, code=done.returncode)
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found
