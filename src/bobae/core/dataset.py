"""A dataset: a frozen, hashed cut of the historian or of files, whose columns know their roles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bobae.core.errors import UnknownName
from bobae.core.language import Text
from bobae.core.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
else:
    np = LazyModule("numpy")  # `bobae --help` answers before numpy has loaded
    Floats = Ints = Bools = Any


class Role(StrEnum):
    """What a column is for."""

    TIME = "time"  # when the row was true; one column at most
    ASSET = "asset"  # which machine
    LOT = "lot"  # lot, batch, run, shot or wafer: rows that belong together
    TARGET = "target"  # what is to be predicted, or 0/1 marks of known faults
    FEATURE = "feature"  # a measured number
    CONTEXT = "context"  # a category known beforehand: product, recipe, shift, operating mode
    IGNORED = "ignored"  # constant, duplicate, row number, free text, leak


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"
    TEXT = "text"
    TIME = "time"
    EMPTY = "empty"


@dataclass(frozen=True)
class Column:
    """One column: its name as in the file, what it holds, what it is for and why, its unit (UCUM) if known."""

    name: str
    kind: Kind
    role: Role = Role.IGNORED
    unit: str | None = None
    reason: Text | None = None


@dataclass(frozen=True)
class Finding:
    """Something worth telling about the data.

    Attributes:
        code: stable name for programs, e.g. 'time_goes_back'.
        level: 'info', 'warning' or 'problem' (a problem stands in the way of an honest answer).
        text: the same for a person.
        columns: the columns concerned, may be empty.
        rows: how many rows are concerned, where that says something.
    """

    code: str
    level: str
    text: Text
    columns: tuple[str, ...] = ()
    rows: int | None = None


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows with named columns and roles; never changed, only cut anew.

    Attributes:
        table: Arrow table; the time column is timestamp[ns] in UTC, numbers are float64, flags bool, the rest strings.
        columns: one `Column` for each column of the table, in its order.
        origin: where the rows came from, in words (file names or query).
        as_of: only samples known at this time (ISO 8601, UTC) are inside; None for files.
    """

    table: pa.Table
    columns: tuple[Column, ...]
    origin: str = ""
    as_of: str | None = None
    findings: tuple[Finding, ...] = field(default=())

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def names(self, role: Role) -> tuple[str, ...]:
        """The names of the columns with that role, in order."""
        return tuple(c.name for c in self.columns if c.role is role)

    def name_of(self, role: Role) -> str | None:
        """The first column with that role, or None."""
        return next(iter(self.names(role)), None)

    def column(self, name: str) -> Column:
        """The column called `name`.

        Raises:
            UnknownName: there is none; the nearest names are given.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownName.among(
            "no column {name!r} in {origin}; nearest: {nearest}",
            name=name,
            known=[c.name for c in self.columns],
            origin=self.origin,
        )

    def values(self, name: str) -> npt.NDArray[Any]:
        """One column as a numpy array (rows,): float64 with NaN, int64 ns UTC for times, object for strings."""
        column = self.column(name)
        raw = self.table.column(name)
        if column.kind is Kind.TIME:
            return np.asarray(raw.to_numpy().astype("datetime64[ns]").astype(np.int64))
        if column.kind in (Kind.NUMBER, Kind.FLAG):
            return np.asarray(raw.to_numpy(), dtype=np.float64)
        return np.asarray(raw.to_numpy(zero_copy_only=False), dtype=object)

    def matrix(self, names: tuple[str, ...]) -> Floats:
        """Several numeric columns as float64 (rows, len(names)), NaN where missing."""
        out = np.empty((len(self), len(names)))
        for i, name in enumerate(names):
            out[:, i] = self.values(name)
        return out

    def time_ns(self) -> Ints | None:
        """The time column as int64 nanoseconds UTC (rows,), or None without one."""
        name = self.name_of(Role.TIME)
        return None if name is None else self.values(name)

    def asset_codes(self) -> tuple[Ints, tuple[str, ...]]:
        """Which asset each row belongs to: codes (rows,) into the names; one nameless asset without an asset column."""
        name = self.name_of(Role.ASSET)
        if name is None:
            return np.zeros(len(self), dtype=np.int64), ("",)
        names, codes = np.unique(self.values(name).astype(str), return_inverse=True)
        return codes.astype(np.int64), tuple(str(n) for n in names)

    def rows(self, chosen: Bools | Ints) -> Dataset:
        """The same columns, only the chosen rows (a mask or row numbers)."""
        index = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return replace(self, table=self.table.take(index))

    def with_role(self, name: str, role: Role, reason: Text | None = None) -> Dataset:
        """The same rows, with one column's role set."""
        chosen = self.column(name)
        columns = tuple(replace(c, role=role, reason=reason) if c is chosen else c for c in self.columns)
        return replace(self, columns=columns)

    @cached_property
    def sha256(self) -> str:
        """A digest of names, roles and values; equal data give an equal digest wherever they came from."""
        digest = hashlib.sha256()
        for column in self.columns:
            digest.update(f"{column.name}\0{column.kind}\0{column.role}\0{column.unit}\0".encode())
            values = self.values(column.name)
            digest.update("\0".join(map(str, values)).encode() if values.dtype == object else values.tobytes())
        return digest.hexdigest()


def kinds_of(values: npt.NDArray[Any]) -> tuple[Ints, tuple[str, ...]]:
    """Values sorted into kinds: the number of each (rows,), -1 where it is missing, and the kinds' names in order.

    Example:
        >>> kinds_of(np.array([1.0, 0.0, np.nan]))
        (array([ 1,  0, -1]), ('0', '1'))
    """
    if values.dtype == object:
        told = [None if value is None else str(value) for value in values]
    else:
        told = [None if np.isnan(value) else f"{value:g}" for value in values]
    names = sorted({kind for kind in told if kind is not None})
    number = {kind: i for i, kind in enumerate(names)}
    return np.array([-1 if kind is None else number[kind] for kind in told], dtype=np.int64), tuple(names)
