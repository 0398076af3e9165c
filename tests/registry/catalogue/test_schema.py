"""The catalogue's file: made whole, brought up to date, refused where it cannot be understood."""

import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from bobae.core import Refused, Unreachable, speaking
from bobae.registry.catalogue import open_catalogue
from bobae.registry.catalogue.tables import METADATA


@pytest.fixture
def file(tmp_path: Path) -> Path:
    open_catalogue(tmp_path).close()
    return tmp_path / "catalogue.db"


def test_the_steps_lead_to_the_tables_that_are_used(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_many_may_open_a_new_catalogue_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_catalogue(tmp_path), range(8)))
    for one in opened:
        assert one.alarms.revision() == 0
        one.close()


def test_what_was_written_is_forced_to_the_disk(tmp_path: Path) -> None:
    with open_catalogue(tmp_path) as catalogue, catalogue._database.reading() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1]


def test_a_catalogue_of_a_newer_bobae_is_refused_in_words(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(Refused, match="newer bobae") as refused:
        open_catalogue(file.parent)
    assert "9999" in str(refused.value)
    with speaking("ko"):
        assert "새로운 bobae" in str(refused.value)
    assert file.read_bytes() == before


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_bytes(b"time,pressure\n" * 100)
    with pytest.raises(Refused, match="cannot be read or written"):
        open_catalogue(tmp_path)


def test_a_writer_that_does_not_end_is_told_as_unreachable(file: Path) -> None:
    with (
        open_catalogue(file.parent, wait_s=0.05) as catalogue,
        contextlib.closing(sqlite3.connect(file)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert catalogue.alarms.page(limit=1) == []
        with pytest.raises(Unreachable, match="try again"), catalogue._database.writing():
            pass
