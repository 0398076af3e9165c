"""A measured value as a gauge shows it: a few places that matter, and the unit in its common form."""

import math
import re

NO_VALUE = "–"


def number(value: float, digits: int = 3) -> str:
    """A number with `digits` significant places and thousands apart: 12345.6 -> '12,346', 0.012345 -> '0.0123'."""
    if not math.isfinite(value):
        return NO_VALUE
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size > 11:
        return f"{value:.{digits - 1}e}"
    rounded = f"{value:,.{max(0, digits - 1 - size)}f}"
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def unit(code: str | None) -> str:
    """A UCUM code as it is written on a gauge: 'Cel' -> '°C', 'm/s2' -> 'm/s²', '{rpm}' -> 'rpm'."""
    if not code:
        return ""
    plain = re.sub(r"[{}]", "", {"Cel": "°C", "[degF]": "°F", "kgf": "kgf"}.get(code, code)).replace(".", "·")
    return re.sub(r"(?<=[a-zA-Z])([23])", lambda found: {"2": "²", "3": "³"}[found[1]], plain)
