"""A plant backed up while it runs, and brought back: whole and verified, or not called a backup at all.

What a source remembers is copied before the samples: so it never says of samples that the copy lacks that they are
kept. The database of the samples is copied as of one moment, then the files that it names, which never change; those
that an earlier backup beside it has are shared with it.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bobae.app import plant_file
from bobae.app.plant_store import checked_plant, historian_folder, run_folder
from bobae.app.processes.state import is_alive
from bobae.app.watched_places import model_path
from bobae.core import BadInput, BobaeError, Refused
from bobae.historian import open_store
from bobae.historian.copying import Listed, copy_database, copy_list
from bobae.historian.disk import checksum, force, force_folder

SCHEMA = 1
MANIFEST = "backup.json"
_NOTE = "last_backup.json"
_TRIES = 3
_BLOCK = 1 << 20
_DATABASES = ("historian.db", "catalogue.db")
_LEFT_OUT = ("run", "segments", "rollups", "writer.lock")  # of the data folder: what only a running bobae needs, or is
_PART = ".part"


@dataclass(frozen=True)
class Kept:
    """One file of a backup."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Backup:
    """What a backup has.

    Attributes:
        folder: where it is.
        plant: its name.
        began: all that was acknowledged before this is in it, RFC 3339.
        ended: nothing that came after this is.
        samples: how many.
        until: time of the newest, RFC 3339; None without any.
        tags, models, alarms: how many.
        files: all of them.
        shared: how many bytes of them an earlier backup has too, and are on the disk once.
    """

    folder: Path
    plant: str
    began: str
    ended: str
    samples: int
    until: str | None
    tags: int
    models: int
    alarms: int
    files: tuple[Kept, ...]
    shared: int = 0

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(kept.bytes for kept in self.files)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"folder": str(self.folder), "bytes": self.bytes, "schema": SCHEMA}


def backup(plant: Path, to: Path, *, clock: Callable[[], int] = time.time_ns) -> Backup:
    """Back up a plant folder into a new folder below `to`; bobae may be at work in it.

    Args:
        plant: with its plant file.
        to: a folder, best on another disk; earlier backups in it are left as they are.
        clock: ns UTC.

    Raises:
        BadInput: there is no plant, or `to` lies in it.
        Refused: the disk is full, or something is damaged; nothing is left there that is called a backup.
    """
    checked_plant(plant)
    if to.resolve().is_relative_to(plant.resolve()):
        raise BadInput("{to} lies in the plant folder itself; name a folder outside, best on another disk", to=to)
    to.mkdir(parents=True, exist_ok=True)
    _sweep(to)
    began_ns = clock()
    name = f"{plant.resolve().name}-{datetime.fromtimestamp(began_ns / 1e9, UTC):%Y%m%dT%H%M%S.%fZ}"
    draft = to / f".{name}.{os.getpid()}{_PART}"
    try:
        made = _written(plant, draft, _Earlier(to), began_ns, clock)
        _sync(draft)
        draft.rename(to / name)
        force_folder(to)
        _note(plant, to / name, clock())
    except (OSError, sqlite3.Error) as error:
        raise _said(error, to) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return _read(to / name, shared=made)


def restore(source: Path, plant: Path) -> Backup:
    """Bring a plant back from a backup into a new folder; it is verified before, file by file.

    Args:
        source: a backup, or a folder of backups: the newest of them.
        plant: not there yet, or empty.

    Raises:
        BadInput: `source` is no backup, or there is something in `plant`.
        Refused: a file of the backup is missing or damaged, or the disk is full; nothing is left in `plant`.
    """
    found = verified(source)
    if plant.exists() and any(plant.iterdir()):
        raise BadInput("{folder} is not empty: nothing is overwritten; name a new folder", folder=plant)
    plant.parent.mkdir(parents=True, exist_ok=True)
    draft = plant.with_name(f".{plant.name}.{os.getpid()}{_PART}")
    try:
        for kept in found.files:
            target = draft / kept.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.folder / kept.path, target)
        _sync(draft)
        with contextlib.suppress(FileNotFoundError):
            plant.rmdir()
        draft.rename(plant)
        force_folder(plant.parent)
    except OSError as error:
        raise _said(error, plant) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return found


def verified(source: Path) -> Backup:
    """The backup in `source`, or the newest below it, after a look at every byte.

    Raises:
        BadInput: there is none, or a newer bobae made it.
        Refused: a file is missing or damaged.
    """
    folder = source if (source / MANIFEST).is_file() else next(iter(_newest_first(source)), None)
    if folder is None:
        raise BadInput("there is no backup in {folder}", folder=source)
    found = _read(folder)
    for kept in found.files:
        path = folder / kept.path
        if not path.is_file():
            raise Refused("{path} is missing: this backup cannot be used; take an earlier one", path=path)
        if _sha256(path) != kept.sha256:
            raise Refused("{path} is damaged: this backup cannot be used; take an earlier one", path=path)
    return found


def newest_backup(to: Path) -> Backup | None:
    """The newest backup below `to`, not verified; None without any."""
    return next((_read(folder) for folder in _newest_first(to)), None)


def last_backup(plant: Path) -> tuple[int, Path] | None:
    """When the plant was last backed up (ns UTC), and where to; None: never."""
    try:
        kept = json.loads((run_folder(plant) / _NOTE).read_text("utf-8"))
        return int(kept["time_ns"]), Path(kept["folder"])
    except (OSError, ValueError, KeyError):
        return None


class _Earlier:
    """The files of the newest earlier backup, to be shared where they are the same."""

    def __init__(self, to: Path) -> None:
        self.bytes = 0
        before = newest_backup(to)
        self._folder = None if before is None else before.folder
        self._files = {} if before is None else {kept.path: kept for kept in before.files}

    def share(self, path: str, listed: Listed, target: Path) -> Kept | None:
        """The same file of the earlier backup under a second name; None where there is none such."""
        kept = self._files.get(path)
        if self._folder is None or kept is None or kept.bytes != listed.bytes:
            return None
        before = self._folder / path
        try:
            if checksum(before) != listed.crc:
                return None
            target.hardlink_to(before)
        except OSError:  # a file system without such names
            return None
        self.bytes += listed.bytes
        return kept


def _note(plant: Path, folder: Path, now_ns: int) -> None:
    """For bobae doctor, which says how old the newest backup is."""
    with contextlib.suppress(OSError):  # a backup that cannot be noted is one all the same
        run_folder(plant).mkdir(parents=True, exist_ok=True)
        (run_folder(plant) / _NOTE).write_text(json.dumps({"time_ns": now_ns, "folder": str(folder)}), "utf-8")


def _written(plant: Path, draft: Path, earlier: _Earlier, began_ns: int, clock: Callable[[], int]) -> int:
    """Write all of a backup into the folder `draft`; how many bytes are shared."""
    data, target = historian_folder(plant), historian_folder(draft)
    target.mkdir(parents=True)
    files = [_copied(plant, path, draft) for path in _plain_files(plant)]
    if (data / "catalogue.db").is_file():
        copy_database(data / "catalogue.db", target / "catalogue.db")
    if (data / "historian.db").is_file():
        files += _samples(data, target, draft, earlier)
    files += [_kept(draft, target / name) for name in _DATABASES if (target / name).is_file()]
    _write_manifest(draft, files, began_ns, clock)
    return earlier.bytes


def _samples(data: Path, target: Path, draft: Path, earlier: _Earlier) -> list[Kept]:
    for attempt in range(_TRIES):
        try:
            return [_segment(data, target, draft, listed, earlier) for listed in copy_list(data, target)]
        except FileNotFoundError:  # it was replaced meanwhile, by one that the next list names
            if attempt == _TRIES - 1:
                raise
            (target / "historian.db").unlink()
    raise AssertionError


def _segment(data: Path, target: Path, draft: Path, listed: Listed, earlier: _Earlier) -> Kept:
    to = target / listed.file
    if to.is_file():  # from the list before
        return _kept(draft, to)
    to.parent.mkdir(parents=True, exist_ok=True)
    shared = earlier.share(str(to.relative_to(draft)), listed, to)
    if shared is not None:
        return shared
    shutil.copyfile(data / listed.file, to)
    if to.stat().st_size != listed.bytes or checksum(to) != listed.crc:
        raise Refused("{path} is damaged; bobae doctor {data} says what is lost", path=data / listed.file, data=data)
    return _kept(draft, to)


def _plain_files(plant: Path) -> Iterator[Path]:
    """The plant file, the models, and what the sources remember."""
    yield plant / plant_file.FILE_NAME
    models = {model_path(plant, monitor) for monitor in plant_file.read(plant).plant.monitors}
    folders = {path.parent for path in models if path.parent.is_relative_to(plant) and path.parent != plant}
    folders |= {plant / "models"}
    found = {path for folder in folders for path in folder.rglob("*")} | models
    data = historian_folder(plant)
    found |= {
        path
        for path in data.rglob("*")
        if path.relative_to(data).parts[0] not in _LEFT_OUT and not path.name.startswith(_DATABASES)
    }
    yield from sorted(path for path in found if path.is_file() and path.is_relative_to(plant))


def _copied(plant: Path, path: Path, draft: Path) -> Kept:
    to = draft / path.relative_to(plant)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)
    return _kept(draft, to)


def _write_manifest(draft: Path, files: Sequence[Kept], began_ns: int, clock: Callable[[], int]) -> None:
    """Open what was copied, count what is in it, and write it down."""
    data = historian_folder(draft)
    samples, newest_ns, tags, alarms = 0, 0, 0, 0
    if (data / "historian.db").is_file():
        samples, newest_ns, tags = _counted(data)
    if (data / "catalogue.db").is_file():
        alarms = _looked_through(data / "catalogue.db", "select count(*) from alarms")[0]
    document = {
        "schema": SCHEMA,
        "plant": plant_file.read(draft).plant.plant,
        "began": _moment(began_ns),
        "ended": _moment(clock()),
        "samples": samples,
        "until": _moment(newest_ns) if newest_ns else None,
        "tags": tags,
        "models": sum(kept.path.endswith(".bobae") for kept in files),
        "alarms": alarms,
        "files": [asdict(kept) for kept in files],
    }
    (draft / MANIFEST).write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")


def _counted(data: Path) -> tuple[int, int, int]:
    """How many samples, ns UTC of the newest, how many tags."""
    sealed, logged = _looked_through(
        data / "historian.db",
        "select (select coalesce(sum(rows), 0) from segments where replaced_ns is null), "
        "(select coalesce(sum(rows), 0) from log)",
    )
    with open_store(data) as store:
        newest = store.last([row.path for row in store.tags()])
        return sealed + logged, int(newest.time_ns.max(initial=0)), len(store.tags())


def _looked_through(database: Path, question: str) -> tuple[int, ...]:
    """The answer of a copied database that is whole."""
    with contextlib.closing(sqlite3.connect(database)) as base:
        wrong = [row[0] for row in base.execute("pragma quick_check(1)") if row[0] != "ok"]
        if wrong:
            raise Refused("{path} is damaged ({why}); run bobae doctor", path=database, why=wrong[0])
        answer: tuple[int, ...] = base.execute(question).fetchone()
        return answer


def _read(folder: Path, *, shared: int = 0) -> Backup:
    try:
        kept = json.loads((folder / MANIFEST).read_text("utf-8"))
        if kept.pop("schema") > SCHEMA:
            raise BadInput("{folder} was made by a newer bobae; update", folder=folder)
        files = tuple(Kept(**one) for one in kept.pop("files"))
        return Backup(folder=folder, files=files, shared=shared, **kept)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("{path} cannot be read ({why})", path=folder / MANIFEST, why=error) from error


def _newest_first(to: Path) -> list[Path]:
    if not to.is_dir():
        return []
    found = [folder for folder in to.iterdir() if not folder.name.startswith(".") and (folder / MANIFEST).is_file()]
    return sorted(found, key=lambda folder: folder.name.rpartition("-")[2], reverse=True)


def _sweep(to: Path) -> None:
    """Remove what backups that were killed left there; not that of one that is at work."""
    for left in to.glob(f".*{_PART}"):
        pid = left.name.removesuffix(_PART).rpartition(".")[2]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _kept(draft: Path, path: Path) -> Kept:
    return Kept(path.relative_to(draft).as_posix(), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    """Return when all of the folder is on the disk."""
    for path in folder.rglob("*"):
        (force_folder if path.is_dir() else force)(path)
    force_folder(folder)


def _moment(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat().replace("+00:00", "Z")


def _said(error: Exception, folder: Path) -> BobaeError:
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "full" in str(error):
        return Refused("the disk of {folder} is full: no backup was made; make room", folder=folder)
    return Refused("{folder} cannot be written: {why}", folder=folder, why=error)
