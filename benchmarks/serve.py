"""Serving: a call in process beside onnxruntime alone, HTTP beside MLflow and BentoML, many assets at once.

python benchmarks/serve.py [--quick]: writes benchmarks/results/serve.json. The other servers live in
.venv-peers/serving (`make bench-peers`); without them their rows are left out.
"""

import argparse
import functools
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import results
from _serve.asking import latencies_s
from _serve.servers import known, running

from bobae.core import Candidate
from bobae.graph import Runner, Streams
from bobae.registry import own_key, seal
from bobae.serve.inference import Asked, ServedModel, Stretch
from bobae.testing.made_model import made_model

ROUNDS = 5


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests")
    given = parser.parse_args()
    requests = 80 if given.quick else 800
    candidate = made_model()
    rows = [*in_process(candidate), *at_once(candidate), *over_http(candidate, requests)]
    results.show(rows)
    print(results.write("serve", f"python benchmarks/serve.py{' --quick' if given.quick else ''}", rows))


def in_process(candidate: Candidate) -> list[dict[str, Any]]:
    """A served call of one row beside a bare call of the same graph."""
    contract, x = candidate.manifest.contract, candidate.reference.x[0]
    session = ort.InferenceSession(candidate.graph, _plain(), providers=["CPUExecutionProvider"])
    fed = {i.name: np.zeros(i.shape) for i in session.get_inputs()}
    names = [output.name for output in session.get_outputs()]
    served = ServedModel(candidate.manifest, candidate.graph, "1")
    runner = Runner(candidate.graph, contract)
    served.infer([Asked(x[:1], stretch=Stretch("a", start=True))])
    calls = {
        "bare": lambda i: session.run(names, fed | {"x": x[i % len(x)][None]}),
        "served": lambda i: served.infer([Asked(x[i % len(x)][None], stretch=Stretch("a"))]),
        "line": lambda i: runner.step(x[i % len(x)]),
    }
    took: dict[str, list[np.ndarray]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            took[name].append(_timed(call, 2_000))
    found = []
    for quantile in (50, 99):
        bare = [np.percentile(one, quantile) for one in took["bare"]]
        for name, told in (("served", "a served call of one row"), ("line", "the same in a live line")):
            ratio = [np.percentile(one, quantile) / b for one, b in zip(took[name], bare, strict=True)]
            figure = f"{told}, p{quantile}, against onnxruntime alone"
            found.append(_row(figure, ratio, "x", f"{np.median(bare) * 1e6:.0f} us", "<= 2"))
    return found


def at_once(candidate: Candidate) -> list[dict[str, Any]]:
    """Many assets with one model: CPU time of a row of each."""
    contract, x = candidate.manifest.contract, candidate.reference.x[0, 0]
    runner = Runner(candidate.graph, contract)
    alone = np.median([_cpu(lambda: runner.step(x), 2_000) for _ in range(ROUNDS)])
    found = []
    for assets in (100, 1_000, 10_000):
        streams, rows = Streams(candidate.graph, contract, assets), np.tile(x, (assets, 1))
        step = functools.partial(streams.step, rows, np.zeros(assets), np.arange(assets))
        times = [_cpu(step, max(5, 20_000 // assets)) / assets for _ in range(ROUNDS)]
        told = f"{assets:,} assets with one model, sooner than one by one"
        found.append(_row(told, [alone / one for one in times], "x", f"{alone * 1e6:.0f} CPU us a row alone", None))
    told = "a row of each of 10,000 assets, CPU time"
    found.append(_row(told, [one * assets * 1e3 for one in times], "ms", None, None))
    return found


def over_http(candidate: Candidate, requests: int) -> list[dict[str, Any]]:
    """One row over HTTP, from one client and from eight."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        (work / "model.onnx").write_bytes(candidate.graph)
        model = work / "press.bobae"
        home = work / "home"
        os.environ["BOBAE_HOME"] = str(home)
        seal(candidate, model, key=own_key(home, name="bench", today=datetime.now(UTC).date()))
        row = np.nan_to_num(candidate.reference.x[0, 0]).tolist()
        inputs = {i.name: [d.dim_value for d in i.type.tensor_type.shape.dim] for i in _inputs(candidate)}
        states = {name: shape for name, shape in inputs.items() if name != "x"}
        took: dict[tuple[str, int], list[np.ndarray]] = {}
        for _ in range(ROUNDS):
            for name in known():
                with running(name, model, work / "model.onnx", row, states, work) as server:
                    latencies_s(server, 40, 1)
                    for clients in (1, 8):
                        took.setdefault((name, clients), []).append(latencies_s(server, requests, clients))
    return _compared(took)


def _compared(took: dict[tuple[str, int], list[np.ndarray]]) -> list[dict[str, Any]]:
    found = []
    for clients in (1, 8):
        for quantile in (50, 99):
            ours = [np.percentile(one, quantile) for one in took["bobae", clients]]
            told = f"over HTTP, {clients} client{'s' if clients > 1 else ''}, p{quantile}"
            found.append(_row(told, [one * 1e3 for one in ours], "ms", None, None))
            for name in known()[1:]:
                ratio = [np.percentile(t, quantile) / o for t, o in zip(took[name, clients], ours, strict=True)]
                reference = f"{np.median([np.percentile(t, quantile) for t in took[name, clients]]) * 1e3:.2f} ms"
                found.append(_row(f"{told}: sooner than {name}", ratio, "x", reference, "> 1", higher=True))
    return found


def _row(
    figure: str, values: list[float], unit: str, reference: str | None, target: str | None, *, higher: bool = False
) -> dict[str, Any]:
    value = float(np.median(values))
    row = {"figure": figure, "value": value, "low": float(min(values)), "high": float(max(values)), "unit": unit}
    row |= {"reference": reference, "target": target}
    if target is not None:
        limit = float(target.split()[1])
        row["met"] = value > limit if higher else value <= limit
    return row


def _timed(call: Any, times: int) -> np.ndarray:
    took = np.empty(times)
    for i in range(times):
        began = time.perf_counter()
        call(i)
        took[i] = time.perf_counter() - began
    return took


def _cpu(call: Any, times: int) -> float:
    call()
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times


def _plain() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return options


def _inputs(candidate: Candidate) -> list[onnx.ValueInfoProto]:
    return list(onnx.load_from_string(candidate.graph).graph.input)


if __name__ == "__main__":
    main()
