"""Units as OPC UA servers say them: UNECE common codes and display names, as UCUM."""

from asyncua import ua

from bobae.core import ucum_code

# UNECE recommendation 20 common code -> UCUM; OPC UA writes the code's characters as one number (Part 8, 5.6.3.3)
_UNECE = {
    "CEL": "Cel",
    "FAH": "[degF]",
    "KEL": "K",
    "BAR": "bar",
    "MBR": "mbar",
    "PAL": "Pa",
    "KPA": "kPa",
    "MPA": "MPa",
    "PS": "[psi]",
    "MTR": "m",
    "MMT": "mm",
    "CMT": "cm",
    "4H": "um",
    "KMT": "km",
    "INH": "[in_i]",
    "MTS": "m/s",
    "C16": "mm/s",
    "KMH": "km/h",
    "MSK": "m/s2",
    "AMP": "A",
    "4K": "mA",
    "VLT": "V",
    "2Z": "mV",
    "KVT": "kV",
    "OHM": "Ohm",
    "B49": "kOhm",
    "WTT": "W",
    "KWT": "kW",
    "MAW": "MW",
    "WHR": "W.h",
    "KWH": "kW.h",
    "MWH": "MW.h",
    "JOU": "J",
    "KJO": "kJ",
    "D46": "V.A",
    "KVA": "kV.A",
    "HTZ": "Hz",
    "KHZ": "kHz",
    "RPM": "{rev}/min",
    "SEC": "s",
    "C26": "ms",
    "MIN": "min",
    "HUR": "h",
    "DAY": "d",
    "P1": "%",
    "59": "[ppm]",
    "GRM": "g",
    "KGM": "kg",
    "TNE": "t",
    "LTR": "L",
    "MTQ": "m3",
    "L2": "L/min",
    "MQH": "m3/h",
    "KMQ": "kg/m3",
    "NEW": "N",
    "B47": "kN",
    "NU": "N.m",
    "DD": "deg",
    "C81": "rad",
    "LUX": "lx",
    "D33": "T",
    "C62": "1",
}


def ucum_of(unit: ua.EUInformation) -> str | None:
    """The UCUM code of an engineering unit; None where neither its code nor its name says one."""
    number = max(unit.UnitId, 0)
    code = number.to_bytes(4, "big").lstrip(b"\0").decode("latin-1")
    return _UNECE.get(code) or ucum_code(unit.DisplayName.Text or "")
