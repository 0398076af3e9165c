"""What runs beside the demo's press: a packaging line, an energy meter and an etch tool, each over its own protocol."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from bobae.app import discovery
from bobae.app.plant_checks import Place
from bobae.app.plant_file import PlantFile
from bobae.app.plugins import check
from bobae.app.telling import Tell
from bobae.core import BobaeError, Plant, current_language, text

MACHINES = ("packaging", "meter", "etch")
_STARTS_S = 20.0
_MODEST = 5  # steps of niceness: the press's story goes first
_ENDS_S = 5.0


@dataclass(frozen=True)
class _Starting:
    """A twin's process that does not answer yet, and the plant that it is once it does."""

    name: str
    process: asyncio.subprocess.Process
    answers: asyncio.Task[bool]
    part: Plant


class Machines:
    """The machines that were started."""

    def __init__(self, starting: Sequence[_Starting]) -> None:
        self._starting = starting

    async def answering(self, tell: Tell) -> list[Plant]:
        """The plants of those that answer; the others are told and left out."""
        parts = []
        for one in self._starting:
            if not await one.answers:
                tell(text("the machine {name} did not start; the demo goes on without it", name=one.name), "warning")
                continue
            parts.append(one.part)
            _tell_tags(one.part, tell)
        return parts


@contextlib.asynccontextmanager
async def machines(language: str, tell: Tell, names: Sequence[str] = MACHINES) -> AsyncIterator[Machines]:
    """Start each machine whose twin and connector are installed, in a process of its own; ended at the end."""
    started: list[_Starting] = []
    try:
        for name in names:
            try:
                started.append(await _started(name, language))
            except BobaeError as error:
                tell(text("the machine {name} is left out: {why}", name=name, why=error.text), "warning")
        yield Machines(started)
    finally:
        for one in started:
            one.answers.cancel()
        await asyncio.gather(*(_ended(one.process) for one in started))


def with_parts(file: PlantFile, parts: Sequence[Plant]) -> PlantFile:
    """The plant with the assets and sources of others added."""
    return file.with_values(place for part in parts for place in _values(part))


def _values(part: Plant) -> Iterator[tuple[Place, object]]:
    for path, asset in part.assets.items():
        yield ("assets", path, "class"), asset.class_
        for name, tag in asset.tags.items():
            yield ("assets", path, "tags", name), tag.model_dump(mode="json", exclude_defaults=True)
    for name, source in part.sources.items():
        yield ("sources", name), {"connector": source.connector} | source.settings


def _tell_tags(part: Plant, tell: Tell) -> None:
    """One line for each machine: how many tags, over which protocol."""
    for path, asset in part.assets.items():
        connectors = {part.sources[tag.source].connector for tag in asset.tags.values() if tag.source is not None}
        titles = [check(name).manifest.title for name in sorted(connectors)]
        over = ", ".join(title["ko" if current_language() == "ko" else "en"] for title in titles)
        tell(text("{asset}: {n} tags over {protocol}", asset=path, n=len(asset.tags), protocol=over))


async def _started(name: str, language: str) -> _Starting:
    twin, port = discovery.load("twins", name), free_port()
    part: Plant = twin.live_part(port=port, language=language)
    for source in part.sources.values():
        discovery.load("connectors", source.connector)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"{twin.__name__}.live", "--port", str(port), "--seed", "0"),
        *("--language", language, "--parent", str(os.getpid())),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # that it does not start is told
        start_new_session=True,  # Ctrl-C is for bobae, which ends it
    )
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, _MODEST)
    return _Starting(name, process, asyncio.create_task(_answers(process)), part)


async def _answers(process: asyncio.subprocess.Process) -> bool:
    """Whether the twin's process says in time that it answers."""
    assert process.stdout is not None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_STARTS_S):
            return bool(await process.stdout.readline())
    return False


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a process and wait for its end; one that will not is killed."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_ENDS_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
