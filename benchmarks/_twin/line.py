"""Ten stations with buffers of five that break while they work: events a second beside other simulators."""

import json
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bobae.flow import Production, compiled
from bobae.flow.engine import Run, warm
from bobae.flow.line import line_times

_HERE = Path(__file__).parent.parent
_PEER = _HERE.parent / ".venv-peers" / "twin" / "bin" / "python"
STATIONS, APART = 10, 2.0
PEERS = {"simpy": 40_000, "salabim": 8_000, "ciw": 8_000, "cimba": 400_000}
TIMES = 5


def plan() -> Any:
    failure = {"apart": "exponential(100 s)", "lasts": "exponential(5 s)", "counts": "work"}
    machines = {f"m{k}": {"buffer": 5 if k else None, "failures": [failure]} for k in range(STATIONS)}
    document = {
        "machines": machines,
        "routes": {"part": [{"machines": name, "time": "exponential(1 s)"} for name in machines]},
        "releases": [{"product": "part", "every": f"exponential({APART} s)"}],
    }
    return compiled(Production.model_validate(document))


def rows(quick: bool) -> Iterator[dict[str, Any]]:
    warm()
    made = plan()
    parts = 40_000 if quick else 200_000
    line_times(made, seed=0, until_us=1_000)  # compiled
    speeds = {
        "engine": _median(lambda seed: _engine(made, parts, seed)),
        "line": _median(lambda s: _plain(made, parts, s)),
    }
    told = {name: _peer(name, size // (5 if quick else 1)) for name, size in PEERS.items() if _PEER.exists()}
    speeds |= {name: found["speed"] for name, found in told.items() if "speed" in found}
    for name, found in told.items():
        if "speed" not in found:
            print(f"{name} is left out: {found['why']}")
    against = {"simpy": "SimPy", "salabim": "salabim", "ciw": "Ciw", "cimba": "cimba"}
    yield _row("line of ten stations, bobae's recurrence: events a CPU second", speeds["line"], "1/s")
    yield _row("line of ten stations, bobae's engine: events a CPU second", speeds["engine"], "1/s")
    for name, title in against.items():
        if name in speeds:
            yield _row(f"line of ten stations, {title}: events a CPU second", speeds[name], "1/s")
    for name, target in (("simpy", 50.0), ("cimba", 1.5)):
        if name in speeds:
            for mine in ("line", "engine"):
                ratio = speeds[mine] / speeds[name]
                word = "recurrence" if mine == "line" else "engine"
                yield _row(f"bobae's {word} against {against[name]}", ratio, "times", target=target)
    yield from _agreement(made, parts, told, against)


def _row(figure: str, value: float, unit: str, *, target: float | None = None, reference: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"figure": figure, "value": value, "unit": unit, "reference": reference or None}
    return row if target is None else row | {"target": f">= {target:g}", "met": bool(value >= target)}


def _median(speed: Any) -> float:
    return statistics.median(speed(seed) for seed in range(TIMES))


def _engine(made: Any, parts: int, seed: int) -> float:
    run = Run.new(made, seed=seed)
    began = time.process_time()
    run.until(parts * APART)
    return (STATIONS + 1) * sum(map(len, run.done)) / (time.process_time() - began)


def _plain(made: Any, parts: int, seed: int) -> float:
    began = time.process_time()
    _, left = line_times(made, seed=seed, until_us=int(parts * APART * 1e6))
    return (STATIONS + 1) * len(left) / (time.process_time() - began)


def _peer(name: str, parts: int) -> dict[str, Any]:
    found = []
    for seed in range(TIMES):
        command = [str(_PEER), str(_HERE / "peers" / "twin.py"), name, str(parts), str(seed + 1)]
        child = subprocess.run(command, capture_output=True, text=True, check=False)
        if child.returncode:
            return {"why": child.stderr.strip().splitlines()[-1]}
        found.append(json.loads(child.stdout.splitlines()[-1]))
    speed = statistics.median((STATIONS + 1) * one["finished"] / one["cpu_s"] for one in found)
    times = [one["mean_time"] for one in found if one["mean_time"]]
    made = statistics.mean(one["finished"] for one in found) / (parts * APART)
    return {"speed": speed, "time": statistics.mean(times) if times else None, "made": made}


def _agreement(made: Any, parts: int, told: dict[str, Any], against: dict[str, str]) -> Iterator[dict[str, Any]]:
    """All simulate the same line: parts a second, and their mean time in it."""
    runs = []
    for seed in range(TIMES):
        run = Run.new(made, seed=seed)
        run.until(parts * APART)
        done = np.concatenate(run.done)
        runs.append((len(done) / (parts * APART), (done["done"] - done["released"]).mean() / 1e6))
    rate, mean = np.mean(runs, axis=0)
    yield _row("parts a second, bobae", float(rate), "1/s")
    yield _row("mean time in the line, bobae", float(mean), "s")
    for name, found in told.items():
        if "speed" in found:
            yield _row(f"parts a second, {against[name]}", found["made"], "1/s")
            if found["time"]:
                yield _row(f"mean time in the line, {against[name]}", found["time"], "s")
