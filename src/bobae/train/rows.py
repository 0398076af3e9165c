"""The rows of a dataset in time order, machine after machine, with what follows on what."""

from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Bools, Dataset, Floats, Ints, NotEnoughEvidence, Role, Text, text
from bobae.frames import in_time_order, sampling_s, starts

NS = 1_000_000_000
_DAY_NS = 24 * 3600 * NS
UNKNOWN_SAMPLING_S = 60.0
BROKEN_AFTER = 10  # steps without a row before what comes next no longer follows on what was


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows in time order; arrays are (rows,).

    Attributes:
        data: the dataset, its rows in this order.
        source: which row of the dataset as it was read each one is.
        time_ns: ns UTC; row number times sampling where the data has no time.
        has_time: whether the data has a time column.
        sampling_s: time one row stands for.
        stream: rows of one number are one asset's or lot's, and a model starts afresh with each.
        machine: position in `machines`: the asset, or the run where the runs of an asset share no clock.
        machines: names, ('',) for one nameless machine.
        assets: which asset.
        lots: which lot or run, or None.
        fresh: where a machine's row does not follow on the one before.
        warnings: what a person must know about this.
    """

    data: Dataset
    source: Ints
    time_ns: Ints
    has_time: bool
    sampling_s: float
    stream: Ints
    machine: Ints
    machines: tuple[str, ...]
    assets: Ints
    lots: Ints | None
    fresh: Bools
    warnings: tuple[Text, ...]

    def __len__(self) -> int:
        return len(self.data)

    @property
    def day(self) -> Ints:
        """A number for each day of each machine (rows,)."""
        return self.time_ns // _DAY_NS * len(self.machines) + self.machine

    def gap(self, max_gap_s: float | None, cold: Bools | None = None) -> Floats:
        """A graph's `gap` for all rows; `cold` (rows,) marks rows where a model would be started anew."""
        gap = starts(self.time_ns, self.stream, np.inf if max_gap_s is None else max_gap_s)
        return gap if cold is None else np.where(cold, 2.0, gap)


def rows_in_order(dataset: Dataset) -> Rows:
    """The rows that have a time, in order.

    Raises:
        BadInput: no column is a measured number.
        NotEnoughEvidence: no rows.
    """
    if not dataset.names(Role.FEATURE):
        raise BadInput(
            "no column of {origin} is a measured number; name the sensor columns, or check how the file was read",
            origin=dataset.origin or "-",
        )
    warnings: list[Text] = []
    source = _timed(dataset, warnings)
    dataset = dataset if len(source) == len(dataset) else dataset.rows(source)
    if not len(dataset):
        raise NotEnoughEvidence("{origin} has no rows with a time", origin=dataset.origin or "-")
    lots = _codes(dataset, Role.LOT)
    assets, asset_names = dataset.asset_codes()
    has_time = dataset.name_of(Role.TIME) is not None
    time = dataset.time_ns()
    time_ns = np.arange(len(dataset), dtype=np.int64) if time is None else time
    stream = _streams(assets, lots, time_ns)
    order = in_time_order(time_ns, stream)
    dataset, time_ns, stream, assets = dataset.rows(order), time_ns[order], stream[order], assets[order]
    lots = None if lots is None else lots[order]
    step = _step_s(time_ns if has_time else None, stream, warnings)
    if not has_time:
        time_ns = _counted(stream, step)
    machine, machines = _machines(dataset, assets, asset_names, stream, lots=lots, time_ns=time_ns)
    fresh = starts(time_ns, machine, BROKEN_AFTER * step) > 0
    return Rows(
        dataset, source[order], time_ns, has_time, step, stream, machine, machines, assets, lots, fresh, tuple(warnings)
    )


def _timed(dataset: Dataset, warnings: list[Text]) -> Ints:
    name = dataset.name_of(Role.TIME)
    if name is None:
        return np.arange(len(dataset), dtype=np.int64)
    timed = np.asarray(dataset.table.column(name).is_valid().to_numpy(), dtype=np.bool_)
    if not timed.all():
        warnings.append(text("{rows} rows have no time and are left out", rows=int((~timed).sum())))
    return np.flatnonzero(timed).astype(np.int64)


def _step_s(time_ns: Ints | None, stream: Ints, warnings: list[Text]) -> float:
    step = None if time_ns is None else sampling_s(time_ns, stream)
    if step is not None:
        return step
    warnings.append(
        text("there is no usable time column: one row is counted as one minute, and all rates a week rest on that")
    )
    return UNKNOWN_SAMPLING_S


def _codes(dataset: Dataset, role: Role) -> Ints | None:
    name = dataset.name_of(role)
    if name is None:
        return None
    return np.unique(dataset.values(name).astype(str), return_inverse=True)[1].astype(np.int64)


def _streams(assets: Ints, lots: Ints | None, time_ns: Ints) -> Ints:
    """A number for each asset and lot, in the order in which they begin (rows,)."""
    both = assets if lots is None else assets * (int(lots.max(initial=0)) + 1) + lots
    codes = np.unique(both, return_inverse=True)[1]
    start = np.full(int(codes.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(start, codes, time_ns)
    owner = np.zeros(len(start), dtype=np.int64)
    owner[codes] = assets
    rank = np.empty(len(start), dtype=np.int64)
    rank[np.lexsort((start, owner))] = np.arange(len(start))
    return rank[codes]


def _counted(stream: Ints, step_s: float) -> Ints:
    return np.round(np.arange(len(stream)) * step_s * NS).astype(np.int64)


def _machines(
    dataset: Dataset, assets: Ints, asset_names: tuple[str, ...], stream: Ints, *, lots: Ints | None, time_ns: Ints
) -> tuple[Ints, tuple[str, ...]]:
    """Assets; or streams, where the lots of an asset run on clocks of their own, so that their times overlap."""
    name = dataset.name_of(Role.LOT)
    same = np.diff(assets) == 0
    if lots is None or name is None or not (np.diff(time_ns)[same] < 0).any():
        return assets, asset_names
    first = np.unique(stream, return_index=True)[1]
    labels = dataset.values(name).astype(str)
    return stream, tuple(f"{asset_names[assets[i]]} {labels[i]}".strip() for i in first)
