"""How fast and in how much memory a big CSV is loaded into a plant's historian, beside polars reading it."""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import files
import results

TINY = "time,oil,state\n2024-01-01 00:00:00,1.5,run\n2024-01-01 00:00:01,,stop\n"


def main() -> None:
    """Make the file, load it in child processes, compare every cell with the file, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 MB and 3 runs in place of 1 GB and 5")
    parser.add_argument("--child", choices=["load", "again", "polars", "equal"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.folder)))
        return
    size, runs = (100 * files.MB, 3) if given.quick else (files.GB, 5)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files.make(folder / "line.csv", size)
        rows = measure(folder, runs)
    results.show(rows)
    print(results.write("load", f"python benchmarks/load.py{' --quick' if given.quick else ''}", rows))


def measure(folder: Path, runs: int) -> list[dict[str, object]]:
    """The figures of loading and of polars' reading, taken in turn; each load into a new plant."""
    taken: dict[str, list[dict[str, float]]] = {"load": [], "polars": []}
    for _ in range(runs):
        for what, measured in taken.items():
            measured.append(run(what, folder))
    again, equal = run("again", folder), run("equal", folder)
    cpu = {what: [one["cpu_s"] for one in measured] for what, measured in taken.items()}
    memory = max(one["peak_gb"] for one in taken["load"])
    size = (folder / "line.csv").stat().st_size
    return [
        files.figure(
            f"speed of loading against polars reading ({size / files.GB:.1f} GB, CPU time)", cpu["polars"], cpu["load"]
        ),
        {
            "figure": "peak memory",
            "value": memory,
            "unit": "GB",
            "target": f"<= {files.MEMORY_GB:g}",
            "met": memory <= files.MEMORY_GB,
        },
        {
            "figure": "cells read back that differ from the file",
            "value": equal["different"],
            "target": "0",
            "met": equal["different"] == 0,
        },
        {"figure": "cells compared", "value": equal["cells"]},
        {"figure": "bytes in the historian for each of the file", "value": equal["bytes"] / size, "unit": "x"},
        files.spread("CPU seconds, load", cpu["load"]),
        files.spread("CPU seconds, polars reading", cpu["polars"]),
        {"figure": "CPU seconds, the same file again", "value": again["cpu_s"], "unit": "s"},
        {"figure": "CPU seconds, all rows read back", "value": equal["cpu_s"], "unit": "s"},
    ]


def run(what: str, folder: Path) -> dict[str, float]:
    """One child process and what it measured of itself."""
    command = [sys.executable, __file__, "--child", what, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def child(what: str, folder: Path) -> dict[str, float]:
    """Inside a child process: one act, imports and compiling not counted."""
    import polars as pl

    from bobae.app import load, read, settings_for
    from bobae.app.plant_store import historian_folder

    file, plant = folder / "line.csv", folder / "plant"
    if what == "polars":
        before = files.cpu_s()
        pl.read_csv(file)
        return {"cpu_s": files.cpu_s() - before}
    _warm_up(folder)
    settings = settings_for(None)
    if what == "load":
        plant = new_plant(folder / f"plant{time.time_ns()}")
    before = files.cpu_s()
    if what == "equal":
        ours = read([plant], settings)
        measured = {"cpu_s": files.cpu_s() - before}
        kept = sum(path.stat().st_size for path in historian_folder(plant).rglob("*") if path.is_file())
        return measured | {"bytes": kept} | files.compare(ours.table, pl.read_csv(file, try_parse_dates=True))
    load(plant, [file], settings, asset="line1")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    measured = {"cpu_s": files.cpu_s() - before, "peak_gb": peak / files.GB}
    if what == "load":
        shutil.rmtree(folder / "plant", ignore_errors=True)
        plant.rename(folder / "plant")
    return measured


def new_plant(folder: Path) -> Path:
    """An empty plant."""
    from bobae.app import init, settings_for

    init(folder, settings_for(None))
    return folder


def _warm_up(folder: Path) -> None:
    """Load and read something small, so that all code is loaded and compiled."""
    from bobae.app import load, read, settings_for

    tiny = new_plant(folder / "tiny")
    (tiny / "tiny.csv").write_text(TINY)
    load(tiny, [tiny / "tiny.csv"], settings_for(None))
    read([tiny], settings_for(None))
    shutil.rmtree(tiny)


if __name__ == "__main__":
    main()
