"""No table is too odd: columns of every kind under names that mean something else, of no rows, one row, many."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Dataset, Kind, Role
from bobae.train.assess import assess

NAMES = (
    "time",
    "machine",
    "lot",
    "file",
    "fault",
    "label",
    "quality",
    "pressure",
    "product",
    "kwh usage",
    "불량",
    "cycle",
)
MAKERS: tuple[tuple[Kind, Callable[[np.random.Generator, int], pa.Array]], ...] = (
    (Kind.NUMBER, lambda chance, n: pa.array(chance.normal(size=n))),
    (Kind.NUMBER, lambda chance, n: pa.array(chance.integers(0, 4, size=n).astype(float))),
    (Kind.NUMBER, lambda chance, n: pa.array(np.where(chance.random(n) < 0.7, np.nan, 1.5), from_pandas=True)),
    (Kind.NUMBER, lambda chance, n: pa.array(chance.normal(size=n) * 1e300)),
    (Kind.NUMBER, lambda chance, n: pa.array(np.arange(n) % 7 * 1.0)),
    (Kind.NUMBER, lambda chance, n: pa.nulls(n, pa.float64())),
    (Kind.EMPTY, lambda chance, n: pa.nulls(n, pa.string())),
    (Kind.FLAG, lambda chance, n: pa.array([None if r < 0.1 else bool(r < 0.3) for r in chance.random(n)], pa.bool_())),
    (Kind.CATEGORY, lambda chance, n: pa.array([[None, "a", "b"][int(r * 3)] for r in chance.random(n)], pa.string())),
    (Kind.TEXT, lambda chance, n: pa.array([f"t{i}" for i in range(n)], pa.string())),
    (Kind.TIME, lambda chance, n: pa.array(chance.integers(0, 10**15, size=n), pa.timestamp("ns", "UTC"))),
    (Kind.TIME, lambda chance, n: pa.array([None, *range(n)][:n], pa.timestamp("ns", "UTC"))),
)


@pytest.mark.parametrize("seed", range(40))
def test_no_table_is_too_odd_to_assess(seed):
    chance = np.random.default_rng(seed)
    rows, width = int(chance.choice([0, 1, 2, 7, 40, 300])), int(chance.integers(1, 9))
    arrays, columns = {}, []
    for name in chance.choice(NAMES, size=width, replace=False):
        kind, make = MAKERS[int(chance.integers(len(MAKERS)))]
        arrays[str(name)] = make(chance, rows)
        timed = kind is Kind.TIME and not any(c.role is Role.TIME for c in columns)
        columns.append(Column(str(name), kind, Role.TIME if timed else Role.IGNORED))
    found = assess(Dataset(pa.table(arrays), tuple(columns), "odd.csv"))
    assert len(found.as_json()["columns"]) == width
    assert "odd.csv" in found.as_html()
    assert 0 <= found.readiness.score <= 100
