"""A plant's historian as a dataset: what was loaded comes back as it was read, what was collected on a time grid."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bobae.app import plant_file
from bobae.app.plant_store import historian_folder
from bobae.core import BadInput, Column, Cut, Dataset, Finding, Kind, Role
from bobae.historian import Store, open_store
from bobae.historian.context import cut_in_context
from bobae.historian.cutting import split_path
from bobae.historian.database import FILE
from bobae.historian.loads import Layout, loads_in
from bobae.historian.rhythm import rhythm_of

_KEYS = (Role.TIME, Role.ASSET)
_ALIKE = 0.5  # the share of all their tags that machines of one table must have in common
_ROLES = {Kind.NUMBER: Role.FEATURE, Kind.FLAG: Role.FEATURE, Kind.CATEGORY: Role.CONTEXT}
_MS = 1_000_000
_SHOWN = 8


@dataclass(frozen=True)
class Machines:
    """Assets with the same kind of tags, which make one table: asset -> names of its tags that have samples."""

    tags: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """All assets in words."""
        listed = list(self.tags)
        return ", ".join(listed[:_SHOWN]) + (", ..." if len(listed) > _SHOWN else "")


def plant_of(data: Sequence[Path]) -> Path | None:
    """The plant folder that `data` is, where that has a historian."""
    if len(data) != 1 or not (data[0] / plant_file.FILE_NAME).is_file():
        return None
    return data[0] if (historian_folder(data[0]) / FILE).is_file() else None


def machines_in(plant: Path, asset: str | None = None) -> list[Machines]:
    """The assets in the historian of `plant`, those with the same kind of tags together.

    Raises:
        BadInput: nothing was kept yet, or nothing of `asset`.
    """
    with open_store(historian_folder(plant)) as store:
        rows = store.tags()
        with_samples = set(store.last([row.path for row in rows]).tag.tolist())
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.id in with_samples:
            machine, name = split_path(row.path)
            found.setdefault(machine, []).append(name)
    if not found:
        raise BadInput(
            "the historian of {plant} is empty; `bobae load {plant} FILE...` brings files into it", plant=plant
        )
    wanted = {name: tags for name, tags in found.items() if asset is None or f"{name}/".startswith(f"{asset}/")}
    if not wanted:
        raise BadInput(
            "the historian of {plant} has nothing of {asset!r}; it has {known}",
            plant=plant,
            asset=asset,
            known=", ".join(list(found)[:_SHOWN]),
        )
    return _grouped(wanted)


def _grouped(found: Mapping[str, Sequence[str]]) -> list[Machines]:
    groups: list[dict[str, tuple[str, ...]]] = []
    for machine, names in found.items():
        home = next((group for group in groups if _are_alike(names, next(iter(group.values())))), None)
        if home is None:
            groups.append({machine: tuple(names)})
        else:
            home[machine] = tuple(names)
    return [Machines(group) for group in groups]


def _are_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(set(one) & set(other)) >= _ALIKE * len(set(one) | set(other))


def read(plant: Path, asset: str | None = None) -> Dataset:
    """All that the historian of `plant` has of its machines, or of `asset` and what is below it.

    Raises:
        BadInput: nothing was kept, or the machines hold different tags, so that they are no one table.
    """
    first, *others = machines_in(plant, asset)
    if others:
        raise BadInput(
            "the machines in {plant} have different tags; choose some alike with --asset: {machines}",
            plant=plant,
            machines="; ".join(machines.name for machines in (first, *others)),
        )
    return read_machines(plant, first)


def read_machines(plant: Path, machines: Machines) -> Dataset:
    """All rows of some machines: as recorded where the tags have their samples together, else on a grid of times."""
    root = historian_folder(plant)
    layouts = [load.layout for load in loads_in(root) if set(load.layout.assets) & set(machines.tags)]
    order = list(dict.fromkeys(column.name for layout in reversed(layouts) for column in layout.columns))
    paths = [
        f"{machine}.{name}"
        for machine, names in machines.tags.items()
        for name in sorted(names, key=lambda name: order.index(name) if name in order else len(order))
    ]
    with open_store(root) as store:
        contexts = {} if layouts else contexts_in(plant, machines)
        query = _query(store, paths)
        dataset = cut_in_context(store, query, contexts) if contexts else store.cut(query)
    dataset = replace(dataset, origin=machines.name)
    return _as_read(dataset, order, layouts) if layouts else dataset


def process_trace(plant: Path, asset: str, t0_ns: int, t1_ns: int) -> Dataset:
    """The trace of one asset from after t0 to t1: a row a sample, with the lot, wafer, recipe and step of its time.

    The pieces (`Role.LOT`) begin and end where the asset's tags with a `context` in plant.yaml say so.

    Raises:
        BadInput: nothing of the asset was kept, or no tag of it has a `context`.
    """
    found = machines_in(plant, asset)[0]
    contexts = contexts_in(plant, found)
    if not contexts:
        raise BadInput(
            "no tag of {asset} says what it works on; give one `context: wafer` or `context: lot` in plant.yaml",
            asset=asset,
        )
    paths = tuple(f"{machine}.{name}" for machine, names in found.tags.items() for name in names)
    with open_store(historian_folder(plant)) as store:
        dataset = cut_in_context(store, Cut(paths, t0_ns, t1_ns, None), contexts)
    return replace(dataset, origin=found.name)


def contexts_in(plant: Path, machines: Machines) -> dict[str, dict[str, str]]:
    """Machine -> context ('lot', 'wafer', ...) -> path of the tag that says it; machines without any are left out."""
    assets = plant_file.read(plant).plant.assets
    found: dict[str, dict[str, str]] = {
        machine: {
            str(tag.context): f"{machine}.{name}"
            for name, tag in assets[machine].tags.items()
            if tag.context is not None and name in names
        }
        for machine, names in machines.tags.items()
        if machine in assets
    }
    return {machine: context for machine, context in found.items() if context}


def _query(store: Store, paths: Sequence[str]) -> Cut:
    now = -(-time.time_ns() // _MS) * _MS
    rhythm = rhythm_of(store, paths)
    if (step := rhythm.step_ns) is None:
        return Cut(tuple(paths), rhythm.first_ns - 1, rhythm.last_ns, None, known_at_ns=now)
    begin = (rhythm.first_ns - 1) // step * step
    return Cut(tuple(paths), begin, max(rhythm.last_ns // step * step, begin + step), step, known_at_ns=now)


def _as_read(dataset: Dataset, order: Sequence[str], layouts: Sequence[Layout]) -> Dataset:
    """The dataset with the columns that the files had, in their order and under their names, and their findings."""
    known = {column.name: column for layout in layouts for column in layout.columns}
    machine = next((layout.asset for layout in reversed(layouts) if layout.asset), dataset.name_of(Role.ASSET))
    cut = {name: name for name in dataset.table.column_names if dataset.column(name).role not in _KEYS}
    cut |= {layouts[-1].time: dataset.names(Role.TIME)[0]}
    cut |= {str(machine): name for name in dataset.names(Role.ASSET)}
    columns, arrays = [], []
    for name in dict.fromkeys((*order, *cut)):
        if name in cut:
            own = dataset.column(cut[name])
            column, values = _column(own, known.get(name, own), dataset.table.column(own.name), layouts)
            columns.append(replace(column, name=name))
            arrays.append(values)
        elif known[name].kind is Kind.EMPTY:
            columns.append(known[name])
            arrays.append(pa.nulls(len(dataset), pa.string()))
    table = pa.Table.from_arrays(arrays, names=[column.name for column in columns])
    return replace(dataset, table=table, columns=tuple(columns), findings=_findings(layouts))


def _column(
    own: Column, read: Column, values: pa.ChunkedArray, layouts: Sequence[Layout]
) -> tuple[Column, pa.ChunkedArray]:
    """A column as the files connector would understand it: `own` as it was cut, `read` as it was in the files."""
    if own.role is Role.TIME:
        return replace(read, role=Role.TIME, kind=Kind.TIME), values
    if own.role is Role.ASSET:
        return replace(read, role=Role.ASSET), _machines(values, layouts, read.kind)
    if values.null_count == len(values):
        empty = pa.chunked_array([pa.nulls(len(values), pa.string())])
        return replace(read, kind=Kind.EMPTY, role=Role.IGNORED), empty
    if read.kind is Kind.TIME and own.kind is Kind.NUMBER:
        return read, _moments(values)
    if own.kind is Kind.NUMBER and _only_0_and_1(values):
        own, values = replace(own, kind=Kind.FLAG), values.cast(pa.bool_())
    kind = Kind.TEXT if (own.kind, read.kind) == (Kind.CATEGORY, Kind.TEXT) else own.kind
    role = read.role if read.kind is kind else _ROLES.get(kind, Role.IGNORED)
    return Column(own.name, kind, role, own.unit, read.reason), values


def _only_0_and_1(values: pa.ChunkedArray) -> bool:
    extremes = pc.min_max(values).as_py()
    return extremes == {"min": 0.0, "max": 1.0} and not pc.any(pc.not_equal(values, pc.round(values))).as_py()


def _moments(seconds: pa.ChunkedArray) -> pa.ChunkedArray:
    """Seconds since 1970 as moments, which are kept to the microsecond."""
    microseconds = pc.round(pc.multiply(seconds, 1e6)).cast(pa.int64())
    return pc.multiply(microseconds, 1000).cast(pa.timestamp("ns", "UTC"))


def _machines(paths: pa.ChunkedArray, layouts: Sequence[Layout], kind: Kind) -> pa.ChunkedArray:
    """Which machine each row is of, called as the files call it."""
    called = {path: name for layout in layouts for path, name in layout.assets.items() if name}
    coded = paths.combine_chunks().dictionary_encode()
    names = [called.get(path, path) for path in coded.dictionary.to_pylist()]
    values = pa.array(names, pa.string()).take(coded.indices)
    return pa.chunked_array([values.cast(pa.float64()) if kind is Kind.NUMBER else values])


def _findings(layouts: Sequence[Layout]) -> tuple[Finding, ...]:
    """What was found out while reading and loading, each thing once."""
    told = {(f.code, str(f.text.as_json())): f for layout in layouts for f in layout.findings}
    return tuple(told.values())
