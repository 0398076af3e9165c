"""Units of measure as people write them in headers and cells, and their UCUM codes."""

import re

_SPELLINGS = {
    "Cel": "°c ℃ degc deg_c deg.c celsius °celsius ºc ˚c 'c 도",
    "[degF]": "°f ℉ degf deg_f fahrenheit",
    "K": "kelvin degk",
    "bar": "bar barg bara bar(g) bar(a)",
    "mbar": "mbar",
    "Pa": "pa pascal",
    "hPa": "hpa",
    "kPa": "kpa",
    "MPa": "mpa",
    "[psi]": "psi psig psia",
    "kgf/cm2": "kgf/cm2 kgf/cm² kgf/㎠ kg/cm2 kg/cm² kg/㎠",
    "mm[Hg]": "mmhg torr",
    "{rpm}": "rpm r/min rev/min min-1 1/min",
    "Hz": "hz",
    "kHz": "khz",
    "MHz": "mhz",
    "GHz": "ghz",
    "mm": "mm ㎜",
    "cm": "cm ㎝",
    "um": "um µm μm ㎛ micron",
    "nm": "nm",
    "km": "km ㎞",
    "m": "meter metre",
    "[in_i]": "inch",
    "m2": "m2 m² ㎡",
    "mm2": "mm2 mm² ㎟",
    "m3": "m3 m³ ㎥",
    "cm3": "cm3 cm³ cc",
    "L": "liter litre ℓ",
    "mL": "ml",
    "L/min": "l/min lpm ℓ/min",
    "L/h": "l/h lph",
    "mL/min": "ml/min",
    "cm3/min": "sccm cc/min",
    "m3/h": "m3/h m³/h cmh m3/hr ㎥/h",
    "m3/min": "m3/min m³/min cmm ㎥/min",
    "kg/h": "kg/h kg/hr",
    "kg/min": "kg/min",
    "kg/s": "kg/s",
    "t/h": "t/h ton/h ton/hr",
    "mm/s": "mm/s mm/sec ㎜/s",
    "m/s": "m/s m/sec",
    "m/min": "m/min mpm",
    "mm/min": "mm/min",
    "mm/s2": "mm/s2 mm/s²",
    "m/s2": "m/s2 m/s²",
    "km/h": "km/h kph",
    "[kn_i]": "knot knots",
    "[g]": "g_rms grms",
    "kg": "kg ㎏ kilogram",
    "mg": "mg ㎎",
    "t": "ton tons tonne tco2",
    "N": "newton",
    "kN": "kn",
    "kgf": "kgf",
    "N.m": "nm_torque n·m n.m n-m n*m",
    "kN.m": "knm kn.m kn·m",
    "V": "volt volts",
    "mV": "mv",
    "kV": "kv",
    "A": "amp amps ampere",
    "mA": "ma",
    "uA": "ua µa μa",
    "W": "watt watts",
    "kW": "kw",
    "MW": "megawatt",
    "kV.A": "kva",
    "V.A": "va",
    "kV.A{reactive}": "kvar",
    "kV.A.h{reactive}": "kvarh",
    "kW.h": "kwh kw.h kw·h kw-h",
    "MW.h": "mwh",
    "W.h": "wh",
    "J": "joule",
    "kJ": "kj",
    "MJ": "mj",
    "kcal": "kcal",
    "Ohm": "ohm Ω ω",
    "MOhm": "mohm mω",
    "%": "% pct percent ％",
    "%{RH}": "%rh rh%",
    "[ppm]": "ppm",
    "[ppb]": "ppb",
    "dB": "db",
    "dB[SPL]": "dba db(a)",
    "deg": "deg degree degrees ° º",
    "rad": "rad",
    "s": "sec secs second seconds 초",
    "ms": "ms msec 밀리초",
    "us": "us µs μs usec",
    "min": "mins minute minutes 분",
    "h": "hr hrs hour hours 시간",
    "d": "day days 일",
    "{cycle}": "cycle cycles",
    "{count}": "ea pcs 개 count counts",
    "kBy": "kb kib",
    "MiBy": "mib",
    "GiBy": "gib",
    "uS/cm": "us/cm µs/cm μs/cm",
    "mS/cm": "ms/cm",
    "[pH]": "ph",
    "lx": "lux lx",
}
# short ones mean a unit only inside brackets or behind a number: `_A` in a header is as often line A
_EXACT = {
    "C": "Cel", "F": "[degF]", "K": "K", "V": "V", "A": "A", "W": "W", "N": "N", "J": "J", "g": "[g]", "G": "[g]",
    "m": "m", "s": "s", "h": "h", "d": "d", "min": "min", "L": "L", "l": "L", "t": "t", "Nm": "N.m", "nm": "nm",
    "N m": "N.m", "kN m": "kN.m", "MPa": "MPa", "mPa": "mPa", "MW": "MW", "mW": "mW", "mV": "mV", "MV": "MV",
    "mS/cm": "mS/cm", "MJ": "MJ", "mJ": "mJ", "MHz": "MHz", "mHz": "mHz", "gal": "[gal_us]", "in": "[in_i]",
    "kN": "kN", "kn": "[kn_i]", "R": "[degR]", "M": "{M}", "mA": "mA", "MA": "MA", "Mm": "Mm", "mm": "mm",
}  # fmt: skip
_CODES = {spelling: code for code, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_AMBIGUOUS = {
    "nm",
    "kn",
    "ph",
    "rad",
    "day",
    "days",
    "count",
    "counts",
    "cycle",
    "cycles",
    "일",
    "분",
    "도",
    "개",
    "'c",
}
_AMBIGUOUS |= {"t", "us", "ua", "va", "cc", "deg", "°", "ma", "min", "초", "시간", "ea", "pcs", "degree"}
_BRACKETED = re.compile(r"^(.*?)\s*[\[(（［]\s*([^\[\]（）［］]*?)\s*[\])）］]\s*$")
_BEHIND = re.compile(r"^(.+?)(?:_|\s+in\s+|,\s*|\s*/\s+|\s+)([^\s_,]+)$")
_DURATION = re.compile(r"(?:time|duration|elapsed|delay|wait|submit|start|stop)_(s|h|ms)$", re.IGNORECASE)


def ucum(spelling: str) -> str | None:
    """The UCUM code of a unit as written between brackets or behind a number; None if it is none.

    Example:
        >>> ucum("°C"), ucum("rpm"), ucum("kVarh"), ucum("valve")
        ('Cel', '{rpm}', 'kV.A.h{reactive}', None)
    """
    spelling = " ".join(spelling.split())
    if spelling in _EXACT:
        return _EXACT[spelling]
    return _CODES.get(spelling.lower())


def split(header: str) -> tuple[str, str | None]:
    """A header as name and UCUM unit; the header itself and None where it names no unit.

    Example:
        >>> split("Rotational speed [rpm]"), split("flow_L/min"), split("SLURRY_FLOW_LINE_A")
        (('Rotational speed', '{rpm}'), ('flow', 'L/min'), ('SLURRY_FLOW_LINE_A', None))
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
        if last.lower() not in _AMBIGUOUS and (code := _CODES.get(last.lower())):
            return name, code
    return header, None
