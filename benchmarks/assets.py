"""Ten thousand machines on one computer: samples kept, models scored, rules judged, alarms raised.

python benchmarks/assets.py [--quick]: writes benchmarks/results/assets.json. All machines are of one class and share
one sealed model, each with its own state; a row of each every ten seconds. In the middle one in a hundred breaks at
once.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import results

from bobae.core import Candidate, Rule, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.monitor import CaseKeeper, Watched, Watcher
from bobae.monitor.rules import RulePlan, Ruling
from bobae.monitor.rules.plan import Ruled
from bobae.registry.catalogue import Catalogue, open_catalogue
from bobae.serve import Line, LiveModel, Proof
from bobae.testing.made_machine import machine
from bobae.testing.made_model import made_model

NS = 1_000_000_000
START_NS = 1_800_000_000 * NS
STEP_S = 10.0
BREAKS = 100  # one machine in so many
COMES_AFTER_NS = 50_000_000


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 machines")
    given = parser.parse_args()
    assets = 1_000 if given.quick else 10_000
    with tempfile.TemporaryDirectory() as place:
        rows = [*lived(Path(place), assets), *judged(assets)]
    results.show(rows)
    print(results.write("assets", f"python benchmarks/assets.py{' --quick' if given.quick else ''}", rows))


def lived(folder: Path, assets: int, *, steps: int = 90, breaks_at: int = 60) -> list[dict[str, Any]]:
    """All machines for a quarter of an hour."""
    candidate = _trained()
    now = [START_NS]
    clock = lambda: now[0]  # noqa: E731
    names = [f"line{i // 100}/press{i}" for i in range(assets)]
    inputs = [wanted.name for wanted in candidate.manifest.contract.inputs]
    with (
        open_store(folder / "data", write=True, clock=clock, commit_s=0.05) as store,
        open_catalogue(folder / "data") as catalogue,
    ):
        world = _World(store, names, inputs)
        line = Line(_models(candidate, names, inputs), settle_ns=100_000_000, from_ns=START_NS)
        watchers = _watchers(names, inputs, catalogue, clock)
        cases = CaseKeeper(catalogue.alarms, catalogue.cases, clock=clock)
        took: dict[str, list[float]] = {"kept": [], "scored": [], "watched": [], "all": []}
        raised_s, joined_s, before = 0.0, 0.0, 0
        for step in range(1, steps + 1):
            now[0] = START_NS + round(step * STEP_S * NS) + 200_000_000
            took["kept"].append(_cpu(lambda step=step: world.step(step, broken=step >= breaks_at))[0])
            scored, rows = _cpu(lambda: list(line.settled(store, now[0])))
            began = time.perf_counter()
            watched, _ = _cpu(lambda rows=rows: [watchers[r.model].observe(r.time_ns, r.answers, r.x) for r in rows])
            raised = len(catalogue.alarms.page(limit=assets))
            if raised > before:
                raised_s, before = raised_s + time.perf_counter() - began, raised
                joined_s += _cpu(cases.step)[0]
            took["scored"].append(scored)
            took["watched"].append(watched)
        opened = len(catalogue.cases.page(limit=assets))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    quiet = slice(10, breaks_at - 1)
    told = f"{assets:,} machines, a row of each"
    share = [
        100 * (k + s + w) / STEP_S
        for k, s, w in zip(*(took[n][quiet] for n in ("kept", "scored", "watched")), strict=True)
    ]
    return [
        _row(f"{told}: samples kept, CPU time", took["kept"][quiet], "s"),
        _row(f"{told}: read and scored, CPU time", took["scored"][quiet], "s"),
        _row(f"{told}: watched, CPU time", took["watched"][quiet], "s"),
        _row(f"{told} every {STEP_S:g} s: share of one core", share, "%")
        | {"target": "< 100", "met": max(share) < 100},
        _row("one in a hundred breaks: alarms raised", [before], "") | {"reference": f"{assets // BREAKS} broke"},
        _row("one in a hundred breaks: cases opened", [opened], ""),
        _row("an alarm raised and on the disk", [1e3 * raised_s / max(1, before)], "ms"),
        _row("an alarm joined to its case, CPU time", [1e3 * joined_s / max(1, before)], "ms"),
        _row("memory at the most", [memory], "MB") | {"target": "< 4000", "met": memory < 4_000},
    ]


def judged(assets: int) -> list[dict[str, Any]]:
    """Three rules on each machine, one step of all."""
    ruled = [
        Ruled(f"press{i}:{name}", f"press{i}", Rule(name=name, asset=f"press{i}", tag="oil", **condition))
        for i in range(assets)
        for name, condition in (
            ("hot", {"high": 80.0, "deadband": 2.0, "on_delay": "10s"}),
            ("cold", {"low": 10.0, "deadband": 2.0}),
            ("silent", {"silent_for": "5min"}),
        )
    ]
    ruling, dice = Ruling(RulePlan.of(ruled)), np.random.default_rng(0)
    oil, fresh = dice.normal(50, 5, assets), np.ones(assets, dtype=np.bool_)
    times = []
    for step in range(60):
        oil[: assets // BREAKS] = 90.0 if step >= 30 else 50.0
        times.append(_cpu(lambda step=step: ruling.step(step * NS, oil, fresh))[0])
    return [_row(f"{len(ruled):,} rules, one step of all, CPU time", [1e3 * one for one in times[5:]], "ms")]


class _World:
    def __init__(self, store: Store, names: list[str], inputs: list[str]) -> None:
        self._store, self._inputs = store, inputs
        kinds = ["text" if name == "product" else "number" for name in inputs]
        rows = [TagRow(0, f"{asset}.{name}", kind) for asset in names for name, kind in zip(inputs, kinds, strict=True)]  # type: ignore[arg-type]
        self._ids = np.array(store.writer.tag_ids(rows)).reshape(len(names), len(inputs))
        self._table = machine(400, seed=9).table
        self._dice = np.random.default_rng(3)

    def step(self, step: int, *, broken: bool) -> None:
        at = START_NS + round(step * STEP_S * NS)
        last = None
        for column, name in enumerate(self._inputs):
            ids = self._ids[:, column]
            value = self._table.column(name).to_pylist()[step]
            if isinstance(value, str):
                words = np.full(len(ids), value, dtype=object)
                samples = Samples.of(
                    ids, np.full(len(ids), at), np.full(len(ids), np.nan), receipt_ns=_came(ids, at), text=words
                )
            else:
                values = np.full(len(ids), float(value))
                if broken and name == "pressure":
                    values[::BREAKS] += 60.0
                samples = Samples.of(ids, np.full(len(ids), at), values, receipt_ns=_came(ids, at))
            last = self._store.writer.append(samples)
        if last is not None:
            last.durable.result()


def _came(ids: np.ndarray, at: int) -> np.ndarray:
    return np.full(len(ids), at + COMES_AFTER_NS)


def _trained() -> Candidate:
    return made_model()


def _models(candidate: Candidate, names: list[str], inputs: list[str]) -> list[LiveModel]:
    contract = candidate.manifest.contract.model_copy(update={"sampling_s": STEP_S, "max_gap_s": 10 * STEP_S})
    proof = Proof(candidate.reference, candidate.manifest.tolerance)
    return [LiveModel(a, [f"{a}.{name}" for name in inputs], contract, candidate.graph, proof=proof) for a in names]


def _watchers(
    names: list[str], inputs: list[str], catalogue: Catalogue, clock: Callable[[], int]
) -> dict[str, Watcher]:
    def usual(tags: Any, _: int) -> list[float]:
        return [float("nan")] * len(tags)

    return {
        name: Watcher(
            Watched(f"{name}:anomaly", name, "press", tuple(inputs), (None,) * len(inputs), usual=usual),
            catalogue.alarms,
            clock=clock,
        )
        for name in names
    }


def _cpu(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    answer = call()
    return time.process_time() - began, answer


def _row(figure: str, values: list[float], unit: str) -> dict[str, Any]:
    spread = {"low": float(min(values)), "high": float(max(values))} if len(values) > 1 else {}
    return {"figure": figure, "value": float(np.median(values)), "unit": unit} | spread


if __name__ == "__main__":
    main()
