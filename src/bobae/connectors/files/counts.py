"""Numbers that are times: counts since 1970 or 1900, dates written as digits, seconds of no known origin."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.connectors.files.columns import Field
from bobae.connectors.files.times import Times
from bobae.core import Bools, Floats, Ints, Kind, Text, text

_S, _DAY = 10**9, 86_400 * 10**9
_NAMED = re.compile(r"time|date|stamp|일시|시각|시간|날짜|일자|^ts$|^t$", re.IGNORECASE)
_LAPSE = re.compile(r"time|stamp|elapsed|clock|시각|시간|submit|^ts$|^t$|^sec", re.IGNORECASE)
# 2000-01-01 .. 2100-01-01: an earlier count of seconds is as likely one of unknown origin
_FIRST_S, _LAST_S = 946_684_800, 4_102_444_800
_EXCEL_DAYS = (36_526, 73_051)
_EXCEL_ORIGIN = 25_569  # days from Excel's day 0, 1899-12-30, to 1970-01-01
_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": _S, "min": 60 * _S, "h": 3600 * _S, "d": _DAY}
_DIGITS = {8: 10**6, 12: 10**2, 14: 1}  # yyyymmdd, yyyymmddHHMM, yyyymmddHHMMSS, and what fills them up to 14
_ONWARD, _DISTINCT = 0.9, 0.5


@dataclass(frozen=True)
class Count:
    """A column of numbers as times, and in words what the numbers are; `absolute` times are in UTC already."""

    times: Times
    how: Text


def calendar(field: Field) -> Count | None:
    """The times that the numbers of a column named like a time are, if all of them are."""
    if not _NAMED.search(field.name) or field.kind not in (Kind.NUMBER, Kind.TEXT, Kind.CATEGORY):
        return None
    if field.kind is not Kind.NUMBER:
        return _long_count(field.values)
    numbers = field.values.to_numpy().astype(np.float64)
    valid = np.isfinite(numbers)
    low, high = np.min(numbers[valid]), np.max(numbers[valid])
    for unit in ("s", "ms", "us"):
        per_s = _S // _UNITS[unit]
        if _FIRST_S * per_s <= low and high <= _LAST_S * per_s:
            return _epoch(numbers, valid, unit)
    whole = bool(np.all(numbers[valid] == np.floor(numbers[valid])))
    for width, fill in _DIGITS.items():
        if whole and 19 * 10 ** (width - 2) <= low and high < 22 * 10 ** (width - 2):
            return _written(np.where(valid, numbers, 0).astype(np.int64) * fill, valid)
    if _EXCEL_DAYS[0] <= low and high <= _EXCEL_DAYS[1]:
        ns = np.where(valid, np.round((numbers - _EXCEL_ORIGIN) * 86_400_000), 0).astype(np.int64) * 1_000_000
        return Count(_times(ns, valid, zoned=False), text("days since 1900, as Excel does"))
    return None


def lapse(field: Field, files: Ints) -> Times | None:
    """Seconds (or the column's own unit) of unknown origin, if the column runs on like a clock within each file."""
    if field.kind is not Kind.NUMBER or not _LAPSE.search(field.name) or field.unit not in (None, *_UNITS):
        return None
    numbers = field.values.to_numpy().astype(np.float64)
    valid = np.isfinite(numbers)
    if not runs_on(numbers[valid], files[valid]):
        return None
    per = _UNITS[field.unit or "s"]
    whole = np.floor(np.where(valid, numbers, 0))
    rest = np.round((np.where(valid, numbers, 0) - whole) * per / 1000) * 1000
    if np.abs(whole).max(initial=0) * per > 9e18:
        return None
    return _times(whole.astype(np.int64) * per + rest.astype(np.int64), valid, zoned=False)


def runs_on(numbers: Floats, files: Ints) -> bool:
    """Whether the numbers hardly ever fall or stand still, within each file."""
    steps = np.diff(numbers)[np.diff(files) == 0]
    if len(steps) < 2:
        return False
    return float(np.mean(steps >= 0)) >= _ONWARD and len(np.unique(numbers)) >= _DISTINCT * len(numbers)


def _epoch(numbers: Floats, valid: Bools, unit: str) -> Count:
    per = _UNITS[unit]
    whole = np.floor(np.where(valid, numbers, 0))
    # a float64 of 1.7e9 seconds is exact to 0.2 us only: round what stands behind the point to whole microseconds
    rest = np.round((np.where(valid, numbers, 0) - whole) * per / 1000) * 1000
    ns = whole.astype(np.int64) * per + rest.astype(np.int64)
    return Count(_times(ns, valid, zoned=True), _since_1970(unit))


def _since_1970(unit: str) -> Text:
    names = {"s": text("seconds"), "ms": text("milliseconds"), "us": text("microseconds"), "ns": text("nanoseconds")}
    return text("{unit} since 1970", unit=names[unit])


def _long_count(values: pa.ChunkedArray) -> Count | None:
    if not pc.all(pc.match_substring_regex(values, r"^\d{16,19}$")).as_py():
        return None
    counts = pc.cast(values, pa.int64())
    valid = pc.is_valid(counts).to_numpy()
    numbers = pc.fill_null(counts, 0).to_numpy()
    low, high = int(numbers[valid].min()), int(numbers[valid].max())
    for unit in ("us", "ns"):
        per_s = _S // _UNITS[unit]
        if _FIRST_S * per_s <= low and high <= _LAST_S * per_s:
            return Count(_times(numbers * _UNITS[unit], valid, zoned=True), _since_1970(unit))
    return None


def _written(digits: Ints, valid: Bools) -> Count | None:
    seconds, minutes, hours = digits % 100, digits // 100 % 100, digits // 10_000 % 100
    days, months, years = digits // 10**6 % 100, digits // 10**8 % 100, digits // 10**10
    possible = (
        (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31) & (hours <= 24) & (minutes < 60) & (seconds < 61)
    )
    if not np.all(possible[valid]):
        return None
    month = np.where(valid, (years - 1970) * 12 + months - 1, 0).astype("datetime64[M]")
    day = month.astype("datetime64[D]").astype(np.int64) + days - 1
    ns = np.where(valid, day * _DAY + ((hours * 60 + minutes) * 60 + seconds) * _S, 0)
    return Count(_times(ns, valid, zoned=False), text("a date written as digits"))


def _times(ns: Ints, valid: Bools, *, zoned: bool) -> Times:
    return Times(ns, valid, np.zeros(len(ns), dtype=bool), np.full(len(ns), zoned) & valid)
