"""How it stands with each part of a running plant, in plain words, and how that is told from process to process."""

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from bobae.collect import SourceState
from bobae.core import Rejected, Text, Wish

State = Literal["starting", "active", "idle", "degraded", "stopped"]
FILE = "status.json"
_ROOM = 1 << 16  # bytes of the file, the rest of them blank
_OLD_NS = 60 * 10**9  # it is told twice a second; a number of a process can be given to another


@dataclass(frozen=True)
class PartState:
    """One part of a plant at work.

    Attributes:
        name: 'keeper', 'collector NAME', 'scorer', 'trainer', 'orders', 'api'.
        state: 'starting', 'active', 'idle' (there is nothing to do), 'degraded' (it works with a loss), 'stopped'.
        since_ns: since when, ns UTC.
        reason: why it is in this state, where that is not plain.
        next_step: what a person can do about it; None where nothing need be done.
        pid: of its process; None: it has none now.
        restarts: how often it was started again since bobae started.
        memory_bytes: of its process, what it shares with others counted by its share; None: not known here.
        figures: what it counts, for /metrics.
    """

    name: str
    state: State
    since_ns: int
    reason: Text | None = None
    next_step: Text | None = None
    pid: int | None = None
    restarts: int = 0
    memory_bytes: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, from which `from_json` makes it again."""
        return asdict(self) | {"reason": _kept(self.reason), "next_step": _kept(self.next_step)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "PartState":
        """What `as_json` told."""
        return cls(**{**told, "reason": _said(told["reason"]), "next_step": _said(told["next_step"])})


@dataclass(frozen=True)
class Board:
    """All parts at one moment, with what they told of sources and models.

    Attributes:
        run: names the run.
        pid: of the supervisor.
        since_ns: when it started.
        told_ns: when this was so.
        parts: in the order in which they were started.
        sources: as their collectors see them.
        models: what is watched: monitor, asset, task, name, version.
        troubles: why rows get no further.
    """

    run: str = ""
    pid: int = 0
    since_ns: int = 0
    told_ns: int = 0
    parts: tuple[PartState, ...] = ()
    sources: tuple[SourceState, ...] = ()
    models: tuple[Mapping[str, str], ...] = ()
    troubles: tuple[Text, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, from which `from_json` makes it again."""
        return {
            "run": self.run,
            "pid": self.pid,
            "since_ns": self.since_ns,
            "told_ns": self.told_ns,
            "parts": [part.as_json() for part in self.parts],
            "sources": [source_as_json(source) for source in self.sources],
            "models": [dict(model) for model in self.models],
            "troubles": [trouble.as_json() for trouble in self.troubles],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Board":
        """What `as_json` told."""
        return cls(
            run=told["run"],
            pid=told["pid"],
            since_ns=told["since_ns"],
            told_ns=told["told_ns"],
            parts=tuple(PartState.from_json(part) for part in told["parts"]),
            sources=tuple(source_of(source) for source in told["sources"]),
            models=tuple(told["models"]),
            troubles=tuple(Text.from_json(trouble) for trouble in told["troubles"]),
        )


def write_board(folder: Path, board: Board) -> None:
    """Have other programs see the board: whole, or as it was; on a full disk in the room that the last one had."""
    told = json.dumps(board.as_json(), ensure_ascii=False, default=float).encode().ljust(_ROOM)
    fresh, at = folder / f"{FILE}.new", folder / FILE
    try:
        fresh.write_bytes(told)
        fresh.replace(at)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
            with at.open("r+b") as file:
                file.write(told)


def read_board(folder: Path) -> Board | None:
    """The board of the plant that runs there; that of one that has ended says so; None: none ever ran there."""
    try:
        board = Board.from_json(json.loads((folder / FILE).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if is_alive(board.pid) and time.time_ns() - board.told_ns < _OLD_NS:
        return board
    return replace(board, parts=tuple(replace(part, state="stopped", pid=None) for part in board.parts))


def is_alive(pid: int) -> bool:
    """Whether there is a process with this number."""
    if not pid:
        return False
    if os.name == "nt":
        return True  # asking there would end it; how old the board is says it too
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def source_as_json(source: SourceState) -> dict[str, Any]:
    """A source's state as plain JSON values."""
    rejected = [{**asdict(one), "why": one.why.as_json()} for one in source.rejected]
    return asdict(source) | {
        "reason": _kept(source.reason),
        "storing": _kept(source.storing),
        "rejected": rejected,
    }


def source_of(told: Mapping[str, Any]) -> SourceState:
    """What `source_as_json` told."""
    rejected = tuple(
        Rejected(**{**one, "wish": Wish(**one["wish"]), "why": Text.from_json(one["why"])}) for one in told["rejected"]
    )
    said = {"reason": _said(told["reason"]), "storing": _said(told["storing"]), "rejected": rejected}
    return SourceState(**{**told, **said})


def _kept(said: Text | None) -> dict[str, Any] | None:
    return None if said is None else said.as_json()


def _said(kept: Mapping[str, Any] | None) -> Text | None:
    return None if kept is None else Text.from_json(kept)
