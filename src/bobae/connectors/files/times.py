"""Times as people and machines write them: which form a column of texts has, and its nanoseconds.

A form is a date, a clock, or both, with the order of day and month left open until the whole column was seen.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bobae.core import Bools, Ints

_DATES = {
    "ymd": r"(?P<Y>\d{4})\s*[-./년]\s*(?P<M>\d{1,2})\s*[-./월]\s*(?P<D>\d{1,2})\s*[일.]?",
    "abc": r"(?P<a>\d{1,2})[-./](?P<b>\d{1,2})[-./](?P<c>\d{4}|\d{2})",
    "dny": r"(?P<D>\d{1,2})[-/. ]?(?P<N>[A-Za-z]{3})[a-z]{0,6}[-/., ]+(?P<Y>\d{4}|\d{2})",
    "ndy": r"(?P<N>[A-Za-z]{3})[a-z]{0,6}\.? (?P<D>\d{1,2}),? (?P<Y>\d{4})",
    "compact": r"(?P<Y>(?:19|20)\d\d)(?P<M>[01]\d)(?P<D>[0-3]\d)",
}
_CLOCK = (
    r"(?:(?P<p>오전|오후|AM|PM|am|pm)\s*)?(?P<h>\d{1,2})(?::|시\s*)(?P<m>\d{1,2})"
    r"(?:(?:[:]|분\s*)(?P<s>\d{1,2})(?:[.,:](?P<f>\d{1,9}))?)?[분초]?\s*(?P<q>AM|PM|am|pm|a\.m\.|p\.m\.)?"
)
_TIGHT_CLOCK = r"(?P<h>[0-2]\d)(?P<m>[0-5]\d)(?P<s>[0-5]\d)?(?:\.?(?P<f>\d{1,9}))?"
_ZONE = r"\s*(?P<z>Z|UTC|GMT|KST|JST|[+-]\d\d(?::?\d\d)?)?"
_NAMED_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "KST": 540, "JST": 540}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDERS = {"dmy": "DMY", "mdy": "MDY", "ymd2": "YMD"}
_PLAIN = re.compile(r"^\d{1,4}([-./])\d{1,2}\1\d{1,4}(?:[T ]\d{1,2}:\d\d(?::\d\d)?)?$")
ENOUGH = 0.9
_SLICE = 1 << 19
_MINUTE, _DAY = 60 * 10**9, 86_400 * 10**9


@dataclass(frozen=True)
class Form:
    """One way to write a time.

    Attributes:
        date: which kind of date stands in it ('' for a clock alone).
        clock: whether it holds a time of day.
        pattern: the regular expression that a cell must match in full.
    """

    date: str
    clock: bool
    pattern: str


@dataclass(frozen=True)
class Times:
    """A column of texts as times.

    Attributes:
        ns: nanoseconds since 1970 (rows,), in UTC where zoned, else by the local clock.
        valid: where there is a time (rows,).
        bad: where there is a text that is no time (rows,).
        zoned: where the text names its zone (rows,).
        order: 'dmy', 'mdy' or 'ymd2' where day and month had to be told apart, else ''.
        ambiguous: whether the values allow more than one order.
    """

    ns: Ints
    valid: Bools
    bad: Bools
    zoned: Bools
    order: str = ""
    ambiguous: bool = False


@cache
def forms() -> tuple[Form, ...]:
    """All forms, the surest first."""
    out = []
    for date, pattern in _DATES.items():
        if date == "compact":
            out.append(Form(date, True, rf"^{pattern}[ T_-]?{_TIGHT_CLOCK}{_ZONE}$"))
        out.append(Form(date, True, rf"^{pattern}[T\s,_]*{_CLOCK}{_ZONE}$"))
        out.append(Form(date, False, rf"^{pattern}$"))
    out.append(Form("", True, rf"^{_CLOCK}$"))
    return tuple(out)


@cache
def _compiled() -> tuple[tuple[Form, re.Pattern[str]], ...]:
    return tuple((form, re.compile(form.pattern)) for form in forms())


ISO = Form("ymd", True, rf"^{_DATES['ymd']}[T\s,_]*{_CLOCK}{_ZONE}$")


def looks_like_time(cell: str) -> bool:
    """Whether a cell is a date, a clock time or both; digits alone are taken as a number."""
    cell = cell.strip()
    if len(cell) < 4 or len(cell) > 40 or cell.isdigit() or not any(map(str.isdigit, cell)):
        return False
    return any(pattern.match(cell) for _, pattern in _compiled())


def find(cells: list[str]) -> Form | None:
    """The form that nearly all cells of a sample have, or None."""
    for form, pattern in _compiled():
        matches = [match for cell in cells if (match := pattern.match(cell.strip()))]
        if cells and len(matches) >= ENOUGH * len(cells) and any(map(_is_possible, matches)):
            return form
    return None


def parse(texts: pa.ChunkedArray, form: Form, *, order: str | None = None) -> Times:
    """All cells of a column by one form; the order of day and month is the one that the whole column allows."""
    orders = ("",) if form.date != "abc" else tuple(_ORDERS) if order is None else (order,)
    pieces: dict[str, list[Times]] = {order: [] for order in orders}
    for start in range(0, len(texts), _SLICE):
        piece = texts.slice(start, _SLICE).combine_chunks()
        for order, times in zip(orders, _parse(piece, form, orders), strict=True):
            pieces[order].append(times)
    whole = {order: _together(parts, order) for order, parts in pieces.items()}
    if len(orders) == 1:
        return whole[orders[0]]
    best, ambiguous = _order(whole)
    return replace(whole[best], ambiguous=ambiguous)


def _parse(texts: pa.Array, form: Form, orders: tuple[str, ...]) -> list[Times]:
    trimmed = pc.utf8_trim_whitespace(texts)
    quick = [_quickly(trimmed, order) for order in orders] if form.date in ("abc", "ymd") else []
    if any(times is not None and not times.bad.any() for times in quick):
        none = np.zeros(len(texts), dtype=bool)
        return [
            times or Times(none.astype(np.int64), none, ~none, none, order)
            for times, order in zip(quick, orders, strict=True)
        ]
    fields = pc.extract_regex(trimmed, form.pattern)
    parts = _Parts(fields, len(trimmed))
    matched = pc.is_valid(fields).to_numpy(zero_copy_only=False)
    present = pc.is_valid(trimmed).to_numpy(zero_copy_only=False)
    clock, clock_possible = _clock(parts) if form.clock else (np.int64(0), np.bool_(True))
    offset, zoned = _offsets(parts)
    out = []
    for order in orders:
        day, possible = _days(parts, form.date, order)
        valid = matched & possible & clock_possible
        ns = np.where(valid, day * _DAY + clock - offset * _MINUTE, 0)
        out.append(Times(ns, valid, present & ~valid, zoned & valid, order))
    return out


def _quickly(trimmed: pa.Array, order: str) -> Times | None:
    """The times by the C library's strptime, if the first cell is digits and plain separators; ten times as fast."""
    first = next((cell.as_py() for cell in trimmed if cell.is_valid), "")
    groups = re.findall(r"\d+", first)
    if not _PLAIN.match(first) or len(groups) not in (3, 5, 6):
        return None
    year = "%Y" if any(len(group) == 4 for group in groups[:3]) else "%y"
    letters = iter(year if letter == "Y" else f"%{letter.lower()}" for letter in _ORDERS.get(order, "YMD"))
    clock = iter(("%H", "%M", "%S"))
    layout = re.sub(r"\d+", lambda _: next(letters, None) or next(clock), first.replace("%", ""))
    parsed = pc.strptime(trimmed, format=layout, unit="s", error_is_null=True)
    valid = pc.is_valid(parsed).to_numpy(zero_copy_only=False)
    present = pc.is_valid(trimmed).to_numpy(zero_copy_only=False)
    ns = pc.fill_null(parsed.cast(pa.int64()), 0).to_numpy() * 10**9
    return Times(ns, valid, present & ~valid, np.zeros(len(ns), dtype=bool), order)


def _together(parts: list[Times], order: str) -> Times:
    if not parts:
        none = np.zeros(0, dtype=bool)
        return Times(np.zeros(0, dtype=np.int64), none, none, none, order)
    ns = np.concatenate([part.ns for part in parts])
    valid, bad, zoned = (np.concatenate([getattr(part, name) for part in parts]) for name in ("valid", "bad", "zoned"))
    return Times(ns, valid, bad, zoned, order)


def _order(whole: dict[str, Times]) -> tuple[str, bool]:
    """Which of the three numbers is the day: what is possible for most rows, then what makes time run on steadily."""
    merit = {}
    for order, times in whole.items():
        steps = np.diff(times.ns[times.valid])
        merit[order] = (-int(times.valid.sum()), int((steps < 0).sum()), float(np.abs(steps).sum(dtype=np.float64)))
    best = min(merit, key=lambda order: merit[order])
    rivals = [order for order in merit if order != best and merit[order][0] == merit[best][0]]
    # two orders that are possible and run on equally well cannot be told apart by the file
    return best, any(merit[order][1] <= merit[best][1] for order in rivals)


class _Parts:
    """The named groups of a match as whole numbers, zero where a group is not there."""

    def __init__(self, fields: pa.StructArray, rows: int) -> None:
        self.rows = rows
        self.names = {fields.type.field(i).name for i in range(fields.type.num_fields)}
        self._fields = fields

    def letters(self, name: str) -> pa.Array:
        if name not in self.names:
            return pa.array([""] * self.rows)
        return pc.fill_null(pc.struct_field(self._fields, name), "")

    def number(self, name: str) -> Ints:
        if name not in self.names:
            return np.zeros(self.rows, dtype=np.int64)
        text = self.letters(name)
        return np.asarray(pc.cast(pc.if_else(pc.equal(text, ""), "0", text), pa.int64()).to_numpy(zero_copy_only=False))


def _is_possible(match: re.Match[str]) -> bool:
    found = match.groupdict()
    numbers = {k: int(v) for k, v in found.items() if v and k in "MDhms"}
    name = found.get("N")
    return (
        numbers.get("M", 1) in range(1, 13)
        and numbers.get("D", 1) in range(1, 32)
        and numbers.get("h", 0) <= 24
        and numbers.get("m", 0) < 60
        and (name is None or name.lower() in _MONTHS)
    )


def _days(parts: _Parts, date: str, order: str) -> tuple[Ints, Bools]:
    if not date:
        return np.zeros(parts.rows, dtype=np.int64), np.ones(parts.rows, dtype=bool)
    if date == "abc":
        by_letter = dict(zip(_ORDERS[order], (parts.number(name) for name in "abc"), strict=True))
        years, months, days = by_letter["Y"], by_letter["M"], by_letter["D"]
    else:
        years, days = parts.number("Y"), parts.number("D")
        months = _month_numbers(parts.letters("N")) if "N" in parts.names else parts.number("M")
    years = np.where(years < 100, years + np.where(years < 70, 2000, 1900), years)
    possible = (months >= 1) & (months <= 12) & (days >= 1) & (years >= 1900) & (years <= 2200)
    month = np.where(possible, (years - 1970) * 12 + months - 1, 0)
    first = month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    longest = (month + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    return first + days - 1, possible & (days <= longest)


def _month_numbers(names: pa.Array) -> Ints:
    found = pc.index_in(pc.utf8_lower(names), pa.array(_MONTHS))
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64) + 1


def _clock(parts: _Parts) -> tuple[Ints, Bools]:
    hours, minutes, seconds = (parts.number(name) for name in "hms")
    half = pc.utf8_lower(pc.binary_join_element_wise(parts.letters("p"), parts.letters("q"), ""))
    afternoon = pc.or_(pc.starts_with(half, "p"), pc.equal(half, "오후")).to_numpy(zero_copy_only=False)
    halved = pc.not_equal(half, "").to_numpy(zero_copy_only=False)
    possible = (minutes < 60) & (seconds < 61) & (hours <= 24)
    hours = np.where(halved & (hours <= 12), hours % 12 + 12 * afternoon, hours)
    fraction = pc.utf8_rpad(parts.letters("f"), 9, "0")
    ns = pc.cast(fraction, pa.int64()).to_numpy(zero_copy_only=False)
    return ((hours * 60 + minutes) * 60 + seconds) * 10**9 + ns, possible


def _offsets(parts: _Parts) -> tuple[Ints, Bools]:
    """Minutes east of UTC, and where a zone was named."""
    zones = parts.letters("z").dictionary_encode()
    minutes = np.array([_zone_minutes(str(zone)) for zone in zones.dictionary.to_pylist()], dtype=np.int64)
    codes = zones.indices.to_numpy()
    named: npt.NDArray[np.bool_] = np.array([bool(zone) for zone in zones.dictionary.to_pylist()])
    return minutes[codes], named[codes]


def _zone_minutes(zone: str) -> int:
    if not zone or zone in _NAMED_ZONES:
        return _NAMED_ZONES.get(zone, 0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:]))
