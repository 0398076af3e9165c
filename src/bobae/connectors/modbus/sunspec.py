"""Named values of a SunSpec device: its common model and its meter models, found by the marker in its registers.

Layouts are those of the SunSpec models 1, 201 - 204 and 211 - 214 (github.com/sunspec/models).
"""

import struct
from collections.abc import Awaitable, Callable

from bobae.connectors.modbus.address import Place, written
from bobae.core import Offered

MARKER, BASES = b"SunS", (40000, 50000, 0)
_LAST, _MOST_MODELS = 0xFFFF, 30
_COMMON = (("Mn", 2, 16), ("Md", 18, 16), ("Opt", 34, 8), ("Vr", 42, 8), ("SN", 50, 16))  # name, register, registers
_INTEGER_METERS, _FLOAT_METERS = (201, 202, 203, 204), (211, 212, 213, 214)
_PHASES = ("", "phA", "phB", "phC")
_ENERGY = tuple(f"TotWh{way}{phase}" for way in ("Exp", "Imp") for phase in ("", "PhA", "PhB", "PhC"))
# names, unit, first register, registers of each, register of the scale factor; as the integer models have them
_METER: tuple[tuple[tuple[str, ...], str, int, int, int], ...] = (
    (tuple(f"A{phase}" for phase in _PHASES), "A", 2, 1, 6),
    (("PhV", "PhVphA", "PhVphB", "PhVphC", "PPV", "PPVphAB", "PPVphBC", "PPVphCA"), "V", 7, 1, 15),
    (("Hz",), "Hz", 16, 1, 17),
    (tuple(f"W{phase}" for phase in _PHASES), "W", 18, 1, 22),
    (tuple(f"VA{phase}" for phase in _PHASES), "V.A", 23, 1, 27),
    (tuple(f"VAR{phase}" for phase in _PHASES), "V.A", 28, 1, 32),
    (tuple(f"PF{phase}" for phase in _PHASES), "%", 33, 1, 37),
    (_ENERGY, "W.h", 38, 2, 54),
)
_NO_NUMBER, _NO_FACTOR = 0x8000, -0x8000

Read = Callable[[int, int], Awaitable[bytes | None]]


async def named(unit: int, read: Read) -> list[Offered]:
    """What a SunSpec device has; nothing where it is none.

    Args:
        unit: its number.
        read: reads so many holding registers from a number on; None where it has none.
    """
    for base in BASES:
        if await read(base, 2) == MARKER:
            return await _models(unit, base + 2, read)
    return []


async def _models(unit: int, at: int, read: Read) -> list[Offered]:
    found: list[Offered] = []
    for _ in range(_MOST_MODELS):
        head = await read(at, 2)
        model, length = struct.unpack(">HH", head) if head else (_LAST, 0)
        if model == _LAST:
            break
        if model == 1:
            found += [_text(unit, name, at + first, count) for name, first, count in _COMMON]
        elif model in _INTEGER_METERS:
            found += await _integers(unit, model, at, read)
        elif model in _FLOAT_METERS:
            found += _floats(unit, model, at)
        at += 2 + length
    return found


def _text(unit: int, name: str, at: int, count: int) -> Offered:
    place = Place(unit, "holding", at, "string", length=2 * count, encoding="utf-8")
    return Offered(written(place), f"{unit}/common/{name}", "text")


async def _integers(unit: int, model: int, at: int, read: Read) -> list[Offered]:
    """Numbers scaled by a power of ten that the device itself keeps; it does not change."""
    found = []
    for names, ucum, first, size, factor_at in _METER:
        factor = await read(at + factor_at, 1)
        (power,) = struct.unpack(">h", factor) if factor else (_NO_FACTOR,)
        if not -10 <= power <= 10:
            continue
        for i, name in enumerate(names):
            shape = ("int16", _NO_NUMBER) if size == 1 else ("uint32", None)
            place = Place(unit, "holding", at + first + i * size, shape[0], scale=float(f"1e{power}"), na=shape[1])
            found.append(Offered(written(place), f"{unit}/meter{model}/{name}", "number", ucum))
    return found


def _floats(unit: int, model: int, at: int) -> list[Offered]:
    names = [(name, ucum) for names, ucum, *_ in _METER for name in names]
    return [
        Offered(
            written(Place(unit, "holding", at + 2 + 2 * i, "float32")),
            f"{unit}/meter{model}/{name}",
            "number",
            None if name.startswith("PF") else ucum,
        )
        for i, (name, ucum) in enumerate(names)
    ]
