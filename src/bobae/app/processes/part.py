"""What each process of a plant runs: one part, which tells how it does and ends when its supervisor does.

Its standard input brings one JSON object a line: first what it is to do, later what is on the board; its end means
that it is to end too. Its standard output carries one JSON object a line: how it does, what it has to say.
"""

import asyncio
import contextlib
import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bobae.app.processes.state import Board, State
from bobae.app.processes.wire import Address, error_told
from bobae.app.settings import Settings, settings_for
from bobae.collect import SourceState
from bobae.core import BadInput, BobaeError, Missing, Plant, Text, speaking, telling_time_of

TELL_S = 0.5
ENDS_S = 15.0  # a part whose supervisor is gone, or that was told to end, has so long
_LOUD = {"bobae.collect": logging.INFO}
Run = Callable[["Here"], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Doing:
    """How a part does at this moment; see PartState.

    Attributes:
        sources: that it collects.
        models: that it watches with.
        troubles: why rows get no further.
    """

    state: State = "active"
    reason: Text | None = None
    next_step: Text | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[SourceState, ...] = ()
    models: tuple[Mapping[str, str], ...] = ()
    troubles: tuple[Text, ...] = ()


@dataclass(eq=False)
class Here:
    """What a part has at hand.

    Attributes:
        name: of the part.
        folder: of the plant.
        settings: those that hold there.
        address: where the keeper listens.
        run: names the run; the same for a part that is started again.
        more: what else the part was told.
        doing: asked twice a second how it does; a part puts its own here once it works.
        board: the newest board, where this part is given it.
    """

    name: str
    folder: Path
    settings: Settings
    address: Address
    run: str
    more: Mapping[str, Any]
    doing: Callable[[], Doing] = lambda: Doing("starting")
    board: Board = field(default_factory=Board)

    @property
    def plant(self) -> Plant:
        """As plant.yaml has it."""
        assert self.settings.plant is not None
        return self.settings.plant

    def tell(self, what: Text, level: str = "plain") -> None:
        """Have it said in the terminal."""
        _write({"tell": what.as_json(), "level": level})

    def progress(self, what: Text, done: float, total: float) -> None:
        """Have it shown how far a piece of work is."""
        _write({"progress": what.as_json(), "done": done, "total": total})

    def result(self, document: Mapping[str, Any]) -> None:
        """Hand in what came of it."""
        _write({"result": document})


def main() -> int:
    """Run the part that the first line of standard input names."""
    _keep_standard_output()
    asked = json.loads(next(_lines()))
    settings = settings_for(Path(asked["folder"]), language=asked["language"], timezone=asked["timezone"])
    here = Here(
        name=asked["part"],
        folder=Path(asked["folder"]),
        settings=settings,
        address=Address(**asked["address"]),
        run=asked["run"],
        more=asked["more"],
    )
    module, _, name = asked["does"].partition(":")
    with speaking(settings.language), telling_time_of(settings.timezone), _logs_told():
        try:
            asyncio.run(_run(getattr(importlib.import_module(module), name), here))
        except BobaeError as error:
            _write({"failed": error_told(error)})
            return 2 if isinstance(error, BadInput | Missing) else 1
        except Exception:  # noqa: BLE001 - whatever it was, the supervisor tells it and starts the part again
            traceback.print_exc()
            return 1
    return 0


async def _run(part: Run, here: Here) -> None:
    """Run the part until it ends, is told to end, or its supervisor is gone."""
    stop = asyncio.Event()
    threading.Thread(target=_listen, args=(here, asyncio.get_running_loop(), stop), daemon=True).start()
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    running = asyncio.create_task(part(here))
    telling = asyncio.create_task(_tell_doing(here))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({running, telling, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (running, telling, waiting):
        task.cancel()
    await asyncio.gather(running, telling, waiting, return_exceptions=True)
    for task in (running, telling):
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
    _write(_doing_told(here))


async def _tell_doing(here: Here) -> None:
    while True:
        _write(_doing_told(here))
        await asyncio.sleep(TELL_S)


def _doing_told(here: Here) -> dict[str, Any]:
    now = here.doing()
    board = Board(sources=now.sources, models=now.models, troubles=now.troubles).as_json()
    return {
        "state": now.state,
        "reason": None if now.reason is None else now.reason.as_json(),
        "next_step": None if now.next_step is None else now.next_step.as_json(),
        "figures": {**now.figures, "cpu_s": time.process_time()},
        **{name: board[name] for name in ("sources", "models", "troubles")},
    }


def _listen(here: Here, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    for line in _lines():
        here.board = Board.from_json(json.loads(line))
    with contextlib.suppress(RuntimeError):  # it has ended already
        loop.call_soon_threadsafe(stop.set)
    time.sleep(ENDS_S)
    os._exit(1)


def _lines() -> Iterator[bytes]:
    """Standard input line by line; not through its buffer, whose lock a thread would hold at the end."""
    while True:
        while b"\n" not in _heard:
            piece = os.read(0, 1 << 16)
            if not piece:
                return
            _heard.extend(piece)
        line, _, rest = bytes(_heard).partition(b"\n")
        _heard[:] = rest
        yield line


_heard = bytearray()


def _keep_standard_output() -> None:
    """Standard output is for the supervisor alone; what anybody else prints goes to standard error."""
    global _output
    _output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)


_output: Any = None
_turn = threading.Lock()


def _write(told: Mapping[str, Any]) -> None:
    line = json.dumps(told, ensure_ascii=False, default=float).encode() + b"\n"
    with _turn, contextlib.suppress(OSError):  # the supervisor is gone: the end of standard input says so
        view = memoryview(line)
        while view:
            view = view[_output.write(view) :]


@contextlib.contextmanager
def _logs_told() -> Iterator[None]:
    """Warnings of all, and what the collectors do, go to the supervisor as sentences."""
    handler = _Told()
    logging.getLogger().addHandler(handler)
    for name, level in _LOUD.items():
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            _write({"log": self.format(record), "of": record.name, "level": record.levelno})
        except Exception:  # noqa: BLE001 - as every handler of the standard library: a log entry ends nothing
            self.handleError(record)


if __name__ == "__main__":
    from bobae.app.processes.part import main as run_part  # one module, not two: parts import it too

    sys.exit(run_part())
