"""An upgrade of what a plant keeps to what this bobae wants: said first, backed up, done, verified, or taken back."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bobae.app.backups import Backup, backup
from bobae.app.last_board import standing
from bobae.app.plant_store import checked_plant, historian_folder
from bobae.core import BobaeError, Refused, Text, text
from bobae.historian.checking import examined
from bobae.historian.database import FILE as HISTORIAN
from bobae.historian.database import VERSION
from bobae.registry.catalogue import open_catalogue
from bobae.registry.catalogue.schema import schema_of

CATALOGUE = "catalogue.db"
_BYTES_A_SECOND = 50_000_000  # copied, forced to the disk and read again, on a slow disk
_STEP_S = 1.0


@dataclass(frozen=True)
class StorePlan:
    """What is to be done to one store.

    Attributes:
        name: 'catalogue' or 'historian'.
        now: its schema; None: it is not there yet.
        newest: that of this bobae.
        steps: what each step brings; none: nothing is to be done.
    """

    name: str
    now: str | None
    newest: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class UpgradePlan:
    """What an upgrade would do.

    Attributes:
        stores: each of them.
        bytes: that the backup before it copies.
        free_bytes: on the disk of the plant.
        seconds: about how long it takes, the backup included.
        runs: whether bobae is at work there: it is to be stopped before.
    """

    stores: tuple[StorePlan, ...]
    bytes: int
    free_bytes: int
    seconds: float
    runs: bool

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return any(store.steps for store in self.stores)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"needed": self.is_needed, "stores": [asdict(store) for store in self.stores]}


def upgrade_plan(plant: Path) -> UpgradePlan:
    """What an upgrade of the plant folder would do; nothing is changed.

    Raises:
        BadInput: there is no plant file.
        Refused: a store was written by a newer bobae, or is damaged.
    """
    root = historian_folder(checked_plant(plant))
    try:
        stores = (_historian(root / HISTORIAN), _catalogue(root / CATALOGUE))
    except sqlite3.Error as error:
        raise Refused(
            "{folder} cannot be read ({why}); run bobae doctor {plant}", folder=root, why=error, plant=plant
        ) from error
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    steps = sum(len(store.steps) for store in stores)
    board = standing(plant)
    runs = board is not None and any(part.state != "stopped" for part in board.parts)
    return UpgradePlan(stores, size, shutil.disk_usage(plant).free, _STEP_S * steps + 2 * size / _BYTES_A_SECOND, runs)


def upgrade(plant: Path, backups: Path) -> tuple[UpgradePlan, Backup | None]:
    """Upgrade what is kept in a plant folder; on any failure all is as it was.

    Args:
        plant: bobae must not be at work there.
        backups: where the backup before it goes.

    Returns:
        What was to be done, and the backup; None where nothing was.

    Raises:
        Refused: bobae is at work there, or the upgrade failed and was taken back.
    """
    plan = upgrade_plan(plant)
    if not plan.is_needed:
        return plan, None
    if plan.runs:
        raise Refused("bobae is at work in {folder}: stop it first, then upgrade", folder=plant)
    made = backup(plant, backups)
    root = historian_folder(plant)
    try:
        open_catalogue(root).close()
        _verify(root)
    except BobaeError as error:
        _take_back(made, root)
        raise Refused(
            "the upgrade failed and was taken back: {why}. All is as it was; the backup is {backup}",
            why=error.text,
            backup=made.folder,
        ) from error
    return plan, made


def _historian(path: Path) -> StorePlan:
    if not path.is_file():
        return StorePlan("historian", None, str(VERSION))
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as base:
        now = int(base.execute("pragma user_version").fetchone()[0])
    if now > VERSION:
        raise _newer(path, str(now), str(VERSION))
    return StorePlan("historian", str(now), str(VERSION))


def _catalogue(path: Path) -> StorePlan:
    schema = schema_of(path)
    if not schema.known:
        raise _newer(path, str(schema.now), schema.newest)
    return StorePlan("catalogue", schema.now, schema.newest, schema.steps)


def _newer(path: Path, now: str, newest: str) -> Refused:
    return Refused(
        "{path} was written by a newer bobae (schema {schema}); this one knows schemas up to {newest}:"
        " install the newer bobae again, or name another data folder",
        path=path,
        schema=now,
        newest=newest,
    )


def _verify(root: Path) -> None:
    schema = schema_of(root / CATALOGUE)
    if schema.now != schema.newest:
        raise Refused("the catalogue has schema {now}, not {newest}", now=schema.now, newest=schema.newest)
    if (root / HISTORIAN).is_file():
        bad: list[Text] = [found.said for found in examined(root) if found.level == "bad"]
        if bad:
            raise Refused("{why}", why=bad[0])


def _take_back(made: Backup, root: Path) -> None:
    """Put the databases back as the backup has them; samples are in files that no upgrade touches."""
    for name in (CATALOGUE, HISTORIAN):
        kept = historian_folder(made.folder) / name
        if kept.is_file():
            for beside in ("-wal", "-shm"):
                (root / f"{name}{beside}").unlink(missing_ok=True)
            fresh = root / f"{name}.back"
            shutil.copyfile(kept, fresh)
            fresh.replace(root / name)


def store_in_words(store: StorePlan) -> Text:
    """What is to be done to one store."""
    if store.now is None:
        return text("{name}: there is none yet", name=store.name)
    if not store.steps:
        return text("{name}: schema {now} is the newest; nothing is to be done", name=store.name, now=store.now)
    return text(
        "{name}: from schema {now} to {newest} in {n} steps",
        name=store.name,
        now=store.now,
        newest=store.newest,
        n=len(store.steps),
    )
