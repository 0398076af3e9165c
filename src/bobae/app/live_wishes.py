"""What is asked of a live plant, how it is stopped, and what is said of it at the end."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bobae.app.happened import Happened
from bobae.app.wanted import Wanted
from bobae.collect import SourceState
from bobae.core import StoreReader, Text, local_time
from bobae.registry.catalogue import Alarm, AlarmStore
from bobae.write import Writing

Explain = Callable[[Sequence[tuple[str, float]]], Text | None]
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no hang-up


@dataclass(frozen=True)
class WatchedModel:
    """One model at work: its monitor, the machine, what it is asked, its name, and which version of it."""

    monitor: str
    asset: str
    task: str
    name: str
    version: str


class Work(Protocol):
    """A plant at work, in this process or in several."""

    @property
    def reader(self) -> StoreReader:
        """Its samples."""
        ...

    @property
    def alarms(self) -> AlarmStore:
        """Its alarms."""
        ...

    @property
    def writing(self) -> Writing:
        """Who may order what to be written to it."""
        ...

    def sources(self) -> Sequence[SourceState]:
        """How each source does."""
        ...

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        ...

    def ready(self) -> Sequence[Text]:
        """Why it cannot be relied on now; nothing if it can."""
        ...


class Trained(Protocol):
    """What came of a training."""

    def as_json(self) -> Mapping[str, Any]:
        """Plain JSON values."""
        ...


Beside = Callable[[Any], Coroutine[Any, Any, None]]


class Stopped(Exception):
    """What ends the work of another thread once the plant is to stop."""


@dataclass(frozen=True)
class PartPlan:
    """A part that runs in a process of its own.

    Attributes:
        name: of the part.
        does: 'module:function' that it runs; see `processes.part`.
        more: what else it is told, plain JSON values.
        needed: without it there is no use in going on: what it says at its first start ends all.
        once: it has done its work when it ends, and may be killed at any time before.
        sees_board: it is told how all parts do.
    """

    name: str
    does: str
    more: Mapping[str, Any] = field(default_factory=dict)
    needed: bool = False
    once: bool = False
    sees_board: bool = False


@dataclass(frozen=True)
class Known:
    """What somebody knows of a machine.

    Attributes:
        happened: its faults, called what they were.
        explain: what is said of an alarm's tags.
    """

    happened: tuple[Happened, ...] = ()
    explain: Explain | None = None


@dataclass(frozen=True)
class Wishes:
    """What is asked of a live plant besides its plant file.

    Attributes:
        beside: what runs beside the plant until it stops, given the `Work`.
        address: where that answers: http://127.0.0.1:8800/api/v1.
        wanted: of the training of models that are missing; its costs and budget hold over those of the plant file.
        known: asset -> what somebody knows of it.
        parts: what runs in processes of its own beside the plant's parts, where these do; first of all what answers
            over HTTP.
    """

    beside: tuple[Beside, ...]
    address: str
    wanted: Wanted = field(default_factory=Wanted)
    known: Mapping[str, Known] = field(default_factory=dict)
    parts: tuple[PartPlan, ...] = ()


@dataclass(frozen=True)
class Ran:
    """What happened while the plant was at work.

    Attributes:
        folder: its folder.
        seconds: for how long.
        sources: as they were at the end.
        alarms: those that changed, as they were at the end.
        trained: what came of each training.
    """

    folder: Path
    seconds: float
    sources: Sequence[SourceState] = ()
    alarms: Sequence[Alarm] = ()
    trained: Sequence[Trained] = ()

    @property
    def samples(self) -> int:
        """How many came."""
        return sum(source.samples for source in self.sources)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {
            "folder": str(self.folder),
            "seconds": round(self.seconds, 1),
            "sources": [{"name": s.name, "connected": s.connected, "samples": s.samples} for s in self.sources],
            "alarms": [_as_json(alarm) for alarm in self.alarms],
            "trained": [dict(came.as_json()) for came in self.trained],
        }


def _as_json(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "asset": alarm.asset,
        "state": str(alarm.state),
        "row": local_time(alarm.row_ns).isoformat(),
        "peak": alarm.peak,
        "top_tags": [list(pair) for pair in alarm.top_tags],
        "meaning": str(alarm.meaning),
    }


@contextlib.contextmanager
def stopping(for_s: float | None = None) -> Iterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM, a closed terminal or the end of the time sets, inside a running event loop."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    timer = None if for_s is None else loop.call_later(for_s, stop.set)
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    with contextlib.suppress(NotImplementedError, ValueError):  # Windows; or not the main thread
        for number in numbers:
            loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        if timer is not None:
            timer.cancel()
        with contextlib.suppress(NotImplementedError, ValueError):
            for number in numbers:
                loop.remove_signal_handler(number)
