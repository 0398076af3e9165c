"""What plant.yaml may say about a folder."""

from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bobae.core import BadInput, Given
from bobae.core.connector import Settings

_DATES = {"dmy": "dmy", "mdy": "mdy", "ymd": "ymd2"}


@dataclass(frozen=True)
class FolderSettings:
    """Where the files appear and how they are read.

    Attributes:
        path: the folder, also one of a network share.
        files: which names count, such as press1_*.csv; rotated names must fit it too.
        subfolders: whether the folders below it are watched too.
        timezone: IANA zone of times that name none; None takes them as UTC.
        time: the column with the time; None: it is found.
        dates: 'dmy', 'mdy' or 'ymd2' where a file does not tell day from month; None: it is told by its rows.
        dbc: the description of the CAN bus for logs of one in .mf4 files; None: a .dbc file beside them.
        poll_s: between two looks.
        quiet_s: after so long without a change a last line without a line end counts as whole.
        timeout_s: how long a look may take before the share counts as gone.
    """

    path: Path
    files: str = "*"
    subfolders: bool = False
    timezone: str | None = None
    time: str | None = None
    dates: str | None = None
    dbc: Path | None = None
    poll_s: float = 2.0
    quiet_s: float = 60.0
    timeout_s: float = 30.0


def checked(settings: Settings) -> FolderSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"path": "/mnt/press", "files": "*.csv"}).poll_s
        2.0
    """
    given = Given(settings, "folder", [field.name for field in fields(FolderSettings)])
    dates = given.choice("dates", ["as_written", *_DATES], "as_written")
    dbc = given.word("dbc")
    return FolderSettings(
        path=Path(given.needed("path", "/mnt/press1/export")).absolute(),
        files=given.word("files", "*") or "*",
        subfolders=given.flag("subfolders", False),
        timezone=_zone(given.word("timezone")),
        time=given.word("time"),
        dates=_DATES.get(dates),
        dbc=None if dbc is None else Path(dbc).absolute(),
        poll_s=given.number("poll_s", 2.0),
        quiet_s=given.number("quiet_s", 60.0),
        timeout_s=given.number("timeout_s", 30.0),
    )


def _zone(name: str | None) -> str | None:
    try:
        return None if name is None else ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            "`timezone` of a folder is {name!r}, which is no time zone; write it like Asia/Seoul", name=name
        ) from error
