"""An upgrade: said before, backed up, done, verified; one that fails leaves all as it was."""

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import alembic.script
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from bobae.app.backups import newest_backup
from bobae.app.plant_store import historian_folder
from bobae.app.processes.state import Board, PartState, write_board
from bobae.app.upgrading import upgrade, upgrade_plan
from bobae.cli import main
from bobae.core import Refused, Samples, TagRow
from bobae.historian import open_store
from bobae.registry import catalogue as catalogue_package
from bobae.registry.catalogue import open_catalogue
from bobae.registry.catalogue.schema import schema_of

OLD = "0002"


def of_an_older_bobae(file: Path) -> None:
    """A catalogue as a bobae had it that knew the first two schemas."""
    scripts = alembic.script.ScriptDirectory(Path(catalogue_package.__file__).parent)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for step in reversed(list(scripts.iterate_revisions(OLD, "base"))):
                step.module.upgrade()
                context.stamp(scripts, step.revision)
    engine.dispose()


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "plant.yaml").write_text("plant: busan\n", "utf-8")
    with open_store(historian_folder(folder), write=True, commit_s=0.001) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "a.p")])
        store.writer.append(Samples.of([tag], [5], [1.0])).durable.result(60)
        store.writer.seal()
    of_an_older_bobae(historian_folder(folder) / "catalogue.db")
    return folder


def catalogue(plant: Path) -> Path:
    return historian_folder(plant) / "catalogue.db"


def test_what_would_be_done_is_said_and_nothing_is_changed(plant: Path) -> None:
    before = catalogue(plant).read_bytes()
    plan = upgrade_plan(plant)
    stores = {store.name: store for store in plan.stores}
    assert (stores["historian"].now, stores["historian"].steps) == ("1", ())
    assert (stores["catalogue"].now, stores["catalogue"].newest) == (OLD, schema_of(catalogue(plant)).newest)
    assert len(stores["catalogue"].steps) == int(stores["catalogue"].newest) - int(OLD)
    assert plan.is_needed
    assert plan.bytes > 0 < plan.seconds
    assert catalogue(plant).read_bytes() == before


def test_an_upgrade_is_backed_up_done_and_verified(plant: Path, tmp_path: Path) -> None:
    _, made = upgrade(plant, tmp_path / "b")
    assert made is not None
    assert schema_of(catalogue(made.folder)).now == OLD
    assert schema_of(catalogue(plant)).steps == ()
    with open_catalogue(historian_folder(plant)) as opened:
        assert opened.alarms.page(limit=10) == []
    assert upgrade(plant, tmp_path / "b")[1] is None  # nothing is left to do, and no backup is made for it


def test_an_upgrade_that_fails_is_taken_back(plant: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(catalogue(plant))) as base:
        base.execute("create table alarm_points (mine)")  # where the next schema puts its own
        base.commit()
    with pytest.raises(Refused, match=r"taken back.*All is as it was"):
        upgrade(plant, tmp_path / "b")
    assert schema_of(catalogue(plant)).now == OLD
    with closing(sqlite3.connect(catalogue(plant))) as base:
        assert base.execute("select count(*) from alarm_points").fetchone() == (0,)
        columns = {row[1] for row in base.execute("pragma table_info(alarms)")}
    assert "latching" not in columns
    assert newest_backup(tmp_path / "b") is not None


def test_where_bobae_is_at_work_it_is_to_be_stopped_first(plant: Path, tmp_path: Path) -> None:
    run = historian_folder(plant) / "run"
    run.mkdir()
    write_board(run, Board("r", os.getpid(), 0, time.time_ns(), (PartState("keeper", "active", 0),)))
    assert upgrade_plan(plant).runs
    with pytest.raises(Refused, match="stop it first"):
        upgrade(plant, tmp_path / "b")
    assert newest_backup(tmp_path / "b") is None


def test_a_store_of_a_newer_bobae_is_refused(plant: Path) -> None:
    with closing(sqlite3.connect(catalogue(plant))) as base:
        base.execute("update alembic_version set version_num = '9999'")
        base.commit()
    with pytest.raises(Refused, match="newer bobae"):
        upgrade_plan(plant)


def test_the_command_says_the_plan_and_does_it(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["upgrade", str(plant), "--dry-run", "--lang", "en"])
    assert not left.value.code
    said = capsys.readouterr().out
    assert f"catalogue: from schema {OLD} to " in said
    assert "historian: schema 1 is the newest" in said
    with pytest.raises(SystemExit) as left:
        main(["upgrade", str(plant), "--json"])
    assert not left.value.code
    document = json.loads(capsys.readouterr().out)
    assert document["done"]
    assert Path(document["backup"]).parent == plant.with_name("plant-backups")
