"""Aside: a thread for calls that can hang, such as those to a file share or a database that is gone."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from bobae.core.errors import Unreachable

T = TypeVar("T")
_ENDS_WITHIN_S, _LOOK_S = 2.0, 0.02
Call = tuple[Future[Any], Callable[[], Any]]


class Aside:
    """One thread, one call at a time; a call that hangs holds neither the event loop nor the end of the process.

    Args:
        what: that it speaks to, for messages; while a call to it hangs nobody starts a second one.

    Example:
        >>> async def two() -> int:
        ...     aside = Aside("the share")
        ...     try:
        ...         return await aside.do(lambda: 1 + 1, within_s=5.0)
        ...     finally:
        ...         await aside.close()
        >>> asyncio.run(two())
        2
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._hung = f"hung: {what}"  # what the thread is called while a call of it hangs
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._ended: Future[None] = Future()
        self._thread: threading.Thread | None = None

    async def do(self, act: Callable[[], T], *, within_s: float) -> T:
        """What `act` gives, or raises, from the thread.

        Raises:
            Unreachable: it has taken longer than `within_s`, or an earlier call has not come back yet.
        """
        await self._start(within_s)
        done: Future[T] = Future()
        self._calls.put((done, act))
        try:
            async with asyncio.timeout(within_s):  # wait_for can swallow a cancellation
                return await asyncio.wrap_future(done)
        except TimeoutError as error:
            if self._thread is not None:
                self._thread.name = self._hung
            raise Unreachable("{what} has not answered for {s:.0f} s", what=self._what, s=within_s) from error

    async def close(self, last: Callable[[], None] | None = None) -> None:
        """End the thread, after `last`; one that hangs is left to do both by itself."""
        if self._thread is None:
            return
        if last is not None:
            self._calls.put((Future(), last))
        self._calls.put(None)
        await asyncio.wait([asyncio.wrap_future(self._ended)], timeout=_ENDS_WITHIN_S)

    async def _start(self, within_s: float) -> None:
        if self._thread is not None:
            return
        until = asyncio.get_running_loop().time() + within_s
        while any(thread.name == self._hung for thread in threading.enumerate()):
            if asyncio.get_running_loop().time() > until:
                raise Unreachable("{what} still holds an earlier call", what=self._what)
            await asyncio.sleep(_LOOK_S)
        # a daemon: the end of the process does not wait for a share that hangs
        self._thread = threading.Thread(target=self._serve, name=f"bobae: {self._what}", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            done, act = call
            if not done.set_running_or_notify_cancel():
                continue
            try:
                done.set_result(act())
            except BaseException as error:  # noqa: BLE001 - whatever it is belongs to who asked
                done.set_exception(error)
        self._ended.set_result(None)
