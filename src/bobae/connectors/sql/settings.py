"""What plant.yaml may say about a table of a database."""

import os
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bobae.core import BadInput, Given
from bobae.core.connector import Settings

_KNOWN = (
    "url url_env password_env schema table time order asset name value timezone epoch poll_s look_back_s "
    "requests_per_s timeout_s"
).split()
_EPOCHS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True)
class SqlSettings:
    """Where the table is and what its columns are for.

    Attributes:
        url: of the database, as SQLAlchemy writes it, its password from the environment.
        table: its name.
        time: the column with the time of a row.
        order: the column that grows from row to row, such as a serial number; best one with an index.
        schema: of the table; None: the usual one.
        asset: the column that names the machine; addresses are then machine:column.
        name, value: of a long table, which has a row for each signal: the columns with its name and its value.
        timezone: IANA zone of times that name none; None takes them as UTC.
        epoch_ns: what one count is where the time is a number since 1970.
        poll_s: between two looks for new rows.
        look_back_s: rows that were committed so long after later ones are found too.
        requests_per_s: queries, at most.
        timeout_s: how long one query may take.
    """

    url: URL = field(repr=False)
    table: str
    time: str
    order: str
    schema: str | None = None
    asset: str | None = None
    name: str | None = None
    value: str | None = None
    timezone: ZoneInfo | None = None
    epoch_ns: int = 10**9
    poll_s: float = 2.0
    look_back_s: float = 60.0
    requests_per_s: float = 10.0
    timeout_s: float = 30.0


def checked(settings: Settings) -> SqlSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"url": "sqlite:////data/mes.db", "table": "readings", "time": "at"}).order
        'at'
    """
    given = Given(settings, "sql", _KNOWN)
    time = given.needed("time", "measured_at")
    name, value = given.word("name"), given.word("value")
    if (name is None) != (value is None):
        raise BadInput("a source with the connector sql has one of `name` and `value`; a long table needs both")
    return SqlSettings(
        url=_url(given, settings),
        table=given.needed("table", "readings"),
        time=time,
        order=given.word("order", time) or time,
        schema=given.word("schema"),
        asset=given.word("asset"),
        name=name,
        value=value,
        timezone=_zone(given.word("timezone")),
        epoch_ns=_EPOCHS[given.choice("epoch", list(_EPOCHS), "s")],
        poll_s=given.number("poll_s", 2.0),
        look_back_s=given.number("look_back_s", 60.0),
        requests_per_s=given.number("requests_per_s", 10.0),
        timeout_s=given.number("timeout_s", 30.0),
    )


def _url(given: Given, settings: Settings) -> URL:
    variable = given.word("url_env")
    if (variable is None) == ("url" not in settings):
        raise BadInput("a source with the connector sql needs either `url` or `url_env`")
    if variable is not None and variable not in os.environ:
        raise BadInput("the environment variable {variable!r} that `url_env` names is not set", variable=variable)
    try:
        url = make_url(os.environ[variable] if variable else given.needed("url", "postgresql://reader@mes/plant"))
    except ArgumentError as error:
        raise BadInput(
            "the address of a database is wrong; write it like postgresql://reader@host:5432/name or "
            "sqlite:////folder/file.db"
        ) from error
    if variable is None and url.password is not None:
        raise BadInput("a password does not belong in `url`; name the variable that holds it with `password_env`")
    password = given.secret("password_env")
    url = url if password is None else url.set(password=password)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            "`timezone` of a table is {name!r}, which is no time zone; write it like Asia/Seoul", name=name
        ) from error
