"""How a plant's operation stands: its processes, port, clock, backups, models, schemas, and when the disk is full."""

import ctypes
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

from bobae.app import plant_file
from bobae.app.backups import last_backup
from bobae.app.last_board import standing
from bobae.app.plant_store import historian_folder
from bobae.app.settings import Settings
from bobae.app.upgrading import store_in_words, upgrade_plan
from bobae.app.watched_places import model_path
from bobae.core import BobaeError, Text, text
from bobae.historian.database import FILE
from bobae.registry import Proving, TrustList, open_sealed

Found = tuple[str, Literal["good", "warning", "bad"], Text]
PORT = 8800
_DAY_NS = 86_400 * 10**9
_LOOKED_BACK_DAYS = 14
_OLD_DAYS, _SOON_DAYS = 8, 30
_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


def plant_examined(plant: Path | None, settings: Settings) -> Iterator[Found]:
    """Look at a plant folder; nothing is changed, and bobae may be at work there."""
    yield _clock()
    if plant is None or not (plant / plant_file.FILE_NAME).is_file():
        return
    yield from _parts(plant)
    if not historian_folder(plant).exists():
        return
    yield from _growth(plant)
    yield _backup(plant)
    yield from _schemas(plant)
    yield from _models(plant, settings)


def _clock() -> Found:
    """Whether this computer's clock is kept right; asked of the kernel."""
    if sys.platform != "linux":
        return "clock", "good", text("the clock of this computer is taken as right")
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    if state == _UNSYNCHRONISED:
        said = text(
            "nothing keeps the clock of this computer right; switch time synchronisation on (timedatectl set-ntp true)"
        )
        return "clock", "warning", said
    if state < 0:
        return "clock", "good", text("the clock of this computer is taken as right")
    return "clock", "good", text("the clock of this computer is kept right")


def _parts(plant: Path) -> Iterator[Found]:
    board = standing(plant)
    at_work = [] if board is None else [part for part in board.parts if part.state != "stopped"]
    if not at_work:
        yield "group", "good", text("bobae is not at work in {folder}; start it: bobae up {folder}", folder=plant)
        yield _port()
        return
    yield "group", "good", text("bobae is at work with {n} processes", n=len(at_work))
    for part in at_work:
        if part.state == "degraded":
            why = part.reason or text("not known")
            step = part.next_step or text("see the log")
            said = text("{part} works with a loss: {why}. {step}", part=part.name, why=why, step=step)
            yield f"part.{part.name}", "bad", said
        elif part.restarts:
            said = text("{part} was started again {n} times; the log says why", part=part.name, n=part.restarts)
            yield f"part.{part.name}", "warning", said


def _port() -> Found:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return (
                "port",
                "warning",
                text("port {port} is taken by another program; choose another with --port", port=PORT),
            )
    return "port", "good", text("port {port} is free", port=PORT)


def _growth(plant: Path) -> Iterator[Found]:
    """How fast samples fill the disk, by what was received lately."""
    root = historian_folder(plant)
    since_ns = time.time_ns() - _LOOKED_BACK_DAYS * _DAY_NS
    try:
        with closing(sqlite3.connect(f"{(root / FILE).absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as base:
            size, first_ns, last_ns = base.execute(
                "select coalesce(sum(bytes), 0), min(max(min_ns, max_receipt_ns - ?)), max(max_receipt_ns) "
                "from segments where replaced_ns is null and not loaded and max_receipt_ns > ?",
                (_DAY_NS, since_ns),  # a segment holds a day at the most; one odd time in it is no begin
            ).fetchone()
    except sqlite3.Error:
        return  # whether it is whole is looked at elsewhere
    days = ((last_ns or 0) - max(first_ns or 0, since_ns)) / _DAY_NS
    if not size or days < 0.01:
        return
    free, daily = shutil.disk_usage(root).free, size / days
    said = text(
        "samples take {mb:.1f} MB a day; the disk is full in about {days:.0f} days",
        mb=daily / 1e6,
        days=min(free / daily, 99_999.0),
    )
    yield "growth", "good" if free / daily > _SOON_DAYS else "warning", said


def _backup(plant: Path) -> Found:
    last = last_backup(plant)
    if last is None:
        said = text("it was never backed up; back it up to another disk: bobae backup {folder} TO", folder=plant)
        return "backup", "warning", said
    days = (time.time_ns() - last[0]) / _DAY_NS
    if not last[1].is_dir():
        return "backup", "warning", text("the newest backup, {backup}, is not there any more", backup=last[1])
    said = text("the newest backup is {days:.1f} days old: {backup}", days=days, backup=last[1])
    return "backup", "good" if days < _OLD_DAYS else "warning", said


def _schemas(plant: Path) -> Iterator[Found]:
    try:
        plan = upgrade_plan(plant)
    except BobaeError as error:
        yield "schema", "bad", error.text
        return
    for store in plan.stores:
        yield f"schema.{store.name}", "warning" if store.steps else "good", store_in_words(store)


def _models(plant: Path, settings: Settings) -> Iterator[Found]:
    """Each model run through its reference windows, as before it watches."""
    trust = TrustList.read(settings.home)
    with Proving() as proving:
        for monitor in plant_file.read(plant).plant.monitors:
            path, name = model_path(plant, monitor), f"model.{monitor.asset}:{monitor.task}"
            if not path.is_file():
                yield name, "warning", text("{asset} has no model yet", asset=monitor.asset)
                continue
            try:
                open_sealed(path, trust=trust, proving=proving)
            except BobaeError as error:
                yield name, "bad", error.text
            else:
                yield (
                    name,
                    "good",
                    text("the model of {asset} gives what it gave when it was sealed", asset=monitor.asset),
                )
