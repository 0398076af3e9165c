"""What a sealed model costs: parity with numpy, time for a row, time to pass the import gate, size."""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import results

from bobae.core import Candidate, Column, Contract, Dataset, Floats, Kind, Manifest, Reference, Role, Verdict
from bobae.graph import Runner
from bobae.learners.anomaly import AnomalyLearner
from bobae.registry import SigningKey, TrustList, open_sealed, seal

SENSORS, ROWS, WINDOWS, WINDOW = 12, 6000, 8, 256


def main() -> None:
    """Fit a detector of 12 sensors and 10 lags, stream it through onnxruntime, seal and open it, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2 rounds of streaming in place of 7")
    given = parser.parse_args()
    dataset, x = made_rows()
    fitted = AnomalyLearner().fit(dataset, seed=0)
    graph = fitted.graph()
    rows = parity(Runner(graph, fitted.contract), fitted.run, x)
    rows += row_times(Runner(graph, fitted.contract), x, rounds=2 if given.quick else 7)
    rows += gate(candidate(graph, fitted.contract, fitted.run, x, dataset.sha256))
    results.show(rows)
    print(results.write("sealed", f"python benchmarks/sealed.py{' --quick' if given.quick else ''}", rows))


def made_rows() -> tuple[Dataset, Floats]:
    """Twelve sensors that follow three slow causes, one row a second."""
    rng = np.random.default_rng(0)
    causes = np.zeros((ROWS, 3))
    for row in range(1, ROWS):
        causes[row] = 0.95 * causes[row - 1] + rng.normal(size=3)
    x = causes @ rng.normal(size=(3, SENSORS)) + 0.5 * rng.normal(size=(ROWS, SENSORS))
    names = [f"sensor_{i:02d}" for i in range(SENSORS)]
    time_ns = pa.array(np.arange(ROWS) * 10**9, pa.timestamp("ns", "UTC"))
    table = pa.table({"time": time_ns, **dict(zip(names, x.T, strict=True))})
    columns = (Column("time", Kind.TIME, Role.TIME), *(Column(name, Kind.NUMBER, Role.FEATURE) for name in names))
    return Dataset(table, columns), x


def parity(runner: Runner, native: Callable[[Floats, Floats], Any], x: Floats) -> list[dict[str, Any]]:
    """The largest difference from numpy relative to each score's range, and the decisions that differ."""
    gap = np.zeros(ROWS)
    gap[0], gap[ROWS // 2] = 2.0, 1.0
    expected, got = native(x, gap), runner.run(x, gap)
    worst, differing = 0.0, 0
    for output in runner.contract.outputs:
        away = np.abs(got[output.name] - np.reshape(expected[output.name], got[output.name].shape))
        if output.kind == "decision":
            differing += int((away > 0).sum())
        else:
            worst = max(worst, float(away.max() / np.ptp(expected[output.name])))
    figure = f"decisions that differ from numpy, of {ROWS} rows"
    return [
        {"figure": "largest difference from numpy, of range", "value": worst, "target": 1e-5, "met": worst <= 1e-5},
        {"figure": figure, "value": differing, "target": 0, "met": not differing},
    ]


def row_times(runner: Runner, x: Floats, *, rounds: int) -> list[dict[str, Any]]:
    """Microseconds of CPU for one row, all on the calling thread: other work on the machine does not count."""
    medians, tails = [], []
    for _ in range(rounds):
        times = []
        for row in x[:3000]:
            begin = time.thread_time()
            runner.step(row)
            times.append((time.thread_time() - begin) * 1e6)
        medians.append(float(np.percentile(times, 50)))
        tails.append(float(np.percentile(times, 99)))
    middle = statistics.median(medians)
    spread = {"low": min(medians), "high": max(medians), "unit": "CPU us"}
    tail = {"low": min(tails), "high": max(tails), "unit": "CPU us"}
    return [
        {"figure": "one row, 12 sensors x 10 lags, p50", "value": middle, **spread, "target": 150, "met": middle < 150},
        {"figure": "one row, p99", "value": statistics.median(tails), **tail},
    ]


def candidate(
    graph: bytes, contract: Contract, native: Callable[[Floats, Floats], Any], x: Floats, sha256: str
) -> Candidate:
    """The model with 8 reference windows of 256 rows of x (rows, inputs)."""
    windows = x[: WINDOWS * WINDOW].reshape(WINDOWS, WINDOW, -1)
    gap = np.zeros((WINDOWS, WINDOW))
    gap[:, 0] = 2.0
    runs = [native(*window) for window in zip(windows, gap, strict=True)]
    expected = {
        output.name: np.stack([np.reshape(run[output.name], (WINDOW, *output.shape)) for run in runs])
        for output in contract.outputs
    }
    manifest = Manifest(
        name="sealed benchmark",
        task="anomaly",
        contract=contract,
        learner="anomaly",
        settings={},
        dataset_sha256=sha256,
        seed=0,
        verdict=Verdict.NOT_ENOUGH_EVIDENCE,
    )
    return Candidate(manifest=manifest, graph=graph, reference=Reference(x=windows, gap=gap, expected=expected))


def gate(made: Candidate) -> list[dict[str, Any]]:
    """CPU seconds to seal and to pass the gate, children included, and the bytes on disk."""
    key = SigningKey.new()
    trust = TrustList().trust(key.public_pem, "benchmark", added=date(2026, 1, 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bobae"
        sealing = _cpu_s(lambda: seal(made, path, key=key))
        opening = _cpu_s(lambda: open_sealed(path, trust=trust))
        size = path.stat().st_size
    return [
        {"figure": "sealing", "value": sealing, "unit": "CPU s"},
        {"figure": "passing the import gate, reference run included", "value": opening, "unit": "CPU s"},
        {"figure": "graph", "value": len(made.graph) / 1e3, "unit": "kB"},
        {"figure": "package", "value": size / 1e3, "unit": "kB"},
    ]


def _cpu_s(act: Callable[[], object]) -> float:
    def spent() -> float:
        each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(used.ru_utime + used.ru_stime for used in each)

    before = spent()
    act()
    return spent() - before


if __name__ == "__main__":
    main()
