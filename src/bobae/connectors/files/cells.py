"""Cells: what is missing, what is a number, what is a flag, written as people and machines write them."""

import re
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from bobae.connectors.files.units import ucum

MISSING = (
    *(
        "",
        "NA",
        "N/A",
        "n/a",
        "na",
        "NaN",
        "nan",
        "NAN",
        "null",
        "NULL",
        "Null",
        "None",
        "NONE",
        "none",
        "-",
        "--",
        "---",
    ),
    *(
        "#N/A",
        "#VALUE!",
        "#REF!",
        "#DIV/0!",
        "#NUM!",
        "#NAME?",
        "#NULL!",
        "#N/A N/A",
        "<NA>",
        "NaT",
        "?",
        ".",
        "(null)",
    ),
    *("결측", "결측치", "미측정", "1.#QNAN", "-1.#IND", "1.#IND", "-nan", "-NaN"),
)
_MISSING = frozenset(MISSING)
# the second of each pair is the 1: yes, running, or the fault one looks for
FLAGS = (
    *(("false", "true"), ("f", "t"), ("no", "yes"), ("n", "y"), ("off", "on"), ("ok", "ng"), ("pass", "fail")),
    *(("good", "bad"), ("양품", "불량"), ("정상", "이상"), ("정상", "불량"), ("합격", "불합격"), ("아니오", "예")),
    *(("o", "x"), ("0", "1"), ("normal", "abnormal"), ("stop", "run"), ("정지", "가동"), ("정지", "운전")),
)
NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_NUMBER = re.compile(NUMBER)
_COMMA_NUMBER = re.compile(NUMBER.replace(r"\.", ","))
_LOOSE = re.compile(r"^[+\-−]?\d[\d., '\u00a0\u202f]*(?:[eEdD][+-]?\d+)?\s*(?P<unit>[^\d\s.,][^\d]{0,9}[²³23]?)?$")
_ISO = re.compile(
    r"^\d{4}-[01]\d-[0-3]\d[ T][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?$"
)
_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")
_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
_CODE = re.compile(r"^0\d+$")
ENOUGH = 0.8  # the share of cells that must be numbers for the others to count as bad values
_EXACT_DIGITS = 15  # whole numbers longer than this are not exact as float64: they are codes or epoch times


class Guess(StrEnum):
    """How to read a column at once; what is not plain is read as text and understood later."""

    NUMBER = "number"
    ISO = "iso"
    ISO_ZONED = "iso_zoned"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True)
class Numbers:
    """A column of texts as numbers: float64, null where missing or bad; `bad` marks the texts that are neither."""

    values: pa.Array
    bad: pa.Array

    @property
    def n_bad(self) -> int:
        """How many texts are no numbers."""
        return int(pc.sum(self.bad).as_py() or 0)


def is_missing(cell: str) -> bool:
    """Whether the cell says that there is no value."""
    return cell.strip() in _MISSING


def is_number(cell: str) -> bool:
    """Whether the cell is a number in any of the usual ways, with or without a unit behind it."""
    cell = cell.strip()
    if _NUMBER.match(cell):
        return True
    loose = _LOOSE.match(cell)
    return bool(loose) and (loose["unit"] is None or ucum(loose["unit"].strip()) is not None)  # type: ignore[index]


def guess(cells: list[str], decimal: str) -> Guess:
    """How to read a column, from a sample of its cells."""
    present = [cell.strip() for cell in cells if not is_missing(cell)]
    if not present:
        return Guess.EMPTY
    iso = [match for cell in present if cell[4:5] == "-" and (match := _ISO.match(cell))]
    if len(iso) == len(present):
        zoned = sum(match["zone"] is not None for match in iso)
        return {0: Guess.ISO, len(iso): Guess.ISO_ZONED}.get(zoned, Guess.TEXT)
    plain = _COMMA_NUMBER if decimal == "," else _NUMBER
    numbers = [cell for cell in present if plain.match(cell)]
    if len(numbers) < ENOUGH * len(present) or are_codes(numbers):
        return Guess.TEXT
    if len(numbers) == len(present):
        return Guess.NUMBER
    loose = any(not plain.match(cell) and is_number(cell) for cell in present)
    return Guess.TEXT if loose else Guess.NUMBER


def are_codes(numbers: list[str]) -> bool:
    """Whether digits name something: leading zeros at one length ('0012'), or longer than a number can hold."""
    if any(len(number) > _EXACT_DIGITS and number.lstrip("+-").isdigit() for number in numbers):
        return True
    zeros = any(number[0] == "0" and _CODE.match(number) for number in numbers)
    return zeros and len({len(number) for number in numbers}) == 1 and all(number.isdigit() for number in numbers)


def numbers(texts: pa.Array, decimal: str = ".", unit: str = "") -> Numbers:
    """Texts as numbers: thousands separators, a decimal comma and one unit behind the number are understood."""
    trimmed = pc.utf8_trim_whitespace(texts)
    trimmed = pc.if_else(pc.is_in(trimmed, pa.array(MISSING)), pa.scalar(None, pa.string()), trimmed)
    if unit and not any(map(str.isdigit, unit)):
        bare = pc.utf8_rtrim(trimmed, characters=unit + " ")
        trimmed = pc.if_else(pc.ends_with(trimmed, unit), bare, trimmed)
    swapped = trimmed if decimal == "." else _with_point(trimmed)
    plain = pc.fill_null(pc.match_substring_regex(swapped, NUMBER), False)
    values = pc.cast(pc.if_else(plain, swapped, pa.scalar(None, pa.string())), pa.float64())
    rest = pc.and_(pc.is_valid(trimmed), pc.invert(plain))
    if not pc.any(rest).as_py():
        return Numbers(values, rest)
    cleaned = _cleaned(pc.if_else(rest, trimmed, pa.scalar(None, pa.string())), decimal, unit)
    mended = pc.fill_null(pc.match_substring_regex(cleaned, NUMBER), False)
    more = pc.cast(pc.if_else(mended, cleaned, pa.scalar(None, pa.string())), pa.float64())
    return Numbers(pc.coalesce(values, more), pc.and_(rest, pc.invert(mended)))


def _with_point(texts: pa.Array) -> pa.Array:
    # with a decimal comma a point can only separate thousands: leave those for the careful way
    pointed = pc.match_substring(texts, ".")
    swapped = pc.replace_substring(texts, ",", ".", max_replacements=1)
    return pc.if_else(pointed, pa.scalar("x"), swapped)


def _cleaned(texts: pa.Array, decimal: str, unit: str) -> pa.Array:
    if unit:
        texts = pc.replace_substring_regex(texts, r"\s*" + re.escape(unit) + r"$", "")
    texts = pc.replace_substring_regex(texts, r"\s*%$", "")
    texts = pc.replace_substring(texts, "−", "-")
    texts = pc.replace_substring_regex(texts, r"^([+-]?\d*\.?\d*)[dD]([+-]?\d+)$", r"\1e\2")
    separator = r"[.'  ]" if decimal == "," else r"[,'  ]"
    for _ in range(2):  # neighbours overlap in one pass: 1,234,567
        texts = pc.replace_substring_regex(texts, rf"(\d){separator}(\d\d\d)\b", r"\1\2")
    return texts if decimal == "." else pc.replace_substring(texts, ",", ".")


def unit_behind(cells: list[str]) -> str:
    """The unit written behind the numbers of a sample, as written; empty if there is none or more than one."""
    found = {match["unit"].strip() for cell in cells if (match := _LOOSE.match(cell.strip())) and match["unit"]}
    return found.pop() if len(found) == 1 else ""


def decimal_mark(cells: list[str]) -> str:
    """The decimal mark of a sample of cells: a comma if some number can only be read so, else a point."""
    commas = [cell for cell in map(str.strip, cells) if "," in cell and _COMMA.match(cell)]
    if not commas:
        return "."
    return "," if any(not _THOUSANDS.match(cell) for cell in commas) else "."


def flag_pair(values: set[str]) -> tuple[str, str] | None:
    """The (no, yes) pair that these two texts are, as they are written; None if they are no flag."""
    if len(values) != 2:
        return None
    lowered = {value.strip().lower(): value for value in values}
    for no, yes in FLAGS:
        if set(lowered) == {no, yes}:
            return lowered[no], lowered[yes]
    return None
