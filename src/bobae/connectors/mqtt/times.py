"""Times as machines write them into a payload, as ns UTC."""

import re
from datetime import datetime
from typing import Any

import numpy as np

from bobae.core import Ints

UNITS_NS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_FRACTION = re.compile(r"\.(\d+)")
_LATEST = 2**63 - 1


def ns_of(written: Any, unit: str) -> int:
    """One time: a number counted from 1970 in `unit`, or a text as RFC 3339 has it.

    Raises:
        ValueError: it is neither, or no time that a clock shows.

    Example:
        >>> ns_of("2026-03-04T21:00:00.000000001+09:00", "ms"), ns_of(1772625600000, "ms")
        (1772625600000000001, 1772625600000000000)
    """
    if isinstance(written, str):
        return _rfc3339(written)
    if isinstance(written, bool) or not isinstance(written, (int, float)):
        raise ValueError(written)
    scale = UNITS_NS[unit]
    try:
        ns = written * scale if isinstance(written, int) else round(written * scale)
    except OverflowError as error:
        raise ValueError(written) from error
    if not 0 < ns <= _LATEST:
        raise ValueError(written)
    return ns


def all_ns(written: list[Any], unit: str) -> Ints:
    """Many times (rows,).

    Raises:
        ValueError: one of them is none.
    """
    scale = UNITS_NS[unit]
    if set(map(type, written)) == {int} and min(written) > 0 and max(written) * scale <= _LATEST:
        return np.array(written, dtype=np.int64) * scale
    return np.array([ns_of(one, unit) for one in written], dtype=np.int64)


def _rfc3339(written: str) -> int:
    fraction = _FRACTION.search(written)
    whole = written if fraction is None else written[: fraction.start()] + written[fraction.end() :]
    at = datetime.fromisoformat(whole)
    if at.tzinfo is None:
        raise ValueError(written)  # which zone it means is not said
    ns = 0 if fraction is None else int(fraction[1][:9].ljust(9, "0"))
    return round(at.timestamp()) * 1_000_000_000 + ns
