"""A folder as a live source: looked at again and again, in a thread of its own, since a share can hang."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from bobae.connectors.files import Table
from bobae.connectors.folder import looking
from bobae.connectors.folder.addresses import wanted_of
from bobae.connectors.folder.bookmarks import Bookmark
from bobae.connectors.folder.follower import Follower, Step, tables
from bobae.connectors.folder.settings import FolderSettings
from bobae.core import Deliver, Gap, Offered, Readings, Refused, Rejected, UnknownName, Unreachable, Wish
from bobae.core.aside import Aside
from bobae.core.handing import Handing

T = TypeVar("T")
_LOOKED_AT, _BROWSED = 200, 50  # files, to find the columns that are asked for, and to say what there is
_READING = 20  # a big file may take so many times as long as a look


class FolderSource:
    """A folder whose files are read as they appear and grow; used once.

    Example:
        >>> FolderSource(FolderSettings(Path("/mnt/press1/export"))).endpoint
        '/mnt/press1/export'
    """

    def __init__(self, settings: FolderSettings, folder: Path | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self._aside = Aside(str(settings.path))
        self._follower: Follower | None = None
        self._following: asyncio.Task[None] | None = None
        self._kept: dict[str, Bookmark] = {}
        self._alive_ns = 0

    @property
    def endpoint(self) -> str:
        """The folder."""
        return str(self._settings.path)

    async def open(self) -> None:
        """See whether the folder is there.

        Raises:
            Unreachable: it is not, or its share does not answer.
            Refused: bobae may not look into it.
        """
        settings = self._settings
        await self._do(lambda: looking.files(settings.path, settings.files, subfolders=settings.subfolders))
        self._alive_ns = time.time_ns()

    async def browse(self) -> Sequence[Offered]:
        """The columns of the newest files; with their files' pattern where these have different names."""
        return await self._do(lambda: _offered(list(tables(self._settings, _BROWSED))), _READING)

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have rows delivered: those that were not read before, then those that come.

        Raises:
            Unreachable: the folder is gone.
        """
        addresses = [wish.address for wish in wishes]
        fresh = all(wish.since_ns is None for wish in wishes)

        def prepare() -> tuple[Follower, dict[int, list[str]]]:
            unknown = _unknown(addresses, self._settings)
            return Follower(self._settings, addresses, self._folder, fresh=fresh), unknown

        follower, unknown = await self._do(prepare, _READING)
        self._follower = follower
        self._following = asyncio.create_task(self._follow(follower, Handing(deliver)))
        return [
            Rejected(wishes[i], Gap.NO_SUCH_NODE, _no_column(wishes[i].address, known).text)
            for i, known in unknown.items()
        ]

    async def watch(self) -> None:
        """Return never while the folder answers.

        Raises:
            Unreachable: it does not.
        """
        if self._following is None:
            raise Unreachable("the folder {path} is not being watched", path=self._settings.path)
        await asyncio.shield(self._following)

    @property
    def alive_ns(self) -> int:
        """When the folder last answered, ns UTC."""
        return self._alive_ns

    async def close(self) -> None:
        """Let go of everything."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        follower, kept = self._follower, list(self._kept.values())
        self._follower = None
        await self._aside.close(None if follower is None else lambda: follower.end(kept))

    async def _follow(self, follower: Follower, handing: Handing) -> None:
        while True:
            for file in await self._do(follower.look):
                read = partial(follower.read, file)
                while (step := await self._do(read, _READING)) is not None:
                    await self._hand(handing, step)
                    self._alive_ns = time.time_ns()
                    if not step.more:
                        break
                await self._note(follower)
            await handing.settled()
            await self._note(follower)
            self._alive_ns = time.time_ns()
            await asyncio.sleep(self._settings.poll_s)

    async def _note(self, follower: Follower) -> None:
        """Keep the bookmarks of what has come onto the disk meanwhile."""
        marks = dict(self._kept)
        await self._do(lambda: follower.note(list(marks.values())))
        self._kept = {name: mark for name, mark in self._kept.items() if marks.get(name) is not mark}

    async def _hand(self, handing: Handing, step: Step) -> None:
        rows, mark = step.samples, step.mark

        def kept() -> None:
            if mark is not None:
                self._kept[mark.name] = mark

        readings = Readings(rows.tag, rows.time_ns, rows.value, rows.status, rows.text)
        await handing.hand(readings, kept)

    async def _do(self, act: Callable[[], T], times: float = 1.0) -> T:
        """What `act` gives in the thread; whatever keeps it from the folder is told as such."""
        path = self._settings.path
        try:
            return await self._aside.do(act, within_s=times * self._settings.timeout_s)
        except PermissionError as error:
            raise Refused("bobae may not look into the folder {path}; allow it to read there", path=path) from error
        except OSError as error:
            raise Unreachable(
                "the folder {path} cannot be reached ({why})", path=path, why=error.strerror or error
            ) from error


def _unknown(addresses: Sequence[str], settings: FolderSettings) -> dict[int, list[str]]:
    """The addresses that no file has a column for, with the columns that there are; none while no file can be read."""
    missing, known = set(range(len(addresses))), set[str]()
    for name, table in tables(settings, _LOOKED_AT):
        missing -= wanted_of(addresses, name, table.columns).keys()
        known.update(table.columns)
        if not missing:
            break
    else:
        looking.files(settings.path, settings.files, subfolders=settings.subfolders)  # gone meanwhile: it says nothing
    return {i: sorted(known) for i in sorted(missing)} if known else {}


def _no_column(address: str, known: Sequence[str]) -> UnknownName:
    return UnknownName.among("no file has a column for {name!r}; nearest: {nearest}", name=address, known=known)


def _offered(tables: Sequence[tuple[str, Table]]) -> list[Offered]:
    found: dict[tuple[str, str], Offered] = {}
    shapes = {re.sub(r"\d+", "*", name) for name, _ in tables}
    for name, table in tables:
        shape = re.sub(r"\d+", "*", name.rsplit("/", 1)[-1])
        for column in table.columns:
            address, path = (column, column) if len(shapes) == 1 else (f"{shape}:{column}", f"{shape}/{column}")
            offered = Offered(address, path, table.forms[column], table.units[column])
            found.setdefault((address, path), offered)
    return list(found.values())
