"""A dataset out of a store: rows of times, one column a tag, assets one below the other."""

import itertools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bobae.core import BadInput, Column, Cut, Dataset, Ints, Kind, Role, StoreReader, TagRow

_KINDS = {"number": Kind.NUMBER, "flag": Kind.FLAG, "text": Kind.CATEGORY}
_ARROW = {Kind.NUMBER: pa.float64(), Kind.FLAG: pa.bool_(), Kind.CATEGORY: pa.string()}


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of one asset: times (rows,), and a column a tag: numbers, or strings and None."""

    time_ns: Ints
    columns: Mapping[str, np.ndarray]


def split_path(path: str) -> tuple[str, str]:
    """The asset of a tag's path, and the tag's own name: the first dot stands between them."""
    asset, _, name = path.partition(".")
    return asset, name


def dataset_of(store: StoreReader, query: Cut) -> Dataset:
    """The dataset that `query` asks for.

    Raises:
        UnknownName: a tag was never seen.
        BadInput: there is no whole row, or a name stands for numbers at one asset and for texts at another.
    """
    known = {row.path: row for row in store.tags()}
    assets = by_asset(query.tags)
    blocks = {asset: _block(store, query, tags, known) for asset, tags in assets.items()}
    return assembled(assets, blocks, known, query.known_at_ns)


def assembled(
    assets: Mapping[str, Mapping[str, str]],
    blocks: Mapping[str, Block],
    known: Mapping[str, TagRow],
    known_at_ns: int | None,
) -> Dataset:
    """The blocks of some assets (asset -> name -> path), one below the other.

    Raises:
        BadInput: a name stands for numbers at one asset and for texts at another.
    """
    names = dict.fromkeys(name for tags in assets.values() for name in tags)
    columns = [Column(_free("time", names), Kind.TIME, Role.TIME)]
    arrays: list[pa.Array] = [
        pa.array(np.concatenate([block.time_ns for block in blocks.values()]), pa.timestamp("ns", "UTC"))
    ]
    if len(blocks) > 1:
        columns.append(Column(_free("asset", names), Kind.CATEGORY, Role.ASSET))
        arrays.append(pa.array([asset for asset, block in blocks.items() for _ in block.time_ns], pa.string()))
    for name in names:
        rows = [known[tags[name]] for tags in assets.values() if name in tags]
        column = _column(name, rows)
        arrays.append(pa.chunked_array([_array(block, name, column.kind) for block in blocks.values()]))
        columns.append(column)
    table = pa.Table.from_arrays(arrays, names=[column.name for column in columns])
    as_of = None if known_at_ns is None else str(np.datetime64(known_at_ns, "ns")) + "Z"
    return Dataset(table, tuple(columns), origin=", ".join(assets), as_of=as_of)


def _free(name: str, taken: Container[str]) -> str:
    """A name for a key column that no tag has."""
    return next(free for n in itertools.count(1) if (free := name if n == 1 else f"{name}_{n}") not in taken)


def by_asset(tags: Sequence[str]) -> dict[str, dict[str, str]]:
    """Asset -> name -> path."""
    found: dict[str, dict[str, str]] = {}
    for path in tags:
        asset, name = split_path(path)
        found.setdefault(asset, {})[name] = path
    return found


def _column(name: str, rows: Sequence[TagRow]) -> Column:
    """What the tags of one name, one of each asset, are together: flags beside numbers are numbers."""
    kinds = {row.kind for row in rows}
    if "text" in kinds and len(kinds) > 1:
        raise BadInput(
            "{name} holds texts at {asset} and numbers elsewhere; choose assets that hold the same",
            name=name,
            asset=next(split_path(row.path)[0] for row in rows if row.kind == "text"),
        )
    kind = Kind.NUMBER if len(kinds) > 1 else _KINDS[kinds.pop()]
    return Column(name, kind, unit=next((row.unit for row in rows if row.unit), None))


def _block(store: StoreReader, query: Cut, tags: Mapping[str, str], known: Mapping[str, TagRow]) -> Block:
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
    # a row without any value is none: live scoring passes it over too
    seen = np.isfinite(frame.values[:, 0]).any(axis=0)
    for (name, path), values in zip(tags.items(), frame.values[:, 0, seen], strict=True):
        of_texts = known[path].kind == "text" and query.agg != "count"
        columns[name] = texts[np.nan_to_num(values, nan=-1).astype(np.int64)] if of_texts else values
    return Block(frame.time_ns[seen], columns)


def _as_recorded(store: StoreReader, query: Cut, tags: Mapping[str, str], known: Mapping[str, TagRow]) -> Block:
    """A row at each time that any tag has a sample; one tag is read after the other, so that memory holds one twice."""
    every = np.empty(0, np.int64)
    values: np.ndarray
    found: dict[str, tuple[Ints, np.ndarray]] = {}
    for name, path in tags.items():
        samples = store.raw([path], query.t0_ns, query.t1_ns, known_at_ns=query.known_at_ns)
        counts = samples.status <= query.quality.worst
        if known[path].kind == "text":
            values = np.full(len(samples), None, dtype=object)
            if samples.text is not None:
                values[counts] = samples.text[counts]
        else:
            values = np.where(counts, samples.value, np.nan)
        times = every if np.array_equal(every, samples.time_ns) else samples.time_ns
        if times is not every:
            every = np.union1d(every, times) if len(every) else times
        found[name] = times, values
    columns = {name: _placed(times, values, every) for name, (times, values) in found.items()}
    return Block(every, columns)


def _placed(times: Ints, values: np.ndarray, every: Ints) -> np.ndarray:
    """The values at their times among all times, none elsewhere."""
    if len(times) == len(every):
        return values
    out = np.full(len(every), None if values.dtype == object else np.nan, dtype=values.dtype)
    out[np.searchsorted(every, times)] = values
    return out


def _array(block: Block, name: str, kind: Kind) -> pa.Array:
    """One asset's column, all missing where it has no such tag."""
    values = block.columns.get(name)
    if values is None:
        return pa.nulls(len(block.time_ns), _ARROW[kind])
    if kind is Kind.CATEGORY:
        return pa.array(values, pa.string())
    return pa.array(values, pa.float64(), from_pandas=True).cast(_ARROW[kind])
