"""bobae answers at once: heavy libraries load when they are needed, not before."""

import json
import subprocess
import sys

import pytest

HEAVY = ("numba", "sklearn", "pyarrow", "onnxruntime", "fastapi", "scipy", "numpy", "pydantic")


def loaded_by(statement: str) -> dict[str, float]:
    """What `statement` has loaded in a fresh Python, and the CPU seconds it took."""
    program = (
        f"import json, sys, resource\n{statement}\n"
        "r = resource.getrusage(resource.RUSAGE_SELF)\n"
        f"print(json.dumps({{'heavy': [m for m in {HEAVY!r} if m in sys.modules], 'cpu_s': r.ru_utime + r.ru_stime}}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["bobae", "bobae.core", "bobae.cli"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}")["heavy"] == []


def test_help_loads_nothing_heavy_and_answers_at_once() -> None:
    show = "from bobae.cli.main import program\nprogram(only='')(['--help'], standalone_mode=False)"
    runs = [loaded_by(show) for _ in range(5)]
    assert runs[0]["heavy"] == []
    assert min(run["cpu_s"] for run in runs) <= 0.4
