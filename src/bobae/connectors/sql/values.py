"""Cells of a database as samples: times to UTC, NULL as bad, numbers, flags and texts as they are."""

import datetime as dt
import decimal
import math
from typing import Any

from bobae.connectors.sql.settings import SqlSettings
from bobae.core import Gap

Cell = tuple[float, int, str | None]  # value, status, text
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def time_ns(cell: Any, settings: SqlSettings) -> int | None:
    """The time of a row, ns UTC; None where it has none.

    Example:
        >>> import sqlalchemy
        >>> settings = SqlSettings(sqlalchemy.make_url("sqlite://"), "readings", "at", "at")
        >>> time_ns("2026-03-04 12:00:00.5", settings), time_ns(1772625600.25, settings), time_ns("noon", settings)
        (1772625600500000000, 1772625600250000000, None)
    """
    if isinstance(cell, (int, float, decimal.Decimal)) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            return None
        return round(decimal.Decimal(cell) * settings.epoch_ns)  # a float times 1e9 would lose the last digits
    if isinstance(cell, str):
        try:
            cell = dt.datetime.fromisoformat(cell.strip())
        except ValueError:
            return None
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        cell = dt.datetime.combine(cell, dt.time())
    if not isinstance(cell, dt.datetime):
        return None
    zoned = cell if cell.tzinfo is not None else cell.replace(tzinfo=settings.timezone or dt.UTC)
    return (zoned - _EPOCH) // _MICROSECOND * 1000


def as_sample(cell: Any, *, loose: bool) -> Cell:
    """A cell as value, status and text.

    Args:
        cell: as the driver gives it.
        loose: whether a text that is a number is one: a long table keeps all its values in one column.
    """
    if cell is None:
        return math.nan, int(Gap.EMPTY_CELL), None
    if isinstance(cell, (bool, int, float, decimal.Decimal)):
        return float(cell), 0, None
    if isinstance(cell, (dt.datetime, dt.date)):
        whole = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        zoned = whole if whole.tzinfo is not None else whole.replace(tzinfo=dt.UTC)
        return (zoned - _EPOCH).total_seconds(), 0, None
    if isinstance(cell, str):
        return _loose(cell) if loose else (math.nan, 0, cell)
    return math.nan, int(Gap.WRONG_KIND), None


def _loose(cell: str) -> Cell:
    try:
        return float(cell), 0, None
    except ValueError:
        return math.nan, 0, cell
