"""The catalogue of one plant: opened in its data folder, brought to the newest schema, closed again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL

from bobae.registry.catalogue.alarms import AlarmStore
from bobae.registry.catalogue.aliases import VersionStore
from bobae.registry.catalogue.calls import CallStore
from bobae.registry.catalogue.cases import CaseStore
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.drift import DriftStore
from bobae.registry.catalogue.feedback import FeedbackStore
from bobae.registry.catalogue.ledger import LedgerStore
from bobae.registry.catalogue.notices import NoticeStore
from bobae.registry.catalogue.points import PointStore
from bobae.registry.catalogue.records import RecordStore
from bobae.registry.catalogue.shadows import ShadowStore
from bobae.registry.catalogue.writes import WriteStore

FILE_NAME = "catalogue.db"


@dataclass(frozen=True, eq=False)
class Catalogue:
    """An open catalogue; any thread may use it, and other processes may have it open too.

    Attributes:
        alarms: every alarm that was ever raised, and who did what about it.
        writes: every order to write to the plant, who may give them, and their audit.
        ledger: what each alarm was worth.
        calls: each time that an alarm called somebody.
        points: what can raise an alarm, and whether it may call anybody now.
        feedback: what people say of alarms, and where limits were moved because of it.
        cases: what people work on at a machine.
        notices: who was told of which alarm.
        versions: the versions of each model, and which is live.
        shadows: what versions on trial would have alarmed.
        drift: what has moved since the models learned.
        records: what is written down about each alarm point.
    """

    alarms: AlarmStore
    writes: WriteStore
    ledger: LedgerStore
    calls: CallStore
    points: PointStore
    feedback: FeedbackStore
    cases: CaseStore
    notices: NoticeStore
    versions: VersionStore
    shadows: ShadowStore
    drift: DriftStore
    records: RecordStore
    _database: Database

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_catalogue(folder: Path, *, wait_s: float = 5.0) -> Catalogue:
    """The catalogue in a plant's data folder; folder and file are made if they are not there.

    Args:
        folder: the plant's data folder.
        wait_s: how long to wait for another program that is writing.

    Raises:
        Refused: it was written by a newer bobae, is damaged, or the disk does not take it; nothing was changed.
        Unreachable: another program is writing and does not end within `wait_s`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    database = Database(URL.create("sqlite", database=str(path)), name=str(path), wait_s=wait_s)
    try:
        database.upgrade()
    except BaseException:
        database.close()
        raise
    return Catalogue(
        alarms=AlarmStore(database),
        writes=WriteStore(database),
        ledger=LedgerStore(database),
        calls=CallStore(database),
        points=PointStore(database),
        feedback=FeedbackStore(database),
        cases=CaseStore(database),
        notices=NoticeStore(database),
        versions=VersionStore(database),
        shadows=ShadowStore(database),
        drift=DriftStore(database),
        records=RecordStore(database),
        _database=database,
    )
