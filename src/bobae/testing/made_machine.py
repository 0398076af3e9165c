"""A small made machine for the suites: five sensors that follow one load, two products, a fault if wanted."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bobae.core import Column, Dataset, Floats, Kind, Role

SENSORS = ("pressure", "current", "temperature", "vibration", "flow")
FAULT_TAG = "vibration"
START_NS = 1_767_225_600_000_000_000  # 2026-01-01
STEP_NS = 10_000_000_000
_FOLLOWS = np.array([1.0, 0.8, 0.3, 0.4, 0.6])  # how far each sensor follows the load
_LEVELS = np.array([120.0, 45.0, 50.0, 2.0, 90.0])
_SPREADS = np.array([4.0, 2.0, 0.8, 0.1, 3.0])


def machine(rows: int, *, seed: int, fault_from: int | None = None, start_ns: int = START_NS) -> Dataset:
    """So many rows, one every 10 s; from row `fault_from` on, the sensor `FAULT_TAG` reads eight spreads too much.

    Example:
        >>> data = machine(100, seed=0, fault_from=60)
        >>> len(data), data.names(Role.TARGET)
        (100, ('fault',))
    """
    dice = np.random.default_rng(seed)
    load, own = _wandering(dice, rows, 1, 0.95), _wandering(dice, rows, len(SENSORS), 0.6)
    heavy = np.arange(rows) // 150 % 2
    values = _LEVELS * (1.0 + 0.3 * heavy[:, None]) + _SPREADS * (_FOLLOWS * load + 0.5 * own)
    marks = np.zeros(rows, dtype=np.bool_)
    if fault_from is not None:
        marks[fault_from:] = True
        values[fault_from:, SENSORS.index(FAULT_TAG)] += 8.0 * _SPREADS[SENSORS.index(FAULT_TAG)]
    times = start_ns + STEP_NS * np.arange(rows, dtype=np.int64)
    columns: dict[str, pa.Array] = {"time": pa.array(times, type=pa.timestamp("ns", tz="UTC"))}
    columns |= {name: pa.array(values[:, i]) for i, name in enumerate(SENSORS)}
    columns |= {"product": pa.array(np.array(["light", "heavy"])[heavy]), "fault": pa.array(marks)}
    return Dataset(pa.table(columns), _columns(), origin="a made machine")


def with_columns_in_order(data: Dataset, names: Sequence[str]) -> Dataset:
    """The same dataset with its columns in another order."""
    columns = tuple(data.column(name) for name in names)
    return replace(data, table=data.table.select(list(names)), columns=columns)


def _columns() -> tuple[Column, ...]:
    sensors = (Column(name, Kind.NUMBER, Role.FEATURE) for name in SENSORS)
    return (
        Column("time", Kind.TIME, Role.TIME),
        *sensors,
        Column("product", Kind.CATEGORY, Role.CONTEXT),
        Column("fault", Kind.FLAG, Role.TARGET),
    )


def _wandering(dice: np.random.Generator, rows: int, columns: int, kept: float) -> Floats:
    """Wandering numbers of standard deviation 1 (rows, columns), each keeping that share of the one before."""
    steps = dice.normal(size=(rows, columns))
    steps[1:] *= np.sqrt(1.0 - kept**2)
    for i in range(1, rows):
        steps[i] += kept * steps[i - 1]
    return steps
