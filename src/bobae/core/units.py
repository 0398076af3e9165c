"""Units of measure: whether a text is a UCUM code, and which code is meant by what people write.

UCUM (the Unified Code for Units of Measure, https://ucum.org, case-sensitive form) is what OPC UA companion
specifications, FHIR and AAS use. The grammar is read here; the atoms are those that a plant meets.
"""

import difflib
import re

_METRIC = (
    "m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L t bar eV u st B Np G cal dyn erg "
    "P St gf [g] [iU] B[SPL] kat bit By Bd ar m[H2O] m[Hg] eq osm Gal W.h"
).split()
_PLAIN = (
    "% [ppth] [ppm] [ppb] min h d wk mo a deg ' '' gon atm att [psi] [degF] [degR] [in_i] [ft_i] [yd_i] [mi_i] [mil_i] "
    "[nmi_i] [kn_i] [sin_i] [sft_i] [cin_i] [cft_i] [gal_us] [lb_av] [oz_av] [lbf_av] [HP] [Btu] [Btu_IT] [pH] [pi] "
    "10* 10^"
).split()
_PREFIXES = "Y Z E P T G M k h da d c m u n p f a z y Ki Mi Gi Ti".split()
_ATOMS = frozenset(_PLAIN) | frozenset(_METRIC) | frozenset(p + atom for p in _PREFIXES for atom in _METRIC)

_COMMON = (
    "Cel K bar mbar Pa kPa MPa m mm um cm km m/s m/s2 mm/s [g] A mA V mV kV W kW MW kW.h MW.h J kJ V.A kV.A Hz kHz s "
    "ms min h d /min {rev}/min % [ppm] g kg t g/l kg/m3 L L/min L/h m3/h m3 N kN N.m kgf/cm2 [psi] [degF] deg rad lx "
    "dB[SPL] uS/cm mol/L [pH] Ohm kOhm T mT lm {count} 1"
).split()

# what people write, without spaces and case -> the UCUM code
_ALIASES = {
    **dict.fromkeys(("°c", "℃", "degc", "deg_c", "celsius", "deg.c", "섭씨", "ºc", "˚c"), "Cel"),
    **dict.fromkeys(("°f", "℉", "degf", "fahrenheit"), "[degF]"),
    **dict.fromkeys(("rpm", "r/min", "rev/min", "1/min", "min-1", "min^-1", "u/min"), "{rev}/min"),
    **dict.fromkeys(("g-force", "gee", "grms", "g_rms", "gravity"), "[g]"),
    **dict.fromkeys(("percent", "pct", "퍼센트", "％", "%rh", "rh%", "%r.h."), "%"),
    **dict.fromkeys(("m/s^2", "m/s²", "m/s**2", "m/sec2"), "m/s2"),
    **dict.fromkeys(("m³", "m^3", "cbm", "㎥", "m**3"), "m3"),
    **dict.fromkeys(("m³/h", "m^3/h", "㎥/h", "m3/hr", "m³/hr", "cmh"), "m3/h"),
    **dict.fromkeys(("µm", "μm", "micron", "microns", "㎛"), "um"),
    **dict.fromkeys(("lpm", "l/m", "ℓ/min", "liter/min", "litre/min"), "L/min"),
    **dict.fromkeys(("kgf/cm²", "kgf/cm^2", "kg/cm2", "kg/cm²", "kg/cm^2", "㎏f/㎠"), "kgf/cm2"),
    **dict.fromkeys(("ohm", "ω", "ohms"), "Ohm"),
    **dict.fromkeys(("nm", "n·m", "n*m", "newtonmeter"), "N.m"),
    **dict.fromkeys(("°", "degree", "degrees", "도"), "deg"),
    **dict.fromkeys(("hr", "hour", "hours", "시간"), "h"),
    **dict.fromkeys(("sec", "second", "seconds", "초"), "s"),
    **dict.fromkeys(("minute", "minutes", "mins", "분"), "min"),
    **dict.fromkeys(("day", "days", "일"), "d"),
    **dict.fromkeys(("barg", "bar(g)", "bara", "bars"), "bar"),
    **dict.fromkeys(("ea", "pcs", "count", "개", "cnt"), "{count}"),
    "kwh": "kW.h",
    "mwh": "MW.h",
    "wh": "W.h",
    "kva": "kV.A",
    "va": "V.A",
    "kvarh": "kV.A.h{reactive}",
    "kvar": "kV.A{reactive}",
    "ppm": "[ppm]",
    "ppb": "[ppb]",
    "psi": "[psi]",
    "psig": "[psi]",
    "ph": "[pH]",
    "inch": "[in_i]",
    "hp": "[HP]",
    "mmhg": "mm[Hg]",
    "mmh2o": "mm[H2O]",
    "㎜": "mm",
    "㎝": "cm",
    "㎞": "km",
    "㎏": "kg",
    "㎾": "kW",
    "㎸": "kV",
    "㎑": "kHz",
    "㎐": "Hz",
    "㎪": "kPa",
    "㎫": "MPa",
    "kph": "km/h",
    "km/hr": "km/h",
    "cst": "mm2/s",
    "db": "dB",
}
_TOKEN = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|[./()]|[^./(){}\[\]]+")
_POWER = re.compile(r"(.*?)([+-]?\d+)?$")


def is_ucum(code: str) -> bool:
    """Whether `code` is a unit in UCUM's case-sensitive form, e.g. 'Cel', 'kW.h', 'm/s2', '{rev}/min'."""
    if not code or not code.isascii() or " " in code:
        return False
    rest = _expression(_TOKEN.findall(code))
    return rest == []


def ucum_code(written: str) -> str | None:
    """The UCUM code that is meant by `written`: itself if it is one, the code of a common spelling, or None.

    Example:
        >>> ucum_code("℃"), ucum_code("rpm"), ucum_code("kPa"), ucum_code("blah")
        ('Cel', '{rev}/min', 'kPa', None)
    """
    written = written.strip()
    if is_ucum(written):
        return written
    folded = re.sub(r"\s+", "", written).casefold()
    by_case = {code.casefold(): code for code in _COMMON}
    return _ALIASES.get(folded) or by_case.get(folded)


def nearest_unit(written: str) -> str:
    """The UCUM code most like `written`, for an error to offer; common codes where nothing is alike."""
    if code := ucum_code(written):
        return code
    known = {**_ALIASES, **{code.casefold(): code for code in _COMMON}}
    close = difflib.get_close_matches(written.casefold(), known, n=3, cutoff=0.6)
    return ", ".join(dict.fromkeys(known[c] for c in close)) or "Cel, bar, kPa, mm/s, A, kW, %"


def _expression(tokens: list[str]) -> list[str] | None:
    """What is left of `tokens` after one expression, up to a ')' or the end; None where it breaks the grammar."""
    rest: list[str] | None = tokens[1:] if tokens[:1] == ["/"] else tokens
    rest = _component(rest or [])
    while rest and rest[0] in "./":
        rest = _component(rest[1:])
    return rest


def _component(tokens: list[str]) -> list[str] | None:
    if not tokens:
        return None
    if tokens[0] == "(":
        rest = _expression(tokens[1:])
        return rest[1:] if rest and rest[0] == ")" else None
    unit = 0
    while unit < len(tokens) and tokens[unit][0] not in "./(){":
        unit += 1
    if unit and not _simple("".join(tokens[:unit])):
        return None
    annotated = unit < len(tokens) and tokens[unit][0] == "{"
    return tokens[unit + annotated :] if unit or annotated else None


def _simple(unit: str) -> bool:
    if unit.isdigit() or unit in _ATOMS:
        return True
    match = _POWER.match(unit)
    return bool(match and match[1] in _ATOMS)
