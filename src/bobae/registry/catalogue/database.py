"""One database: its connections, its transactions, its schema, and what went wrong in words."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from bobae.core import BobaeError, Refused, Unreachable

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """Short transactions on SQLite, or on any database that SQLAlchemy speaks with.

    Args:
        url: where it is.
        name: what errors call it.
        wait_s: how long to wait for another program that is writing.
    """

    def __init__(self, url: URL, *, name: str, wait_s: float) -> None:
        self._name = name
        self._wait_s = wait_s
        self._engine = create_engine(url)
        self._writing = self._engine.execution_options(writing=True)
        if url.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", self._set_up)
            event.listen(self._engine, "begin", _begin)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """All that is read inside is from one moment.

        Raises:
            Unreachable, Refused: see `open_catalogue`.
        """
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """All that is written inside is on the disk at the end, or none of it; one writer at a time.

        Raises:
            Unreachable, Refused: see `open_catalogue`.
        """
        with self._told(), self._writing.begin() as connection:
            yield connection

    def upgrade(self) -> None:
        """Bring the tables to the newest schema, whole or not at all.

        Raises:
            Refused: the database has a schema that this bobae does not know.
        """
        scripts = ScriptDirectory(Path(__file__).parent)
        with self.reading() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        with self.writing() as connection:
            context = MigrationContext.configure(connection)
            current = context.get_current_revision()  # another process may have been quicker
            known = {script.revision for script in scripts.walk_revisions()}
            if current is not None and current not in known:
                raise Refused(
                    "{path} was written by a newer bobae (schema {schema}); this one knows schemas up to {newest}:"
                    " install the newer bobae again, or name another data folder",
                    path=self._name,
                    schema=current,
                    newest=scripts.get_current_head(),
                )
            steps = list(scripts.iterate_revisions("head", current or "base"))
            with Operations.context(context):
                for step in reversed(steps):
                    step.module.upgrade()
                    context.stamp(scripts, step.revision)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _set_up(self, connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late for what is read before
        for pragma in (
            f"busy_timeout = {round(self._wait_s * 1000)}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._in_words(error) from error

    def _in_words(self, error: DBAPIError) -> BobaeError:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the low byte; the rest are its variants
        if code in _BUSY or error.connection_invalidated:
            return Unreachable(
                "another program is writing to {path} and did not finish within {seconds} s; try again",
                path=self._name,
                seconds=self._wait_s,
            )
        return Refused("{path} cannot be read or written: {why}", path=self._name, why=error.orig)


def _begin(connection: Connection) -> None:
    # a writer waits for its turn at the start; in the middle SQLite would refuse it
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")
