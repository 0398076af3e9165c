"""One look at each column: how much is missing, how it is spread, how long it stands still."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.core import Column, Dataset, Floats, Ints, Kind

SAMPLE_ROWS = 50_000
MANY = 1_000  # more different values than this are not told apart


@dataclass(frozen=True, eq=False)
class Profile:
    """What one column looks like.

    Attributes:
        missing: rows without a value.
        distinct: different values, counted in all rows for words, in the sampled rows for numbers.
        low, high: smallest and largest number; NaN for words.
        quantiles: 1 %, 50 %, 99 % of the sampled numbers.
        whole: every number is a whole one.
        sample: the sampled numbers, NaN where missing; empty for words.
        longest_run: rows in the longest stretch of one unchanging number, and the row it begins at.
        usual_run: 99 % of such stretches are no longer than this.
        counts: value -> rows, for words with at most `MANY` different values.
    """

    column: Column
    rows: int
    missing: int
    distinct: int
    low: float = np.nan
    high: float = np.nan
    quantiles: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    whole: bool = False
    sample: Floats = field(default_factory=lambda: np.empty(0))
    longest_run: int = 0
    longest_from: int = 0
    usual_run: float = 0.0
    counts: Mapping[str, int] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers or flags."""
        return self.column.kind in (Kind.NUMBER, Kind.FLAG)

    @property
    def is_constant(self) -> bool:
        """Whether every row that has a value has the same one."""
        return self.missing < self.rows and (self.low == self.high if self.is_number else self.distinct == 1)

    @property
    def is_mark(self) -> bool:
        """Whether it only says yes or no: 0/1 or -1/1."""
        return self.is_number and self.distinct == 2 and {self.low, self.high} in ({0.0, 1.0}, {-1.0, 1.0})


def sampled_rows(rows: int) -> Ints:
    """Row numbers spread evenly over the table, at most `SAMPLE_ROWS`."""
    return np.unique(np.linspace(0, max(rows - 1, 0), min(rows, SAMPLE_ROWS)).astype(np.int64))


def profiles(dataset: Dataset) -> dict[str, Profile]:
    """Every column looked at once, by name."""
    chosen = sampled_rows(len(dataset))
    return {column.name: _profile(dataset, column, chosen) for column in dataset.columns}


def with_columns(known: Mapping[str, Profile], dataset: Dataset) -> dict[str, Profile]:
    """The same profiles with the columns' new roles."""
    return {column.name: replace(known[column.name], column=column) for column in dataset.columns}


def codes(dataset: Dataset, name: str) -> tuple[Ints, tuple[str, ...]]:
    """A column's values as numbers into the names of its different values; missing is one of them."""
    encoded = dataset.table.column(name).combine_chunks()
    encoded = pc.dictionary_encode(encoded, null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = tuple(str(value) for value in encoded.dictionary.cast(pa.string()).to_pylist())
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64), values


def runs(values: Floats) -> tuple[Ints, Ints]:
    """Where stretches of one unchanging value begin, and how many rows each has. Missing values end a stretch."""
    begins = np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1)).astype(np.int64)
    return begins, np.diff(np.append(begins, len(values)))


def correlation(one: Floats, other: Floats) -> float:
    """How far two columns rise and fall together in a straight line, -1 to 1; 0 where one of them stands still."""
    one, other = (values / (np.max(np.abs(values)) or 1.0) for values in (one, other))  # 1e300 squared is no number
    one, other = one - one.mean(), other - other.mean()
    # sums, not BLAS: its threads fight over a busy machine for vectors this short
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size > 0 else 0.0


def _profile(dataset: Dataset, column: Column, chosen: Ints) -> Profile:
    missing = int(dataset.table.column(column.name).null_count)
    base = Profile(column, len(dataset), missing, 0)
    if column.kind in (Kind.NUMBER, Kind.FLAG):
        return _of_numbers(base, dataset.values(column.name), chosen)
    if column.kind in (Kind.CATEGORY, Kind.TEXT):
        return _of_words(base, dataset)
    return base


def _of_numbers(base: Profile, values: Floats, chosen: Ints) -> Profile:
    missing = int(np.isnan(values).sum())
    if missing == base.rows:
        return replace(base, missing=missing)
    sample = values[chosen]
    there = sample[~np.isnan(sample)]
    begins, lengths = runs(values)
    longest = int(np.argmax(lengths))
    low, middle, high = np.quantile(there, (0.01, 0.5, 0.99)) if len(there) else (np.nan,) * 3
    return replace(
        base,
        missing=missing,
        distinct=len(np.unique(there)),
        low=float(np.nanmin(values)),
        high=float(np.nanmax(values)),
        quantiles=(float(low), float(middle), float(high)),
        whole=bool(np.all(there == np.round(there))),
        sample=sample,
        longest_run=int(lengths[longest]),
        longest_from=int(begins[longest]),
        usual_run=float(np.quantile(lengths[sampled_rows(len(lengths))], 0.99)),
    )


def _of_words(base: Profile, dataset: Dataset) -> Profile:
    column = dataset.table.column(base.column.name)
    distinct = int(pc.count_distinct(column, mode="only_valid").as_py())
    if distinct > MANY:
        return replace(base, distinct=distinct)
    counted = pc.value_counts(column).to_pylist()
    counts = {str(item["values"]): int(item["counts"]) for item in counted if item["values"] is not None}
    return replace(base, distinct=distinct, counts=counts)
