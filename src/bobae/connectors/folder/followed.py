"""One file that is followed: what is known of it between two looks."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bobae.connectors.files import Reads, Table, is_measurement
from bobae.connectors.folder.bookmarks import Bookmark
from bobae.connectors.folder.looking import Print, Seen
from bobae.connectors.folder.settings import FolderSettings
from bobae.core import LazyModule, Missing, Text

mdf = LazyModule("bobae.connectors.mdf")  # its library is heavy, and few folders hold such files
_SURE_ROWS = 100  # so many rows tell for good how a file is laid out
_PLAIN_ROWS = 20
_LOOKED_AT = 1 << 16


@dataclass
class Followed:
    """A file between two looks; used in one thread.

    Attributes:
        seen: as the last look saw it.
        called: its first name.
        printed: what of it has been read; None: nothing.
        shape: its columns as they were understood when it was read.
        since: since when it has not changed, by a clock that never jumps.
        looks: how many looks it has been unchanged for.
        read: as it was when all of it had been read.
        failed: as it was when it could not be read, and why.
        tried: when it was last tried to be read.
        told: whether a person has been told that it cannot be read.
        told_timeless: whether a person has been told that rows of it have no time.
        final: as it was when its last line was read without a line end.
        step: how far a file that is read in steps has come.
        table: how it is laid out, once that is sure.
    """

    seen: Seen
    called: str
    since: float
    printed: Print | None = None
    shape: str = ""
    looks: int = 0
    read: Seen | None = None
    failed: tuple[Seen, Text] | None = None
    tried: float = 0.0
    told: bool = False
    told_timeless: bool = False
    final: Seen | None = None
    step: int = 0
    table: "Table | None" = field(default=None, repr=False)

    @classmethod
    def again(cls, mark: Bookmark, since: float) -> "Followed":
        """As a bookmark has kept it."""
        seen = Seen(mark.name, mark.size, mark.mtime_ns, mark.inode)
        return cls(seen, mark.called, since, mark.printed, mark.shape, read=seen)

    def see(self, seen: Seen, now: float) -> None:
        """Take note of what a look saw."""
        if (seen.size, seen.mtime_ns) == (self.seen.size, self.seen.mtime_ns):
            self.looks += 1
        else:
            self.looks, self.since, self.told = 0, now, False
        if self.read == self.seen:
            self.read = seen if self.looks else None
        self.seen = seen

    @property
    def cannot(self) -> Text | None:
        """Why it cannot be read as it is."""
        return self.failed[1] if self.failed is not None and self.failed[0] == self.seen else None

    def is_due(self, path: Path, now: float, quiet_s: float) -> bool:
        """Whether there is something to read; half-written files are left alone."""
        if self.cannot is not None:
            return now - self.tried >= quiet_s  # somebody may have had it locked
        if self.read == self.seen:
            unended = self.printed is not None and self.printed.position < self.seen.size
            return unended and now - self.since >= quiet_s and self.final != self.seen
        return self.looks > 0 or (self.printed is not None and _is_text(path)) or _has_rows(path)

    def bookmark(self) -> Bookmark | None:
        """How far it has been read; what is not read to its end is not as it was seen."""
        if self.printed is None:
            return None
        seen = self.seen
        size = seen.size if self.read == seen else -1
        return Bookmark(seen.name, self.called, seen.inode, size, seen.mtime_ns, self.printed, self.shape)


def opened(path: Path, settings: FolderSettings) -> Table:
    """The table in a file.

    Raises:
        BadInput: it is damaged, no table, or nothing in it tells the times.
        Missing: the package that reads such a file is not installed.
    """
    if not is_measurement(path):
        return Table(path, Reads(settings.timezone, settings.time, settings.dates))
    try:
        made: Table = mdf.Measured(path, settings.dbc)  # of the same shape
    except ModuleNotFoundError as error:
        raise Missing(
            "{file} needs the package {package}, which is not installed; try: pip install 'bobae[mdf]'",
            file=path.name,
            package=error.name,
        ) from error
    return made


def is_sure(table: Table) -> bool:
    """Whether a table's layout will not be seen otherwise when it has grown."""
    return table.grows and table.rows_seen >= _SURE_ROWS


def _is_text(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(_LOOKED_AT)
    except OSError:
        return False


def _has_rows(path: Path) -> bool:
    """Whether it is text with so many rows that it can be read while it is written."""
    try:
        with path.open("rb") as file:
            head = np.frombuffer(file.read(_LOOKED_AT), np.uint8)
    except OSError:
        return False
    return bool(np.count_nonzero(head == 10) > _PLAIN_ROWS and not np.any(head == 0))
