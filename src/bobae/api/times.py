"""Times as the interface writes and reads them: RFC 3339, to the nanosecond."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from bobae.core import BadInput, Ints

_NS: dict[Literal["s", "ms", "us", "ns"], int] = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
# in an address a '+' that was not escaped arrives as a space
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[ +-]\d\d:\d\d)")


def rfc3339(time_ns: int | None) -> str | None:
    """A moment (ns UTC) in UTC, with as many places as it has.

    Example:
        >>> rfc3339(1_500_000_000)
        '1970-01-01T00:00:01.500Z'
    """
    return None if time_ns is None else all_rfc3339([time_ns])[0]


def all_rfc3339(times_ns: Sequence[int] | Ints) -> list[str]:
    """Moments (rows,), all with the same number of places."""
    times = np.asarray(times_ns, dtype=np.int64)
    places = next(name for name, size in _NS.items() if not (times % size).any())
    written: list[str] = np.datetime_as_string(times.astype("datetime64[ns]"), unit=places, timezone="UTC").tolist()
    return written


def nanoseconds(written: Any) -> int:
    """The moment that RFC 3339 text means, ns UTC.

    Raises:
        BadInput: it is not RFC 3339 with an offset, or not between 1970 and 2262.
    """
    match = _RFC_3339.fullmatch(str(written))
    try:
        if match is None:
            raise ValueError
        date, clock, fraction, offset = match.groups()
        at = datetime.fromisoformat(f"{date}T{clock}{offset.replace(' ', '+').upper()}")
        time_ns = round(at.timestamp()) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    except ValueError:
        raise BadInput(
            "the time {written!r} is not understood; write it like 2026-03-09T10:14:33+09:00 or 2026-03-09T01:14:33Z",
            written=written,
        ) from None
    if not 0 <= time_ns < 2**63:
        raise BadInput("the time {written} is not between 1970 and 2262", written=written)
    return time_ns


Moment = Annotated[
    int, BeforeValidator(nanoseconds), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
