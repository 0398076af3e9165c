"""bobae's learners on the public data sets, each figure against its target."""

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from _anomaly.rows import Row, Target, row

from _learners import sets
from bobae.core import Contract, Dataset, HeldOut, NotEnoughEvidence, Role
from bobae.evidence.conformal import covered
from bobae.evidence.intervals import Figure
from bobae.evidence.metrics import auc, average_precision
from bobae.evidence.skill import Witnesses
from bobae.graph import Runner
from bobae.learners.classify import ClassifyLearner
from bobae.learners.forecast import ForecastLearner
from bobae.learners.rul import RulLearner
from bobae.learners.soft_sensor import SoftSensorLearner

LEARNERS: dict[str, Callable[..., Any]] = {
    "classify": ClassifyLearner,
    "forecast": ForecastLearner,
    "rul": RulLearner,
    "soft-sensor": SoftSensorLearner,
}
_PARITY = Target("<=", 1e-5)
_SHARE = Target(">=", 0.86)


@dataclasses.dataclass
class Scorer:
    """Counts how often each test set was scored."""

    root: Path
    seeds: int
    uses: Counter[str] = dataclasses.field(default_factory=Counter)

    def tried(self, one: sets.Set, seed: int = 0, **settings: Any) -> tuple[Any, HeldOut, float]:
        """The model, what was said of the rows of the outer splits by models that had not seen them, CPU seconds."""
        learner = LEARNERS[one.task](**{**one.settings, **settings})
        began = time.process_time()
        fitted = learner.fit(one.data, folds=one.outer, seed=seed)
        self.uses[one.name] += 1
        return fitted, fitted.held_out, time.process_time() - began


def rows(root: Path, *, quick: bool) -> Iterator[Row]:
    """Every figure."""
    scorer = Scorer(root, 1 if quick else 5)
    for part in (_engines, _plates, _rules, _wafers, _ships, _lenses, _robots, _bearings, _mills, _energy, _process):
        yield from part(scorer)
    for name, count in scorer.uses.items():
        yield row(f"{name}: times scored in this run", count, "times")


def _engines(scorer: Scorer) -> Iterator[Row]:
    train, test, left = sets.fd001(scorer.root)
    last = np.flatnonzero(np.append(np.diff(np.unique(test.values("unit"), return_inverse=True)[1]) != 0, True))
    found = []
    for seed in range(scorer.seeds):
        began = time.process_time()
        fitted = RulLearner().fit(train.data, folds=train.inner(np.ones(len(train.data), dtype=bool)), seed=seed)
        cpu = time.process_time() - began
        answers = fitted.run(fitted.contract.rows(test), _gaps(test))
        scorer.uses[train.name] += 1
        said, low, high = (answers[name][last] for name in ("prediction", "low", "high"))
        off = np.minimum(said, 125) - np.minimum(left, 125)
        truth = np.minimum(left, fitted.most)
        near = left < 50
        found.append(
            {
                "rmse": np.square(off),
                "raw": np.square(said - left),
                "nasa": np.where(off < 0, np.exp(-off / 13) - 1, np.exp(off / 10) - 1),
                "inside": (truth >= low) & (truth <= high),
                "inside_near": ((truth >= low) & (truth <= high))[near],
                "width_near": (high - low)[near],
                "cv": _near_end(fitted.held_out, train, fitted.most),
                "cpu": cpu,
            }
        )
    name = train.name
    each = Witnesses(np.arange(len(left)), np.ones(len(left)), in_time=False)
    rmse = _over_seeds(found, "rmse", each, np.sqrt)
    yield row(
        f"{name}: RMSE capped at 125",
        rmse,
        "cycles",
        reference="10.97 (MTSTAN), the best of the table",
        target=Target("<=", 11.9),
    )
    yield row(f"{name}: RMSE of the raw life left", _over_seeds(found, "raw", each, np.sqrt), "cycles")
    nasa = float(np.mean([one["nasa"].sum() for one in found]))
    yield row(f"{name}: NASA score", nasa, "", reference="175 (MTSTAN)", target=Target("<", 200))
    cv = float(np.mean([one["cv"] for one in found]))
    yield row(f"{name}: RMSE told by cross-validation, last {125} cycles", cv, "cycles")
    yield row(
        f"{name}: that estimate off the test's figure",
        abs(cv - rmse.value) / rmse.value,
        "share",
        target=Target("<=", 0.15),
    )
    yield row(f"{name}: 90 % intervals hold", _over_seeds(found, "inside", each), "share", target=_SHARE)
    width = float(np.mean([one["width_near"].mean() for one in found]))
    yield row(f"{name}: width of intervals below 50 cycles", width, "cycles", target=Target("<=", 16))
    yield row(f"{name}: they hold", float(np.mean([one["inside_near"].mean() for one in found])), "share")
    yield row(f"{name}: learning", float(np.median([one["cpu"] for one in found])), "CPU s", target=Target("<", 30))
    yield from _runs(name, fitted, test)


def _near_end(held: HeldOut, train: sets.Set, reach: float) -> float:
    """The error of the cross-validation at rows whose end is near enough to be told, every engine counting the same."""
    near = held.truth < reach
    assert train.groups is not None
    missed = np.square(held.answers["prediction"] - held.truth)[near]
    count = np.bincount(train.groups[near])[train.groups[near]]
    return float(np.sqrt(np.average(missed, weights=1.0 / count)))


def _plates(scorer: Scorer) -> Iterator[Row]:
    found = [scorer.tried(sets.plates(scorer.root, seed=seed), seed) for seed in range(scorer.seeds)]
    yield from _kinds("steel plates: 10 folds", found, accuracy=0.805, macro=0.825)
    yield from _runs("steel plates", found[0][0], sets.plates(scorer.root).data)


def _rules(scorer: Scorer) -> Iterator[Row]:
    for in_time, wanted in ((False, 0.88), (True, 0.79)):
        found = [scorer.tried(sets.ai4i(scorer.root, in_time=in_time, seed=s), s) for s in range(scorer.seeds)]
        name = "AI4I: time 70/30" if in_time else "AI4I: 5 folds"
        values = [
            average_precision(held.answers["chances"][held.tried, 1], held.truth[held.tried] == 1)
            for _, held, _ in found
        ]
        yield row(f"{name}, average precision", _spread(values), "", target=Target(">=", wanted))
    yield from _runs("AI4I", found[0][0], sets.ai4i(scorer.root).data)


def _wafers(scorer: Scorer) -> Iterator[Row]:
    found = [scorer.tried(sets.secom(scorer.root), seed) for seed in range(scorer.seeds)]
    each = []
    for _, held, _ in found:
        folds = [held.fold == i for i in range(4)]
        each.append(np.mean([auc(held.answers["chances"][f, 1], held.truth[f] == 1) for f in folds]))
    what = "columns chosen by others with the labels: optimistic"
    yield row("SECOM: four folds in time, mean AUC", _spread(each), "", reference=what, target=Target(">=", 0.69))


def _ships(scorer: Scorer) -> Iterator[Row]:
    for column, name in ((16, "kMc"), (17, "kMt")):
        one = sets.naval(scorer.root, column, name)
        fitted, held, cpu = scorer.tried(one)
        missed = Witnesses(one.groups, np.ones(len(held.fold)), in_time=False)  # type: ignore[arg-type]
        found = missed.mean(np.square(held.answers["prediction"] - held.truth), np.sqrt)
        yield row(f"naval: {name}, levels held out, RMSE", found, "", target=Target("<", 1e-4))
        inside, _ = covered(held.truth, held.answers["low"], held.answers["high"], one.groups)  # type: ignore[arg-type]
        yield row(f"naval: {name}, 90 % intervals hold", inside, "share", target=_SHARE)
        yield row(f"naval: {name}, learning", cpu, "CPU s")
    yield from _runs("naval", fitted, one.data)


def _lenses(scorer: Scorer) -> Iterator[Row]:
    for count, wanted in ((10, 0.92), (5, None)):
        found = [scorer.tried(sets.polenta(scorer.root, count), seed) for seed in range(scorer.seeds)]
        yield from _kinds(f"injection moulding: {count} contiguous folds", found, accuracy=wanted)
    one = sets.polenta(scorer.root, 5)
    drawn = dataclasses.replace(one, outer=sets.pairs(sets.stratified(one.target, 5)))
    yield from _kinds("injection moulding: shuffled rows, which flatter", [scorer.tried(drawn)])
    yield from _runs("injection moulding", found[0][0], one.data)


def _robots(scorer: Scorer) -> Iterator[Row]:
    for number in range(1, 6):
        name = f"robot failures lp{number}"
        try:
            found = [scorer.tried(sets.robots(scorer.root, number, seed=s), s) for s in range(scorer.seeds)]
        except NotEnoughEvidence as refused:
            print(f"{name}: refused: {refused}")
            continue
        truth = found[0][1].truth
        most = np.bincount(truth[np.isfinite(truth)].astype(int)).max() / np.isfinite(truth).sum()
        yield from _kinds(f"{name}: 5 folds of runs", found, reference=f"always the most frequent: {most:.3f}")
    yield from _runs("robot failures", found[0][0], sets.robots(scorer.root, 5).data)


def _bearings(scorer: Scorer) -> Iterator[Row]:
    one = sets.bearings(scorer.root)
    found = [scorer.tried(one, seed) for seed in range(scorer.seeds)]
    yield from _kinds("CWRU bearings: the load held out", found, accuracy=0.97)
    mixed = dataclasses.replace(one, outer=sets.pairs(sets.stratified(one.target, 5)))
    yield from _kinds("CWRU bearings: shuffled windows, which flatter", [scorer.tried(mixed)])


def _mills(scorer: Scorer) -> Iterator[Row]:
    one = sets.mills(scorer.root)
    found = [scorer.tried(one, seed) for seed in range(scorer.seeds)]
    yield from _kinds("CNC tool wear: runs held out", found, reference="always the most frequent: 0.556")
    rows_alone = dataclasses.replace(one, outer=sets.pairs(sets.stratified(one.target, 5)))
    yield from _kinds("CNC tool wear: shuffled rows, the usual leak", [scorer.tried(rows_alone, traces=False)])


def _energy(scorer: Scorer) -> Iterator[Row]:
    one = sets.energy(scorer.root)
    early = one.outer[0][0]
    found = []
    for seed in range(scorer.seeds):
        began = time.process_time()
        fitted = ForecastLearner(**one.settings).fit(one.data.rows(early), folds=one.inner(early), seed=seed)  # type: ignore[arg-type]
        cpu = time.process_time() - began
        answers = fitted.run(fitted.contract.rows(one.data), _gaps(one.data))
        scorer.uses[one.name] += 1
        found.append((fitted, answers, cpu))
    y, first = one.target.astype(float), int(early.sum())
    for i, (step, name, wanted) in enumerate(
        ((1, "15 min", 4.1), (4, "1 h", None), (24, "6 h", None), (96, "24 h", 9.0))
    ):
        at = np.arange(first, len(y) - step)
        day = Witnesses(at // 96, np.ones(len(at)), in_time=True)
        missed = np.mean([np.abs(a["prediction"][at, i] - y[at + step]) for _, a, _ in found], axis=0)
        last, week = np.abs(y[at] - y[at + step]).mean(), np.abs(y[at + step - 672] - y[at + step]).mean()
        against = f"last value {last:.2f}, a week before {week:.2f}"
        target = None if wanted is None else Target("<=", wanted)
        yield row(
            f"steel energy: {name} ahead, MAE on the last fifth",
            day.mean(missed),
            "kWh",
            reference=against,
            target=target,
        )
        inside = [(y[at + step] >= a["low"][at, i]) & (y[at + step] <= a["high"][at, i]) for _, a, _ in found]
        yield row(f"steel energy: {name} ahead, 90 % intervals hold", float(np.mean(inside)), "share", target=_SHARE)
    yield row("steel energy: learning", float(np.median([cpu for *_, cpu in found])), "CPU s")
    yield from _runs("steel energy", found[0][0], one.data)


def _process(scorer: Scorer) -> Iterator[Row]:
    ratios, inside = [], []
    for one in sets.process_sets(scorer.root):
        _, held, _ = scorer.tried(one)
        _, pls, _ = scorer.tried(one, candidates=("pls",))
        tried = held.tried
        ours, theirs = (float(np.sqrt(np.square(h.answers["prediction"] - h.truth)[tried].mean())) for h in (held, pls))
        mean = float(np.sqrt(np.square(held.truth[tried] - held.truth[tried].mean()).mean()))
        inside.append(((held.truth >= held.answers["low"]) & (held.truth <= held.answers["high"]))[tried])
        ratios.append(ours / theirs)
        against = f"always the mean: {mean / theirs:.2f}"
        yield row(
            f"{one.name}: stretches in time held out, RMSE over that of PLS", ratios[-1], "ratio", reference=against
        )
    name = "small process sets"
    geometric = float(np.exp(np.mean(np.log(ratios))))
    yield row(f"{name}: RMSE over that of PLS, geometric mean", geometric, "ratio", target=Target("<=", 1.0))
    as_near = float(np.mean(np.array(ratios) <= 1.005))
    yield row(f"{name}: as near as PLS (within 0.5 %) or nearer", as_near, "share", target=Target(">=", 1.0))
    yield row(f"{name}: 90 % intervals hold", float(np.concatenate(inside).mean()), "share", target=_SHARE)


def _kinds(
    name: str,
    found: list[tuple[Any, HeldOut, float]],
    *,
    accuracy: float | None = None,
    macro: float | None = None,
    reference: str | None = None,
) -> Iterator[Row]:
    right, f1 = [], []
    for _, held, _ in found:
        tried = held.tried
        truth, said = held.truth[tried].astype(int), held.answers["prediction"][tried].astype(int)
        right.append(float((truth == said).mean()))
        f1.append(_macro_f1(truth, said))
    target = None if accuracy is None else Target(">=", accuracy)
    yield row(f"{name}, accuracy", _spread(right), "share", reference=reference, target=target)
    yield row(f"{name}, macro-F1", _spread(f1), "", target=None if macro is None else Target(">=", macro))
    yield row(f"{name}, trying and learning", float(np.median([cpu for *_, cpu in found])), "CPU s")


def _macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    each = []
    for kind in np.unique(truth):
        hit = ((truth == kind) & (said == kind)).sum()
        each.append(2 * hit / ((truth == kind).sum() + (said == kind).sum()))
    return float(np.mean(each))


def _runs(name: str, fitted: Any, data: Dataset, *, count: int = 300) -> Iterator[Row]:
    """The sealed form: how far its answers are from the learner's, and how long a row takes on one thread."""
    contract: Contract = fitted.contract
    x, gap = contract.rows(data)[:count], _gaps(data)[:count]
    runner = Runner(fitted.graph(), contract)
    here, there = fitted.run(x, gap), runner.run(x, gap)
    off = max(
        float(np.abs(here[o.name] - there[o.name]).max() / max(float(np.ptp(here[o.name])), 1e-12))
        for o in contract.outputs
    )
    yield row(f"{name}: ONNX off the learner, of the answer's range", off, "share", target=_PARITY)
    took = []
    for i in range(len(x)):
        began = time.perf_counter_ns()
        runner.step(x[i], gap=float(gap[i]))
        took.append(time.perf_counter_ns() - began)
    yield row(f"{name}: one row through ONNX, p50", float(np.median(took)) / 1e3, "us", target=Target("<", 150))


def _gaps(data: Dataset) -> np.ndarray:
    keys = [data.values(n).astype(str) for role in (Role.ASSET, Role.LOT) for n in data.names(role)]
    gap = np.zeros(len(data))
    gap[0] = 2.0
    for key in keys:
        gap[1:] = np.maximum(gap[1:], 2.0 * (key[1:] != key[:-1]))
    return gap


def _over_seeds(found: list[dict[str, Any]], name: str, each: Witnesses, of: Any = lambda mean: mean) -> Figure:
    """The mean over seeds, with the interval over machines of the first."""
    values = [float(of(np.mean(one[name]))) for one in found]
    first = each.mean(np.asarray(found[0][name], dtype=float), of)
    return Figure(float(np.mean(values)), first.low, first.high)


def _spread(values: list[float]) -> Figure:
    """The mean over seeds, from the least to the most of them."""
    return Figure(float(np.mean(values)), float(np.min(values)), float(np.max(values)))
