"""Whether the answer about drift hangs on how many rows are looked at: on real signals, beside p-values and PSI.

python benchmarks/drift.py: writes benchmarks/results/drift.json. Each signal of the datasets is cut in two: the first
third is what was learned, the rest is looked at, whole and one row in a hundred (a hundred draws of each). Then the
same with rows that were shuffled before, so that nothing can have moved.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import results
from scipy import stats

from bobae.evidence.shift import Usual, shift

DATA = Path(os.environ.get("BOBAE_DATA", "../shared/data"))
DRAWS, PART, LEAST = 100, 100, 60
Floats = np.ndarray[Any, np.dtype[np.float64]]
Moved = Callable[[Floats, Floats], bool]


def main() -> None:
    """Ask everybody, print the table, write the result file."""
    pairs = [(name, values) for name, values in signals() if len(values) * 2 // 3 // PART >= LEAST]
    rows = [
        row
        for name, moved in (
            ("bobae", _bobae),
            ("KS test, p < 0.05", _ks),
            ("PSI >= 0.2", _psi),
            ("KS, or W1 >= 0.1 from 1,000 rows", _by_size),
        )
        for row in asked(name, moved, pairs)
    ]
    results.show(rows)
    print(results.write("drift", "python benchmarks/drift.py", rows))


def signals() -> Iterator[tuple[str, Floats]]:
    """Measured numbers in time order, from four public sources."""
    for path, separator in (
        ("steel_industry_energy/Steel_industry_data.csv", ","),
        ("skab/anomaly-free/anomaly-free.csv", ";"),
        *(
            (f"nab/data/realKnownCause/{file.name}", ",")
            for file in sorted((DATA / "nab/data/realKnownCause").glob("*.csv"))
        ),
        ("ai4i2020/ai4i2020.csv", ","),
    ):
        table = pl.read_csv(DATA / path, separator=separator, infer_schema_length=None)
        for column in table.get_columns():
            values = column.cast(pl.Float64, strict=False).to_numpy() if column.dtype.is_numeric() else np.zeros(0)
            if len(np.unique(values)) > 2 and column.name not in ("UDI", "NSM"):  # numbers of rows, time of day
                yield f"{path}: {column.name}", values


def asked(name: str, moved: Moved, pairs: list[tuple[str, Floats]]) -> Iterator[dict[str, Any]]:
    """How often one in a hundred rows gets the answer of all, and how often rows without a move have moved."""
    rng = np.random.default_rng(0)
    alike, answers, calm = [], [], []
    for _, values in pairs:
        third = len(values) // 3
        learned, later = values[:third], values[third:]
        whole = moved(learned, later)
        answers.append(whole)
        some = (rng.choice(later, len(later) // PART, replace=False) for _ in range(DRAWS))
        alike.append(float(np.mean([moved(learned, one) == whole for one in some])))
        shuffled = rng.permutation(values)
        calm.append(moved(shuffled[:third], shuffled[third:]))
    reference = f"{len(pairs)} signals, {100 * np.mean(answers):.0f} % have moved by all rows"
    target = {"target": ">= 95", "met": bool(np.mean(alike) >= 0.95)} if name == "bobae" else {}
    yield (
        _row(f"{name}: the answer at 1 % of the rows is that at all of them", 100 * np.mean(alike), reference) | target
    )
    yield _row(f"{name}: the signal with the lowest agreement", 100 * min(alike), None)
    yield _row(f"{name}: has moved although rows were shuffled", 100 * np.mean(calm), "nothing can have moved then")


def _bobae(learned: Floats, later: Floats) -> bool:
    usual = Usual.of(learned)
    assert usual is not None
    return shift(usual, later).moved


def _ks(learned: Floats, later: Floats) -> bool:
    return bool(stats.ks_2samp(learned, later).pvalue < 0.05)


def _psi(learned: Floats, later: Floats) -> bool:
    """The population stability index over the deciles of what was learned; 0.2 is the usual limit."""
    edges = np.unique(np.quantile(learned, np.linspace(0, 1, 11)))
    edges[0], edges[-1] = -np.inf, np.inf
    before, now = (np.histogram(values, edges)[0] / len(values) + 1e-4 for values in (learned, later))
    return bool(((now - before) * np.log(now / before)).sum() >= 0.2)


def _by_size(learned: Floats, later: Floats) -> bool:
    """As Evidently documents its default: KS up to 1,000 rows, above them Wasserstein's normed distance >= 0.1."""
    if len(later) <= 1_000:
        return _ks(learned, later)
    return bool(stats.wasserstein_distance(learned, later) / max(float(learned.std()), 1e-3) >= 0.1)


def _row(figure: str, value: float, reference: str | None) -> dict[str, Any]:
    return {"figure": figure, "value": float(value), "low": None, "high": None, "unit": "%", "reference": reference}


if __name__ == "__main__":
    main()
