"""Writes what a benchmark measured, with the machine and the versions it ran on."""

import datetime as dt
import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "bobae",
    "numpy",
    "scipy",
    "pyarrow",
    "numba",
    "onnx",
    "onnxruntime",
    "polars",
    "duckdb",
    "asyncua",
    "scikit-learn",
    "lightgbm",
    "pyod",
    "river",
)
ROW = ("figure", "value", "low", "high", "unit", "reference", "target", "met")


def write(name: str, command: str, rows: list[dict[str, Any]]) -> Path:
    """Write `benchmarks/results/<name>.json`; every row gets all keys of `ROW`, None where it says nothing.

    Args:
        name: the benchmark's name.
        command: what a reader types to run it again.
        rows: figures; `met` is a bool where the row has a target.

    Returns:
        The file written.
    """
    unknown = {key for row in rows for key in row} - set(ROW)
    if unknown:
        raise ValueError(f"unknown keys in the rows of {name}: {', '.join(sorted(unknown))}; known: {', '.join(ROW)}")
    report = {
        "name": name,
        "command": command,
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "memory_gb": memory_gb()},
        "versions": versions(),
        "rows": [{key: row.get(key) for key in ROW} for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return file


def memory_gb() -> float:
    """The machine's memory in GB (10^9 bytes)."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)


def versions() -> dict[str, str]:
    """Python's version and those of the packages that matter, as far as they are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def show(rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table."""
    for row in rows:
        target = (
            "" if row.get("target") is None else f"   target {row['target']}   {'met' if row['met'] else 'NOT MET'}"
        )
        spread = "" if row.get("low") is None else f"  ({row['low']:.4g} .. {row['high']:.4g})"
        print(f"{row['figure']:<60} {row['value']:.4g} {row.get('unit') or ''}{spread}{target}")
