"""Registers into values: where each value stands in the bytes that were read is worked out once, then all at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bobae.connectors.modbus.address import NUMBERS, Place
from bobae.core import Bools, Floats, Statuses, Texts

NOT_AVAILABLE = 0x808D_0000  # BadOutOfService: the device says that it has no value
NOT_DECODABLE = 0x8007_0000  # BadDecodingError: registers that cannot be what the address says

Bytes = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Numbers:
    """The numbers of one type: which values they are, and where their bytes stand, the highest first (n, bytes)."""

    type: str
    at: Indices
    bytes_at: Indices
    na: npt.NDArray[np.uint64]
    has_na: Bools


class Layout:
    """The values in an image: what several reads brought, one after the other.

    Args:
        places: of the values.
        starts: where in the image the block of each begins, and its first number.

    Example:
        >>> from bobae.connectors.modbus.address import parsed
        >>> layout = Layout([parsed("1/holding/7?type=int16&scale=0.1")], [(0, 6)])
        >>> layout.values(bytes([0, 0, 0, 213]))[0].tolist()
        [21.3]
    """

    def __init__(self, places: Sequence[Place], starts: Sequence[tuple[int, int]]) -> None:
        where = list(zip(places, starts, strict=True))
        self._rows = len(places)
        self._groups = [_numbers(kind, where) for kind in NUMBERS if any(_is_number(p, kind) for p in places)]
        flags = [(i, *_bit_at(place, *start)) for i, (place, start) in enumerate(where) if place.kind == "flag"]
        self._flags: Indices = np.array(flags, dtype=np.int64).reshape(-1, 3)
        self.texts_at = [i for i, place in enumerate(places) if place.kind == "text"]
        self._texts = [_reading(*where[i]) for i in self.texts_at]
        scales = [Fraction(str(place.scale)) for place in places]
        # 213 / 10 is 21.3 and 213 * 0.1 is not
        self._times = np.array([float(scale.numerator) for scale in scales])
        self._over = np.array([float(scale.denominator) for scale in scales])
        self._plus = np.array([place.offset for place in places])
        self._scaled = any(place.scale != 1 or place.offset for place in places)

    def values(self, image: bytes) -> tuple[Floats, Statuses]:
        """Value (NaN where there is none) and status of each place."""
        read: Bytes = np.frombuffer(image, dtype=np.uint8)
        value = np.full(self._rows, np.nan)
        status = np.zeros(self._rows, dtype=np.uint32)
        with np.errstate(invalid="ignore"):  # a float that is no number is no fault of ours
            for group in self._groups:
                value[group.at], status[group.at] = _decoded(group, read)
        if self._scaled:
            value = value * self._times / self._over + self._plus
        if len(self._flags):
            at, byte, bit = self._flags.T
            value[at] = (read[byte] >> bit.astype(np.uint8)) & 1
        return value, status

    def texts(self, image: bytes) -> Texts:
        """The text of each of `texts_at`; None where the bytes are none in its encoding."""
        texts: Texts = np.full(len(self._texts), None, dtype=object)
        texts[:] = [read(image) for read in self._texts]
        return texts


def _is_number(place: Place, kind: str) -> bool:
    return place.type == kind and place.kind == "number"


def _numbers(kind: str, where: Sequence[tuple[Place, tuple[int, int]]]) -> _Numbers:
    chosen = [(i, place, start) for i, (place, start) in enumerate(where) if _is_number(place, kind)]
    nas = [place.na for _, place, _ in chosen]
    return _Numbers(
        kind,
        np.array([i for i, _, _ in chosen], dtype=np.int64),
        np.array([_bytes_at(place, *start) for _, place, start in chosen], dtype=np.int64),
        np.array([na or 0 for na in nas], dtype=np.uint64),
        np.array([na is not None for na in nas]),
    )


def _bytes_at(place: Place, image_at: int, first: int) -> list[int]:
    """Where the bytes of a place stand in the image, in the order of 'abcd'."""
    registers = [image_at + 2 * (place.number - first + i) for i in range(place.count)]
    if place.order in ("cdab", "dcba"):
        registers.reverse()
    high, low = (1, 0) if place.order in ("badc", "dcba") else (0, 1)
    return [at for register in registers for at in (register + high, register + low)]


def _bit_at(place: Place, image_at: int, first: int) -> tuple[int, int]:
    """In which byte of the image a flag stands, and at which bit of it."""
    if place.bit is not None:
        high, low = _bytes_at(place, image_at, first)
        return (high, place.bit - 8) if place.bit >= 8 else (low, place.bit)
    return image_at + (place.number - first) // 8, (place.number - first) % 8


def _reading(place: Place, start: tuple[int, int]) -> Callable[[bytes], str | None]:
    at = _bytes_at(place, *start)[: place.length]

    def read(image: bytes) -> str | None:
        held = bytes(image[i] for i in at).partition(b"\0")[0]
        try:
            return held.decode(place.encoding).rstrip()
        except UnicodeDecodeError:
            return None

    return read


def _decoded(group: _Numbers, read: Bytes) -> tuple[Floats, Statuses]:
    laid_out = np.ascontiguousarray(read[group.bytes_at])
    held = NUMBERS[group.type][1]
    raw = laid_out.view(f">{held}")[:, 0]
    if group.type.startswith("bcd"):
        value, wrong = _bcd(raw.astype(np.uint64), digits=4 * NUMBERS[group.type][0])
    else:
        value, wrong = raw.astype(np.float64), None
    status = np.zeros(len(value), dtype=np.uint32)
    if wrong is not None:
        status[wrong] = NOT_DECODABLE
    if held.startswith("f"):
        status[~np.isfinite(value)] = NOT_AVAILABLE
    if group.has_na.any():
        bits = laid_out.view(f">u{held[1:]}")[:, 0].astype(np.uint64)
        status[group.has_na & (bits == group.na)] = NOT_AVAILABLE
    value[status != 0] = np.nan
    return value, status


def _bcd(raw: npt.NDArray[np.uint64], *, digits: int) -> tuple[Floats, Bools]:
    """Decimal digits of four bits each, and which numbers have one that is none."""
    shifts = np.arange(digits, dtype=np.uint64) * np.uint64(4)
    each = (raw[:, None] >> shifts) & np.uint64(15)
    value: Floats = each.astype(np.float64) @ 10.0 ** np.arange(digits)
    wrong: Bools = np.asarray((each > 9).any(axis=1))
    return value, wrong
