"""Units of measure as people write them in headers and cells, and their UCUM codes."""

import re

from bobae.core.units import ucum_code

# spellings that core.units does not know; lower case
_SPELLINGS = {
    "Cel": "'c",
    "K": "kelvin",
    "bar": "bar(a)",
    "mbar": "mbar",
    "Pa": "pa pascal",
    "hPa": "hpa",
    "kPa": "kpa",
    "MPa": "mpa",
    "[psi]": "psia",
    "kgf/cm2": "kgf/㎠ kg/㎠",
    "mm[Hg]": "torr",
    "Hz": "hz",
    "kHz": "khz",
    "MHz": "mhz",
    "m": "meter metre",
    "m2": "m² ㎡",
    "mm2": "mm² ㎟",
    "m3": "m3",
    "cm3": "cm³ cc",
    "L": "liter litre ℓ",
    "mL": "ml",
    "L/min": "l/min",
    "L/h": "lph l/hr",
    "mL/min": "ml/min",
    "cm3/min": "sccm cc/min",
    "m3/min": "m³/min cmm ㎥/min",
    "kg/h": "kg/h kg/hr",
    "kg/min": "kg/min",
    "kg/s": "kg/s",
    "t/h": "t/h ton/h ton/hr",
    "mm/s": "mm/sec ㎜/s",
    "m/s": "m/sec",
    "m/min": "m/min mpm",
    "mm/min": "mm/min",
    "mm/s2": "mm/s²",
    "[kn_i]": "knot knots",
    "kg": "kilogram",
    "mg": "㎎",
    "t": "ton tons tonne tco2",
    "N": "newton",
    "kgf": "kgf",
    "N.m": "n.m n-m",
    "kN.m": "knm kn.m kn·m",
    "V": "volt volts",
    "mV": "mv",
    "kV": "kv",
    "A": "amp amps ampere",
    "uA": "ua µa μa",
    "W": "watt watts",
    "kW": "kw",
    "kW.h": "kw.h kw·h kw-h",
    "J": "joule",
    "kJ": "kj",
    "MJ": "mj",
    "kcal": "kcal",
    "MOhm": "mohm mω",
    "dB": "db",
    "dB[SPL]": "dba db(a)",
    "deg": "º",
    "rad": "rad",
    "s": "secs",
    "ms": "msec 밀리초",
    "us": "usec µs μs",
    "h": "hrs hours",
    "{cycle}": "cycle cycles",
    "{count}": "counts",
    "kBy": "kb kib",
    "MiBy": "mib",
    "GiBy": "gib",
    "uS/cm": "us/cm µs/cm μs/cm",
    "lx": "lux",
}
# short ones mean a unit only inside brackets or behind a number: `_A` in a header is as often line A
_EXACT = {
    "C": "Cel", "F": "[degF]", "K": "K", "V": "V", "A": "A", "W": "W", "N": "N", "J": "J", "g": "[g]", "G": "[g]",
    "m": "m", "s": "s", "h": "h", "d": "d", "min": "min", "L": "L", "l": "L", "t": "t", "Nm": "N.m", "nm": "nm",
    "N m": "N.m", "kN m": "kN.m", "MPa": "MPa", "mPa": "mPa", "MW": "MW", "mW": "mW", "mV": "mV", "MV": "MV",
    "mS/cm": "mS/cm", "MJ": "MJ", "mJ": "mJ", "MHz": "MHz", "mHz": "mHz", "gal": "[gal_us]", "in": "[in_i]",
    "kN": "kN", "kn": "[kn_i]", "R": "[degR]", "mA": "mA", "MA": "MA", "mm": "mm", "cm": "cm", "km": "km", "kg": "kg",
}  # fmt: skip
_CODES = {spelling: code for code, spellings in _SPELLINGS.items() for spelling in spellings.split()}
# these mean a unit behind a number or inside brackets, but end names too: 'Phase_A', 'pos_min', 'No. of cycles'
_AMBIGUOUS = set(
    "nm kn ph rad day days count counts cycle cycles 일 분 도 개 'c t us ua va cc deg ° ma min mins minute minutes "
    "hour hours "
    "초 시간 ea pcs degree degrees cnt db hp gee gravity in st mpm cmm lm".split()
)
_BRACKETED = re.compile(r"^(.*?)\s*[\[(（［]\s*([^\[\]（）［］]*?)\s*[\])）］]\s*$")
_BEHIND = re.compile(r"^(.+?)(?:_|\s+in\s+|,\s*|\s*/\s+|\s+)([^\s_,]+)$")
_DURATION = re.compile(r"(?:time|duration|elapsed|delay|wait|submit|start|stop)_(s|h|ms)$", re.IGNORECASE)


def ucum(spelling: str) -> str | None:
    """The UCUM code of a unit as written between brackets or behind a number; None if it is none.

    Example:
        >>> ucum("°C"), ucum("rpm"), ucum("kVarh"), ucum("valve")
        ('Cel', '{rev}/min', 'kV.A.h{reactive}', None)
    """
    spelling = " ".join(spelling.split())
    if code := _EXACT.get(spelling) or _CODES.get(spelling.lower()):
        return code
    code = ucum_code(spelling)
    # letters alone are a UCUM code too easily: P is a poise, st a stere
    return code if code != spelling or code in _SPELLINGS or any(mark in spelling for mark in "/.%[") else None


def bare_name(header: str) -> str:
    """What a column is called after reading, from its header in the file.

    Example:
        >>> bare_name("Usage_kWh"), bare_name("Temp [°C]"), bare_name("fault")
        ('Usage', 'Temp', 'fault')
    """
    return split(header)[0]


def split(header: str) -> tuple[str, str | None]:
    """A header as name and UCUM unit; the header itself and None where it names no unit.

    Example:
        >>> split("Rotational speed [rpm]"), split("flow_L/min"), split("SLURRY_FLOW_LINE_A")
        (('Rotational speed', '{rev}/min'), ('flow', 'L/min'), ('SLURRY_FLOW_LINE_A', None))
    """
    header = " ".join(header.split())
    if bracketed := _BRACKETED.match(header):
        name, inside = bracketed.groups()
        if name and (code := ucum(inside)):
            return name, code
        if name and inside in ("", "-"):
            return name, None
    if duration := _DURATION.search(header):
        return header[: duration.start(1) - 1], ucum(duration[1])
    if behind := _BEHIND.match(header):
        name, last = behind.groups()
        letter = len(last) == 1 and last.isascii() and last.isalpha()
        if not letter and last.lower() not in _AMBIGUOUS and (code := ucum(last)):
            return name, code
    return header, None
