"""A dataset out of a store: rows of times, one column a tag, assets one below the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bobae.core import Column, Cut, Dataset, Ints, Kind, Role, StoreReader, TagRow

KINDS = {"number": Kind.NUMBER, "flag": Kind.FLAG, "text": Kind.CATEGORY}


@dataclass(frozen=True, eq=False)
class _Block:
    """The rows of one asset: times (rows,), and a column a tag: float64, or strings and None."""

    time_ns: Ints
    columns: Mapping[str, np.ndarray]


def dataset_of(store: StoreReader, query: Cut) -> Dataset:
    """The dataset that `query` asks for.

    Raises:
        UnknownName: a tag was never seen.
        BadInput: there is no whole row.
    """
    known = {row.path: row for row in store.tags()}
    assets = _by_asset(query.tags)
    blocks = {asset: _block(store, query, tags, known) for asset, tags in assets.items()}
    times = np.concatenate([block.time_ns for block in blocks.values()])
    columns = [Column("time", Kind.TIME, Role.TIME)]
    arrays: list[pa.Array] = [pa.array(times, pa.timestamp("ns", "UTC"))]
    if len(blocks) > 1:
        columns.append(Column("asset", Kind.CATEGORY, Role.ASSET))
        arrays.append(pa.array([asset for asset, block in blocks.items() for _ in block.time_ns], pa.string()))
    for name, row in {name: known[path] for tags in assets.values() for name, path in tags.items()}.items():
        kind = KINDS[row.kind]
        arrays.append(pa.concat_arrays([_array(block, name, kind) for block in blocks.values()]))
        columns.append(Column(name, kind, unit=row.unit))
    table = pa.Table.from_arrays(arrays, names=[column.name for column in columns])
    as_of = None if query.known_at_ns is None else str(np.datetime64(query.known_at_ns, "ns")) + "Z"
    return Dataset(table, tuple(columns), origin=", ".join(assets), as_of=as_of)


def _by_asset(tags: Sequence[str]) -> dict[str, dict[str, str]]:
    """Asset -> name -> path; the asset is what stands before the last dot."""
    found: dict[str, dict[str, str]] = {}
    for path in tags:
        asset, _, name = path.rpartition(".")
        found.setdefault(asset, {})[name] = path
    return found


def _block(store: StoreReader, query: Cut, tags: Mapping[str, str], known: Mapping[str, TagRow]) -> _Block:
    if query.step_ns is None:
        return _as_recorded(store, query, tags, known)
    frame = store.frame(
        list(tags.values()),
        query.t0_ns,
        query.t1_ns,
        query.step_ns,
        aggs=(query.agg,),
        quality=query.quality,
        max_age_ns=query.max_age_ns,
        known_at_ns=query.known_at_ns,
        settle_ns=query.settle_ns,
    )
    texts = np.array([*frame.texts, None], dtype=object)
    columns = {}
    for (name, path), values in zip(tags.items(), frame.values[:, 0], strict=True):
        of_texts = known[path].kind == "text" and query.agg != "count"
        columns[name] = texts[np.nan_to_num(values, nan=-1).astype(np.int64)] if of_texts else values
    return _Block(frame.time_ns, columns)


def _as_recorded(store: StoreReader, query: Cut, tags: Mapping[str, str], known: Mapping[str, TagRow]) -> _Block:
    samples = store.raw(list(tags.values()), query.t0_ns, query.t1_ns, known_at_ns=query.known_at_ns)
    times, row = np.unique(samples.time_ns, return_inverse=True)
    counts = samples.status <= query.quality.worst
    columns: dict[str, np.ndarray] = {}
    for name, path in tags.items():
        mine = np.flatnonzero((samples.tag == known[path].id) & counts)
        if known[path].kind == "text" and samples.text is not None:
            columns[name] = np.full(len(times), None, dtype=object)
            columns[name][row[mine]] = samples.text[mine]
        else:
            columns[name] = np.full(len(times), np.nan)
            columns[name][row[mine]] = samples.value[mine]
    return _Block(times, columns)


def _array(block: _Block, name: str, kind: Kind) -> pa.Array:
    """One asset's column, all missing where it has no such tag."""
    values = block.columns.get(name)
    if values is None:
        return pa.nulls(len(block.time_ns), pa.string() if kind is Kind.CATEGORY else pa.float64())
    if kind is Kind.CATEGORY:
        return pa.array(values, pa.string())
    numbers = pa.array(values, pa.float64(), from_pandas=True)
    return numbers.cast(pa.bool_()) if kind is Kind.FLAG else numbers
