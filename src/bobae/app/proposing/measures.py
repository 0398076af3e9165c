"""The unit that a name tells: `HYD_PRESS_BAR`, `유온(℃)`, `Flow [L/min]`, `MTR_CUR_A`."""

import re

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.words import stem, words_of
from bobae.core import ucum_code

_BRACKETED = re.compile(r"^(.+?)\s*[\[(（［]\s*([^\])）］]+?)\s*[\])）］]\s*$")

# two words at the end, as PLC names write a fraction
_PAIRS = {
    **dict.fromkeys((("mm", "s"), ("mm", "sec")), "mm/s"),
    **dict.fromkeys((("m", "s"), ("m", "sec")), "m/s"),
    ("m", "s2"): "m/s2",
    ("m3", "h"): "m3/h",
    ("m3", "hr"): "m3/h",
    ("l", "h"): "L/h",
    ("kg", "h"): "kg/h",
    ("t", "h"): "t/h",
    ("kg", "m3"): "kg/m3",
    ("kgf", "cm2"): "kgf/cm2",
    ("kg", "cm2"): "kgf/cm2",
    ("us", "cm"): "uS/cm",
    ("deg", "c"): "Cel",
    ("deg", "f"): "[degF]",
    ("kw", "h"): "kW.h",
}
_MINUTES = {"m": "m/min", "mm": "mm/min", "l": "L/min", "kg": "kg/min", "ml": "mL/min"}

# one word at the end that means a unit whatever stands before it
_SAFE = {
    **{code.lower(): code for code in ("bar", "mbar", "kPa", "kW", "Hz", "kHz", "mm", "um", "cm", "kN")},
    **dict.fromkeys(("degc", "celsius", "centigrade", "℃", "°c", "섭씨"), "Cel"),
    **dict.fromkeys(("degf", "fahrenheit", "℉", "°f"), "[degF]"),
    **dict.fromkeys(("kwh", "kwhr"), "kW.h"),
    **dict.fromkeys(("lpm", "lmin"), "L/min"),
    **dict.fromkeys(("m3h", "cmh", "m3hr"), "m3/h"),
    **dict.fromkeys(("pct", "percent", "prc", "%", "퍼센트"), "%"),
    **dict.fromkeys(("mmps", "mms", "mmsec"), "mm/s"),
    **dict.fromkeys(("barg", "bara"), "bar"),
    **dict.fromkeys(("psi", "psig", "psia"), "[psi]"),
    **dict.fromkeys(("kgf", "kilogramforce"), "kgf"),
    **dict.fromkeys(("kg", "㎏"), "kg"),
    "㎜": "mm",
    **dict.fromkeys(("msec", "millisec"), "ms"),
    **dict.fromkeys(("secs", "seconds"), "s"),
    **dict.fromkeys(("hrs", "hours"), "h"),
    "hpa": "hPa",
    "ml": "mL",
    "mlmin": "mL/min",
    "mpm": "m/min",
    "rpm": "{rev}/min",
    "mwh": "MW.h",
    "kva": "kV.A",
    "kvar": "kV.A{reactive}",
    "kvarh": "kV.A.h{reactive}",
    "ppm": "[ppm]",
    "sccm": "cm3/min",
    "slm": "L/min",
    "torr": "mm[Hg]",
    "mtorr": "um[Hg]",
    "micron": "um",
    "kohm": "kOhm",
}

# a capital letter makes it another unit: these only as they are written here
_AS_WRITTEN = {"mW": "mW", "kV": "kV", "mPa": "mPa", "MHz": "MHz"}
_CERTAIN = frozenset(
    ("A", "V", "W", "K", "N", "J", "s", "h", "m", "L", "l", "1", "%", "mA", "mV", "Nm", "MPa", "Pa", "ms")
)
_NOT_BEHIND = {"ppm": v.SPEED}  # packs a minute

# one word at the end that is a unit only behind the word for what it measures
_BEHIND: dict[str, tuple[tuple[frozenset[str], str], ...]] = {
    "c": ((v.TEMPERATURE, "Cel"),),
    "f": ((v.TEMPERATURE, "[degF]"),),
    "k": ((v.TEMPERATURE, "K"),),
    "deg": ((v.LENGTH | frozenset(("angle", "phase", "각도")), "deg"),),
    "a": ((v.CURRENT, "A"),),
    "ma": ((v.CURRENT, "mA"),),
    **dict.fromkeys(("amp", "amps"), ((v.CURRENT | frozenset(("motor", "mtr", "drive", "phase")), "A"),)),
    "v": ((v.VOLTAGE, "V"),),
    "kv": ((v.VOLTAGE, "kV"),),  # a Kv is a valve's flow, too
    "mv": ((v.VOLTAGE, "mV"),),
    "w": ((v.POWER, "W"),),
    "mw": ((v.POWER, "MW"),),
    "n": ((v.FORCE, "N"),),
    "nm": ((v.TORQUE, "N.m"),),
    "g": ((v.VIBRATION, "[g]"), (v.WEIGHT, "g")),
    "t": ((frozenset(("weight", "mass", "tonnage", "중량", "하중")), "t"),),
    "ton": ((v.WEIGHT, "t"),),
    "s": ((v.TIME, "s"),),
    "sec": ((v.TIME, "s"),),  # what is secondary, too
    "ms": ((v.TIME, "ms"),),
    "min": ((v.TIME - frozenset(("cycle", "ct")), "min"),),
    "h": ((v.TIME, "h"),),
    "hr": ((v.TIME, "h"),),
    "m": ((v.LENGTH, "m"),),
    "l": ((v.VOLUME, "L"),),
    "mpa": ((frozenset(("pressure", "press", "prs", "pres", "p", "hyd", "압력", "유압")), "MPa"),),
    "pa": ((frozenset(("pressure", "press", "prs", "pres", "vacuum", "압력", "진공")), "Pa"),),
    "ph": ((frozenset(("water", "value", "tank")), "[pH]"),),
}


def unit_told(name: str, context: tuple[str, ...] = ()) -> tuple[tuple[str, ...], str | None]:
    """The words of a name without its unit, and the unit as UCUM code; None where the name tells none.

    `context` are words that stand above the name: below `Temperatures`, `Zone1_C` is in degrees. The unit stays in the
    name where nothing else says what is measured: `FAN_RPM`.

    Example:
        >>> unit_told("HYD_PRESS_BAR"), unit_told("MTR_CUR_A"), unit_told("PHASE_A"), unit_told("유량[L/min]")
        ((('HYD', 'PRESS'), 'bar'), (('MTR', 'CUR'), 'A'), (('PHASE', 'A'), None), (('유량',), 'L/min'))
    """
    if bracketed := _BRACKETED.match(name):
        before = words_of(bracketed[1])
        code = unit_of(bracketed[2], (*context, *before))
        return (before, code) if code else (words_of(name), None)
    words = words_of(name)
    bare, code = _at_end(words, context)
    return (bare if _speaks_of((*context, *bare), v.QUANTITY) else words), code


def unit_of(spelling: str, words: tuple[str, ...] = ()) -> str | None:
    """The UCUM code of a unit as a device spells it; what short spellings mean is told by the words before them.

    Example:
        >>> unit_of("mTorr"), unit_of("C", ("Oil", "Temp")), unit_of("C", ("Phase",)), unit_of("min", ("Temp",))
        ('um[Hg]', 'Cel', None, None)
    """
    if code := _of_word(words, spelling):
        return code
    doubtful = spelling.lower() in _BEHIND or (len(spelling) == 1 and spelling not in _CERTAIN)
    return None if doubtful and spelling not in _CERTAIN else ucum_code(spelling)


def _at_end(words: tuple[str, ...], context: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    if len(words) >= 3 and (code := _of_pair(words[-2].lower(), words[-1].lower())):
        return words[:-2], code
    if len(words) >= 2 and (code := _of_word((*context, *words[:-1]), words[-1])):
        return words[:-1], code
    return words, None


def _of_pair(first: str, last: str) -> str | None:
    return _MINUTES.get(first) if last == "min" else _PAIRS.get((first, last))


def _of_word(before: tuple[str, ...], last: str) -> str | None:
    if last in _AS_WRITTEN:
        return _AS_WRITTEN[last]
    last = last.lower()
    if last in _SAFE and not _speaks_of(before, _NOT_BEHIND.get(last, frozenset())):
        return _SAFE[last]
    return next((code for meant, code in _BEHIND.get(last, ()) if _speaks_of(before, meant)), None)


def _speaks_of(words: tuple[str, ...], meant: frozenset[str]) -> bool:
    """Whether one of the words, or the end of a Korean one, is among those meant."""
    return any(
        stem(word) in meant or any(not m.isascii() and word.endswith(m) for m in meant) for word in reversed(words)
    )
