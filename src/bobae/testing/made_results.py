"""Small made rows with a result to be foretold: parts that are measured or sorted, machines that wear out, a load."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from bobae.core import Column, Dataset, Floats, Kind, Role

TELLING = "pressure"  # the signal that the results of parts rest on most
_START_NS = 1_767_571_200_000_000_000  # 2026-01-05, a Monday
_HOUR_NS = 3_600_000_000_000


def parts(rows: int, *, seed: int, kinds: bool = False) -> Dataset:
    """So many parts in lots of ten: three signals, a product, and a measured result, or whether it is good or bad.

    Example:
        >>> parts(20, seed=0).names(Role.TARGET)
        ('strength',)
    """
    dice = np.random.default_rng(seed)
    lot = np.arange(rows) // 10
    signals = dice.normal(size=(rows, 3)) + 0.3 * dice.normal(size=(lot[-1] + 1, 3))[lot]
    heavy = dice.integers(2, size=rows)
    result = 50.0 + 4.0 * signals[:, 0] - 1.5 * signals[:, 1] + 2.0 * heavy + 0.5 * dice.normal(size=rows)
    columns: dict[str, Any] = {
        "lot": pa.array([f"L{n:04d}" for n in lot]),
        TELLING: signals[:, 0],
        "temperature": 200.0 + 5.0 * signals[:, 1],
        "speed": signals[:, 2],
        "product": pa.array(np.array(["light", "heavy"])[heavy]),
    }
    told = (
        Column("lot", Kind.CATEGORY, Role.LOT),
        Column(TELLING, Kind.NUMBER, Role.FEATURE, "bar"),
        Column("temperature", Kind.NUMBER, Role.FEATURE, "Cel"),
        Column("speed", Kind.NUMBER, Role.FEATURE),
        Column("product", Kind.CATEGORY, Role.CONTEXT),
    )
    if kinds:
        columns["outcome"] = pa.array(np.where(result > np.quantile(result, 0.75), "bad", "good"))
        return Dataset(pa.table(columns), (*told, Column("outcome", Kind.CATEGORY, Role.TARGET)), origin="made parts")
    columns["strength"] = result
    return Dataset(pa.table(columns), (*told, Column("strength", Kind.NUMBER, Role.TARGET, "MPa")), origin="made parts")


def wafers(rows: int, *, seed: int) -> Dataset:
    """So many wafers in lots of ten, in chambers that answer to the pressure each its own way; D has one in fifty.

    Example:
        >>> sorted(set(wafers(500, seed=0).values("chamber")))
        ['A', 'B', 'C', 'D']
    """
    dice = np.random.default_rng(seed)
    chamber = np.where(np.arange(rows) % 50 == 49, 3, dice.integers(3, size=rows))
    signals = dice.normal(size=(rows, 2))
    slope, level = np.array([4.0, -1.0, 2.0, 4.0]), np.array([60.0, 62.0, 58.0, 60.0])
    rate = level[chamber] + slope[chamber] * signals[:, 0] - signals[:, 1] + 0.5 * dice.normal(size=rows)
    columns: dict[str, Any] = {
        "lot": pa.array([f"L{n:04d}" for n in np.arange(rows) // 10]),
        TELLING: signals[:, 0],
        "temperature": 200.0 + 5.0 * signals[:, 1],
        "chamber": pa.array(np.array(["A", "B", "C", "D"])[chamber]),
        "rate": rate,
    }
    told = (
        Column("lot", Kind.CATEGORY, Role.LOT),
        Column(TELLING, Kind.NUMBER, Role.FEATURE, "bar"),
        Column("temperature", Kind.NUMBER, Role.FEATURE, "Cel"),
        Column("chamber", Kind.CATEGORY, Role.CONTEXT),
        Column("rate", Kind.NUMBER, Role.TARGET, "nm/min"),
    )
    return Dataset(pa.table(columns), told, origin="made wafers")


def vessel(hours: int, *, seed: int) -> Dataset:
    """A vessel told every hour by two signals; the laboratory measures every other hour, and all of it drifts.

    Example:
        >>> vessel(20, seed=0).name_of(Role.TIME)
        'time'
    """
    dice = np.random.default_rng(seed)
    signals = dice.normal(size=(hours, 2))
    drift = 0.4 * dice.normal(size=hours).cumsum()
    result = 20.0 + 2.0 * signals[:, 0] - signals[:, 1] + drift + 0.3 * dice.normal(size=hours)
    columns: dict[str, Any] = {
        "time": pa.array(_START_NS + np.arange(hours) * _HOUR_NS, type=pa.timestamp("ns", tz="UTC")),
        TELLING: signals[:, 0],
        "temperature": signals[:, 1],
        "kappa": pa.array(np.where(np.arange(hours) % 2 == 0, result, np.nan)),
    }
    told = (
        Column("time", Kind.TIME, Role.TIME),
        Column(TELLING, Kind.NUMBER, Role.FEATURE, "bar"),
        Column("temperature", Kind.NUMBER, Role.FEATURE, "Cel"),
        Column("kappa", Kind.NUMBER, Role.TARGET),
    )
    return Dataset(pa.table(columns), told, origin="a made vessel")


def lives(machines: int, *, seed: int) -> Dataset:
    """So many machines followed to their end: two signals that move with wear, one that does not, and the life left."""
    dice = np.random.default_rng(seed)
    tables = []
    for number in range(machines):
        length = int(dice.integers(60, 120))
        left = np.arange(length)[::-1].astype(np.float64)
        wear = np.exp(-left / 25.0)
        tables.append(
            {
                "machine": np.full(length, f"M{number:03d}", dtype=object),
                TELLING: 10.0 + 4.0 * wear + 0.3 * dice.normal(size=length),
                "vibration": 1.0 + dice.normal() * 0.2 + 1.5 * wear + 0.2 * dice.normal(size=length),
                "flow": dice.normal(size=length),
                "left": left,
            }
        )
    columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    signals = (Column(name, Kind.NUMBER, Role.FEATURE) for name in (TELLING, "vibration", "flow"))
    told = (Column("machine", Kind.CATEGORY, Role.ASSET), *signals, Column("left", Kind.NUMBER, Role.TARGET))
    return Dataset(pa.table(_arrow(columns)), told, origin="made lives")


def load(days: int, *, seed: int) -> Dataset:
    """The energy that a plant draws every hour: two shifts on weekdays, little at night, nothing on Sundays."""
    dice = np.random.default_rng(seed)
    hours = np.arange(24 * days)
    works = (hours % 24 >= 6) & (hours % 24 < 22) & (hours // 24 % 7 < 6)
    drawn = 10.0 + 40.0 * works + 5.0 * np.sin(hours / 24.0 * 2 * np.pi) + _wandering(dice, len(hours))
    stamps = pa.array(_START_NS + hours * _HOUR_NS, type=pa.timestamp("ns", tz="UTC"))
    told = (Column("time", Kind.TIME, Role.TIME), Column("energy", Kind.NUMBER, Role.TARGET, "kW.h"))
    return Dataset(pa.table({"time": stamps, "energy": drawn}), told, origin="a made load")


def _wandering(dice: np.random.Generator, rows: int) -> Floats:
    out = np.zeros(rows)
    steps = dice.normal(size=rows)
    for i in range(1, rows):
        out[i] = 0.8 * out[i - 1] + steps[i]
    return out


def _arrow(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pa.array(values) for name, values in columns.items()}
