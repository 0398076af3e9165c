"""One connection to the database: read only, its answers in time, its errors told for what they mean."""

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import sqlalchemy as sql
from sqlalchemy import exc

from bobae.connectors.sql.settings import SqlSettings
from bobae.core import Missing, Refused, Unreachable

_LOGIN = ("28", "3D", "42501")  # SQLSTATE classes: wrong login, no such database; a right that is not given
_CHANGED = ("42P01", "42703")  # no such table, no such column
# what libpq says of a login comes without a code
_REFUSALS = ("authentication failed", "pg_hba.conf", "role ", "no password supplied", 'database "')


def engine_of(settings: SqlSettings) -> sql.Engine:
    """The engine; nothing is opened yet.

    Raises:
        Missing: the driver is not installed.
    """
    kind, arguments = settings.url.get_backend_name(), {}
    url = settings.url
    if kind == "postgresql":
        arguments = _of_postgresql(settings.timeout_s)
    elif kind == "sqlite" and url.database and not url.database.startswith("file:"):
        url = url.set(database=f"file:{quote(url.database)}", query={"mode": "ro", "uri": "true"})
        arguments = {"timeout": settings.timeout_s}
    try:
        return sql.create_engine(url, poolclass=sql.NullPool, connect_args=arguments)
    except (ModuleNotFoundError, exc.NoSuchModuleError) as error:
        raise Missing(
            "the driver of {driver} is not installed ({why}); try: pip install 'bobae[sql]'",
            driver=settings.url.drivername,
            why=error,
        ) from error


@contextlib.contextmanager
def told(settings: SqlSettings) -> Iterator[None]:
    """What the database answers wrongly, as errors of ours.

    Raises:
        Unreachable: it does not answer, or the table has changed: connect anew.
        Refused: it does not let bobae in or read.
    """
    where = place(settings)
    try:
        yield
    except exc.DBAPIError as error:
        code = getattr(error.orig, "sqlstate", None) or ""
        why = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        if code.startswith(_LOGIN) or (not code and any(sign in why for sign in _REFUSALS)):
            raise Refused("{where} does not let bobae read ({why}); check the login", where=where, why=why) from error
        if code in _CHANGED:
            raise Unreachable("{where} has changed ({why})", where=where, why=why) from error
        raise Unreachable("{where} does not answer ({why})", where=where, why=why) from error
    except exc.SQLAlchemyError as error:
        raise Unreachable("{where} does not answer ({why})", where=where, why=error) from error


def place(settings: SqlSettings) -> str:
    """The database as a person would write it, without its password."""
    return settings.url.set(drivername=settings.url.get_backend_name()).render_as_string(hide_password=True)


def _of_postgresql(timeout_s: float) -> dict[str, Any]:
    seconds, ms = max(1, round(timeout_s)), round(timeout_s * 1000)
    return {
        "application_name": "bobae",
        "connect_timeout": max(2, seconds),
        "options": f"-c default_transaction_read_only=on -c statement_timeout={ms}",
        # a network that swallows everything ends a waiting query too
        "keepalives_idle": seconds,
        "keepalives_interval": seconds,
        "keepalives_count": 2,
        "tcp_user_timeout": 2 * ms,
    }
