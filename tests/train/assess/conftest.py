"""Small tables made by hand, so that each test holds one oddity and nothing else."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Dataset, Kind, Role

_START_NS = 1_700_000_000 * 10**9


def _kind(values: np.ndarray) -> Kind:
    if np.issubdtype(values.dtype, np.datetime64):
        return Kind.TIME
    if values.dtype == np.bool_:
        return Kind.FLAG
    return Kind.NUMBER if np.issubdtype(values.dtype, np.number) else Kind.CATEGORY


@pytest.fixture
def table() -> Callable[..., Dataset]:
    """A dataset from columns by name; int64 under `time` are seconds after a start."""

    def make(**columns: object) -> Dataset:
        arrays, made = {}, []
        for name, values in columns.items():
            values = np.asarray(values)
            if name == "time":
                values = (_START_NS + values.astype(np.int64) * 10**9).astype("datetime64[ns]")
            kind = _kind(values)
            arrays[name] = pa.array(values.astype(np.float64) if kind is Kind.NUMBER else values)
            if kind is Kind.TIME:
                arrays[name] = arrays[name].cast(pa.timestamp("ns", tz="UTC"))
            made.append(Column(name, kind, Role.TIME if kind is Kind.TIME else Role.IGNORED))
        return Dataset(pa.table(arrays), tuple(made), origin="by hand")

    return make


@pytest.fixture
def noise() -> np.random.Generator:
    return np.random.default_rng(7)
