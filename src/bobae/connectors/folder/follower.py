"""The follower: looks at the folder again and again, and knows of each file what of it is still to be read."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bobae.connectors.files import Part, Table
from bobae.connectors.folder import looking
from bobae.connectors.folder.addresses import wanted_of
from bobae.connectors.folder.bookmarks import Bookmark, Bookmarks
from bobae.connectors.folder.followed import Followed, is_sure, opened
from bobae.connectors.folder.looking import Seen
from bobae.connectors.folder.settings import FolderSettings
from bobae.core import BobaeError, Samples, Text, text

_log = logging.getLogger("bobae.connect")
_PART = 1 << 20  # bytes of text read at once
_REMEMBERED = 200  # files that left
_NOTHING = Samples.of([], [], [])


@dataclass(frozen=True)
class Step:
    """What one reading gave.

    Attributes:
        samples: `tag` is the position of the address.
        mark: where a bookmark can be put once they are on the disk; None: not yet.
        more: whether the file has more to read now.
    """

    samples: Samples
    mark: Bookmark | None
    more: bool


class Follower:
    """Used in one thread only: every call may hang with the share.

    Args:
        settings: of the source.
        addresses: the columns to read.
        folder: where the bookmarks are; None: there are none.
        fresh: whether nothing of these addresses is stored: bookmarks then say nothing.
    """

    def __init__(self, settings: FolderSettings, addresses: Sequence[str], folder: Path | None, *, fresh: bool) -> None:
        self._settings = settings
        self._addresses = addresses
        meant = (sorted(addresses), settings.timezone, settings.time, settings.dates, str(settings.dbc))
        self._marks = Bookmarks(folder, repr(meant))
        if fresh:
            self._marks.clear()
        now = time.monotonic()
        marks = self._marks.all().items()
        self._files = {name: Followed.again(mark, now) for name, mark in marks}
        self._gone: list[Followed] = []
        self._left: list[str] = []  # names that a file had before it was moved
        self._moves: list[Bookmark] = []  # of files that are gone or have another name

    def look(self) -> list[Followed]:
        """The files that have something to read, the oldest first; all that was read before is on the disk.

        Raises:
            OSError: the folder is not there or does not answer.
        """
        settings, now = self._settings, time.monotonic()
        seen = looking.files(settings.path, settings.files, subfolders=settings.subfolders)
        self._part_ways({one.name: one for one in seen})
        due = []
        for one in seen:
            file = self._files.get(one.name) or self._moved(one) or Followed(one, one.name, now)
            moved = file.seen.name != one.name
            self._files[one.name] = file
            if file.seen is not one:
                file.see(one, now)
            if moved and (mark := file.bookmark()):
                self._moves.append(mark)
            if file.is_due(self._path(file), now, settings.quiet_s):
                due.append(file)
            elif now - file.since >= settings.quiet_s:
                self._tell(file)
        return due

    def read(self, file: Followed) -> Step | None:
        """The next rows of a file; None where nothing can be read of it now."""
        file.tried = time.monotonic()
        try:
            return self._read(file)
        except FileNotFoundError:  # moved since the look: the next one sees where to
            return None
        except BobaeError as error:
            self._failed(file, error.text)
        except Exception as error:  # noqa: BLE001 - one file that no reader has foreseen does not end the others
            self._failed(file, text("the file {file} cannot be read ({why})", file=file.seen.name, why=error))
        return None

    def _read(self, file: Followed) -> Step | None:
        path, seen, before = self._path(file), file.seen, file.printed
        table = file.table or opened(path, self._settings)
        wanted = wanted_of(self._addresses, file.called, table.columns)
        start = file.step
        if before is not None and table.grows and file.shape in ("", table.shape):
            start = (
                before.position
            )  # else all of it: a workbook is written anew, a text understood better with more rows
        final, part = file.read == seen, Part(_NOTHING, seen.size)
        if wanted:
            part = table.part(list(wanted.values()), start, _PART, final=final)
        size = path.stat().st_size
        printed = looking.print_of(path, part.end if table.grows else size)
        if before is not None and table.grows and not looking.is_same(path, size, before):
            return None  # another file has the name by now
        file.failed, file.shape = None, table.shape
        file.table = table if part.more or is_sure(table) else None
        file.step = part.end if part.more and not table.grows else 0
        hardly_begun = table.grows and not wanted and not is_sure(table)  # its header may be understood otherwise yet
        if not file.step and not hardly_begun:
            file.printed = printed
        if not part.more:
            file.read, file.final = seen, seen if final else file.final
        self._tell_timeless(file, part.timeless)
        positions = np.array(list(wanted), dtype=np.int32)
        samples = replace(part.samples, tag=positions[part.samples.tag]) if wanted else part.samples
        return Step(samples, None if file.step else file.bookmark(), part.more)

    def note(self, marks: Sequence[Bookmark]) -> None:
        """Keep bookmarks: what they speak of is on the disk."""
        if marks or self._left or self._moves:
            self._marks.put([*self._moves, *marks], self._left, time.time_ns())
        self._left, self._moves = [], []

    def end(self, marks: Sequence[Bookmark]) -> None:
        """Keep these bookmarks too, and let go."""
        self.note(marks)
        self._marks.close()

    def _path(self, file: Followed) -> Path:
        return self._settings.path / file.seen.name

    def _part_ways(self, seen: dict[str, Seen]) -> None:
        """Part with files that left their names: gone, or another one has the name now."""
        for name, file in list(self._files.items()):
            now = seen.get(name)
            if now is not None and (now == file.seen or file.printed is None):
                continue
            if (
                now is not None
                and file.printed is not None
                and looking.is_same(self._path(file), now.size, file.printed)
            ):
                continue
            del self._files[name]
            mark = file.bookmark()
            if mark is not None:
                self._gone = [*self._gone[1 - _REMEMBERED :], file]
                self._moves += [] if now else [replace(mark, gone_ns=time.time_ns())]

    def _moved(self, seen: Seen) -> Followed | None:
        """The file that this one was before it was moved, as a log is when it is rotated."""
        if not self._gone:
            return None
        path = self._settings.path / seen.name
        head = looking.head_of(path)
        for file in self._gone:
            printed = file.printed
            if printed is not None and looking.may_be(head, printed) and looking.is_same(path, seen.size, printed):
                self._gone.remove(file)
                self._left.append(file.seen.name)
                return file
        return None

    def _failed(self, file: Followed, why: Text) -> None:
        file.failed, file.step, file.table = (file.seen, why), 0, None

    def _tell_timeless(self, file: Followed, rows: int) -> None:
        if rows and not file.told_timeless:
            file.told_timeless = True
            said = text("{n} rows of {file} have no time and were left out", n=rows, file=file.seen.name)
            _log.warning("%s", said)

    def _tell(self, file: Followed) -> None:
        """Tell once of a file that cannot be read and does not change any more; it is tried again when it does."""
        if file.cannot is not None and not file.told:
            file.told = True
            _log.warning("%s", file.cannot)


def tables(settings: FolderSettings, most: int) -> Iterator[tuple[str, Table]]:
    """Some files with their tables, the newest first; those that cannot be read are passed over.

    Raises:
        OSError: the folder is not there or does not answer.
    """
    for one in looking.files(settings.path, settings.files, subfolders=settings.subfolders)[: -most - 1 : -1]:
        try:
            yield one.name, opened(settings.path / one.name, settings)
        except Exception:  # noqa: BLE001 - it is told when it is read
            continue
