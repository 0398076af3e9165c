"""One part alone: a process that dies again and again, hangs, says what is wrong, or has done its work."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bobae.app.live_wishes import PartPlan
from bobae.app.processes.named import name_of
from bobae.app.processes.part import Here
from bobae.app.processes.supervisor import OFTEN, Part, Told
from bobae.core import BadInput, Refused, text

PATIENCE_S = 60.0


async def dies(here: Here) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def breaks(here: Here) -> None:
    raise ValueError("the valve stuck")


async def cannot(here: Here) -> None:
    raise BadInput("the port {port} is taken", port=8800)


async def will_not(here: Here) -> None:
    raise Refused("another bobae collects there")


async def does_its_work(here: Here) -> None:
    here.tell(text("{n} rows", n=3), "good")
    here.progress(text("reading"), 1, 2)
    here.result({"rows": here.more["rows"]})
    print("this goes nowhere near the supervisor's ear")


async def stays(here: Here) -> None:
    await asyncio.Event().wait()


async def hangs(here: Here) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    time.sleep(3600)


@dataclass
class Heard:
    said: list[Any] = field(default_factory=list)

    def told(self) -> Told:
        return Told(
            lambda what, level="plain": self.said.append((level, str(what))),
            lambda what, done, total: self.said.append((str(what), done, total)),
            lambda document: self.said.append(document),
        )


@pytest.fixture
def part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Part]:
    monkeypatch.setenv("BOBAE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    (tmp_path / "plant.yaml").write_text("plant: small\n", "utf-8")

    def made(does: Callable[..., Any], heard: Heard | None = None, **plan: Any) -> Part:
        name = f"{Path(__file__).stem}:{name_of(does).partition(':')[2]}"
        asked = {
            "folder": str(tmp_path),
            "language": "en",
            "timezone": None,
            "run": "r",
            "part": "the part",
            "does": name,
            "address": {},
            "more": {"rows": 3},
        }
        return Part(PartPlan("the part", name, **plan), asked, (heard or Heard()).told(), again_s=0.01)

    return made


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.01)


async def stopped(part: Part, running: "asyncio.Task[None]") -> None:
    part.ask_to_end()
    await part.ended()
    await running


@pytest.mark.parametrize(("does", "why"), [(dies, "signal 9 killed it"), (breaks, "ValueError: the valve stuck")])
def test_a_part_that_dies_again_and_again_is_degraded_with_the_reason_and_what_to_do(
    part: Callable[..., Part], does: Callable[..., Any], why: str
) -> None:
    async def watched() -> None:
        one = part(does)
        running = asyncio.create_task(one.run())
        await until(lambda: one.restarts >= OFTEN and one.state.state == "degraded")
        assert str(one.state.reason) == why
        assert "bobae doctor" in str(one.state.next_step)
        await stopped(one, running)
        assert one.state.state == "stopped"

    asyncio.run(watched())


def test_a_part_that_is_wrong_is_not_started_again(part: Callable[..., Part]) -> None:
    one = part(cannot)
    asyncio.run(one.run())
    assert (one.state.state, str(one.state.reason), one.restarts) == ("degraded", "the port 8800 is taken", 0)


@pytest.mark.parametrize(("does", "error"), [(cannot, BadInput), (will_not, Refused)])
def test_a_part_that_is_needed_and_cannot_start_ends_all(
    part: Callable[..., Part], does: Callable[..., Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"taken|another bobae"):
        asyncio.run(part(does, needed=True).run())


def test_a_part_whose_work_is_done_is_stopped_and_what_it_said_was_heard(part: Callable[..., Part]) -> None:
    heard = Heard()
    one = part(does_its_work, heard, once=True)
    asyncio.run(one.run())
    assert one.state.state == "stopped"
    assert heard.said == [("good", "3 rows"), ("reading", 1, 2), {"rows": 3}]


def test_a_part_that_does_not_answer_is_killed_and_one_that_will_not_end_too(part: Callable[..., Part]) -> None:
    async def watched() -> None:
        one = part(hangs)
        running = asyncio.create_task(one.run())
        await until(lambda: one.state.pid is not None)
        first = one.state.pid
        while one.state.pid == first:
            one.look()  # as often as it takes: each stands for half a second
            await asyncio.sleep(0.005)
        await until(lambda: one.state.pid is not None)
        one.ask_to_end()
        await one.ended(0.01)
        await running
        assert (one.state.state, one.state.pid, one.restarts) == ("stopped", None, 1)

    asyncio.run(watched())


def test_a_part_ends_when_it_is_asked_to(part: Callable[..., Part]) -> None:
    async def watched() -> None:
        one = part(stays, Heard())
        running = asyncio.create_task(one.run())
        await until(lambda: bool(one.doing))
        await stopped(one, running)
        assert (one.state.state, one.state.pid, one.failed) == ("stopped", None, None)

    asyncio.run(watched())
