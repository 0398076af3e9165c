"""The keeper: what a historian needs now and then, done in the background of its writer."""

import ctypes
import logging
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from bobae.core import Refused
from bobae.historian.compacting import FAN_IN, compact, sweep
from bobae.historian.database import connect, said
from bobae.historian.replacing import Shelf, Stopped
from bobae.historian.retention import drop_raw

_log = logging.getLogger("bobae.historian")


class Keeper:
    """Compacts, rolls up and sweeps the historian in `root`; one at a time, in the writer's process.

    Args:
        root: the historian's folder.
        lock: held for the moment in which the list changes.
        seen: the segments whose rows the writer's memory has had.
        clock: ns UTC.
        keep_raw_ns: older samples become one-minute rows; None: all are kept as they came.
    """

    def __init__(
        self,
        root: Path,
        lock: threading.RLock,
        seen: set[int],
        *,
        clock: Callable[[], int],
        keep_raw_ns: int | None = None,
    ) -> None:
        self._root, self._lock, self._seen, self._clock = root, lock, seen, clock
        self._keep_raw_ns = keep_raw_ns
        self._stop, self._alone = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Look after the historian in the background, if that is not being done already."""
        if not self._stop.is_set() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._in_background, name="keeper", daemon=True)
            self._thread.start()

    def keep(self, *, fan_in: int = FAN_IN) -> None:
        """Do now all that is due; so many small segments become one.

        Raises:
            Refused: the disk is full or damaged; nothing is lost.
            Stopped: the store is being closed.
        """
        with self._alone:
            base = connect(self._root, write=True)
            try:
                shelf = Shelf(self._root, base, self._clock, self._lock, self._seen, self._stop)
                sweep(shelf)
                if self._keep_raw_ns is not None:
                    drop_raw(shelf, self._keep_raw_ns)
                compact(shelf, fan_in=fan_in)
            except (OSError, sqlite3.Error) as error:
                raise said(error, self._root) from error
            finally:
                base.close()

    def close(self) -> None:
        """Stop; what was begun is made another time."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _in_background(self) -> None:
        try:
            self.keep()
        except Stopped:
            pass
        except Refused as error:
            _log.warning("%s", error)  # nothing is lost, and the next seal wakes us again
        finally:
            _give_back()


def _give_back() -> None:
    """What a seal and a merge took and need no more goes back to the system; glibc would hold it for good."""
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
