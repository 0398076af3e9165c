"""The plant's own time: the zone that moments are told in, set once for a run."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

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
