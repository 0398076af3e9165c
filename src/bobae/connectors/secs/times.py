"""The times that equipment writes (SEMI E5 TIME, E148): digits in its own local time, or ISO 8601."""

import datetime as dt
import re
from collections.abc import Sequence

NS = 1_000_000_000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DIGITS = re.compile(r"(\d\d\d\d|\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?")
_ISO = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_QUARTER_S = 900


def moment_ns(written: object, zone: dt.tzinfo) -> int | None:
    """A time as ns UTC; None if it is none. `zone` is that of the equipment's clock, for times that say no zone.

    Example:
        >>> seoul = dt.timezone(dt.timedelta(hours=9))
        >>> moment_ns("2026030421000050", seoul) == moment_ns("2026-03-04T12:00:00.5Z", seoul)
        True
    """
    if not isinstance(written, str):
        return None
    written = written.strip()
    try:
        if found := _ISO.fullmatch(written):
            *fields, fraction, said = found.groups()
            moment = _moment(fields, _zone(said) if said else zone)
            return _ns(moment) + int((fraction or "").ljust(9, "0"))
        if len(written) in (12, 14, 16) and (digits := _DIGITS.fullmatch(written)):
            *fields, hundredths = digits.groups()
            return _ns(_moment(fields, zone)) + int(hundredths or 0) * (NS // 100)
    except (ValueError, OverflowError):
        return None
    return None


def resolution_ns(written: object) -> int:
    """How finely a time is told: by the hundredth, or by the second."""
    if isinstance(written, str) and (found := _ISO.fullmatch(written.strip())) and found[7]:
        return int(NS // 10 ** len(found[7]))
    return NS // 100 if isinstance(written, str) and len(written.strip()) == 16 else NS


def written(moment: dt.datetime) -> str:
    """A time as 16 digits, as E5 has them since 1993."""
    return moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 10_000:02d}"


def worked_out_zone(said: object, now_ns: int) -> dt.tzinfo | None:
    """The zone of a clock that says `said` now: what it differs from UTC, rounded to a quarter of an hour."""
    as_if_utc = moment_ns(said, dt.UTC)
    if as_if_utc is None:
        return None
    quarters = round((as_if_utc - now_ns) / NS / _QUARTER_S)
    off = dt.timedelta(seconds=quarters * _QUARTER_S)
    return dt.timezone(off) if abs(off) <= dt.timedelta(hours=14) else None  # no zone is further away: a wrong clock


def _moment(fields: Sequence[str], zone: dt.tzinfo) -> dt.datetime:
    year, month, day, hour, minute, second = map(int, fields)
    return dt.datetime(year + (2000 if year < 100 else 0), month, day, hour, minute, second, tzinfo=zone)


def _zone(said: str) -> dt.tzinfo:
    if said in "Zz":
        return dt.UTC
    off = dt.timedelta(hours=int(said[1:3]), minutes=int(said[-2:]))
    return dt.timezone(off if said[0] == "+" else -off)


def _ns(moment: dt.datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS + since.microseconds * 1000
