"""The plant's own time: the zone that moments are told in, set once for a run."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bobae.core.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np

    from bobae.core.dataset import Ints
else:
    np = LazyModule("numpy")

_HOUR_NS = 3600 * 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_zone: ContextVar[tzinfo] = ContextVar("bobae_zone", default=UTC)


@contextlib.contextmanager
def telling_time_of(timezone: str | None) -> Iterator[None]:
    """Tell every moment inside the block in that IANA zone; without one in UTC."""
    token = _zone.set(ZoneInfo(timezone) if timezone else UTC)
    try:
        yield
    finally:
        _zone.reset(token)


def local_time(time_ns: int) -> datetime:
    """A moment (ns UTC) as the clock on the plant's wall shows it.

    Example:
        >>> with telling_time_of("Asia/Seoul"):
        ...     print(local_time(0))
        1970-01-01 09:00:00+09:00
    """
    return (_EPOCH + timedelta(microseconds=time_ns // 1000)).astimezone(_zone.get())


def local_ns(time_ns: "Ints", timezone: str) -> "Ints":
    """Moments (ns UTC) as the wall clocks of that IANA zone show them, counted as if they were UTC; both (rows,)."""
    zone = ZoneInfo(timezone)
    hours, where = np.unique(time_ns // _HOUR_NS, return_inverse=True)
    ahead = [_offset_ns(int(hour), zone) for hour in hours]
    return np.asarray(time_ns + np.array(ahead, dtype=np.int64)[where])


def _offset_ns(hour: int, zone: ZoneInfo) -> int:
    offset = (_EPOCH + timedelta(hours=hour)).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) * 1_000_000_000
