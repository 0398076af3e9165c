"""A table as a live source: asked again and again, in a thread of its own, since a database can hang."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bobae.connectors.sql.database import engine_of, place
from bobae.connectors.sql.follower import Follower
from bobae.connectors.sql.settings import SqlSettings
from bobae.core import Deliver, Offered, Pace, Rejected, Unreachable, Wish
from bobae.core.aside import Aside
from bobae.core.handing import Handing

T = TypeVar("T")
_GRACE = 1.5  # the database ends a query that takes too long; who does not even do that is gone


class SqlSource:
    """A table whose new rows are read as they come; used once.

    Example:
        >>> from bobae.connectors.sql.settings import checked
        >>> SqlSource(checked({"url": "sqlite:////data/mes.db", "table": "readings", "time": "at"})).endpoint
        'sqlite:////data/mes.db readings'
    """

    def __init__(self, settings: SqlSettings, folder: Path | None = None) -> None:
        engine_of(settings)  # a driver that is missing is told now
        self._settings = settings
        self._folder = folder
        self._aside = Aside(self.endpoint)
        self._pace = Pace(settings.requests_per_s)
        self._follower: Follower | None = None
        self._following: asyncio.Task[None] | None = None
        self._alive_ns = 0

    @property
    def endpoint(self) -> str:
        """The database and the table, without a password."""
        return f"{place(self._settings)} {self._settings.table}"

    async def open(self) -> None:
        """Connect, and see whether the table is as the settings say.

        Raises:
            Unreachable: nobody answers.
            Refused: the login is wrong, or the table is not there or lacks a column.
        """
        self._follower = await self._do(lambda: Follower(self._settings, self._folder))

    async def browse(self) -> Sequence[Offered]:
        """The columns, or the names in a long table, of each machine."""
        return await self._do(self._opened().offered)

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have rows delivered: those that were not read before, then those that come.

        Raises:
            Unreachable: the database does not answer.
        """
        follower = self._opened()
        rejected = await self._do(lambda: follower.choose(wishes))
        self._following = asyncio.create_task(self._follow(follower, Handing(deliver)))
        return rejected

    async def watch(self) -> None:
        """Return never while the database answers.

        Raises:
            Unreachable: it does not.
            Refused: it does not let bobae read any more.
        """
        if self._following is None:
            raise Unreachable("{where} is not being read", where=self.endpoint)
        await asyncio.shield(self._following)

    @property
    def alive_ns(self) -> int:
        """When the database last answered, ns UTC."""
        return self._alive_ns

    async def close(self) -> None:
        """Let go of everything."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        follower, self._follower = self._follower, None
        await self._aside.close(None if follower is None else follower.end)

    async def _follow(self, follower: Follower, handing: Handing) -> None:
        reached: list[Any] = []  # what has come onto the disk
        looked_back = time.monotonic()
        while True:
            more = True
            while more:
                readings, at, more = await self._do(follower.newer)
                await handing.hand(readings, partial(reached.append, at))
                await self._note(follower, reached)
            if time.monotonic() - looked_back >= self._settings.look_back_s / 2:
                looked_back = time.monotonic()
                for readings in await self._do(follower.late):
                    await handing.hand(readings, lambda: None)
            await handing.settled()
            await self._note(follower, reached)
            await asyncio.sleep(self._settings.poll_s)

    async def _note(self, follower: Follower, reached: list[Any]) -> None:
        if reached and reached[-1] is not None:
            at = reached[-1]
            await self._aside.do(lambda: follower.reached(at), within_s=self._settings.timeout_s)
        reached.clear()

    async def _do(self, act: Callable[[], T]) -> T:
        await self._pace.turn()
        done = await self._aside.do(act, within_s=_GRACE * self._settings.timeout_s)
        self._alive_ns = time.time_ns()
        return done

    def _opened(self) -> Follower:
        if self._follower is None:
            raise Unreachable("the connection to {url} is not open", url=self.endpoint)
        return self._follower
