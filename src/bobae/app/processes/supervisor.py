"""The supervisor: starts each part of a plant in a process of its own, hears of it, and starts it again alone."""

import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bobae.app.live_wishes import PartPlan
from bobae.app.processes.part import ENDS_S, TELL_S
from bobae.app.processes.state import PartState, State, source_of
from bobae.app.processes.wire import error_of
from bobae.app.telling import Tell
from bobae.collect import SourceState
from bobae.core import BadInput, BobaeError, Missing, Progress, Text, text

AGAIN_S, LONGEST_AGAIN_S = 0.5, 30.0
HEALTHY_S = 60.0  # a part that lived so long begins anew with short pauses
OFTEN, OFTEN_S = 4, 300.0  # that many ends within that time: degraded
SILENT_S = 60.0  # a part that has not told how it does for so long hangs
_LINE_BYTES = 1 << 26
_TOLD_ROWS = 20
_log = logging.getLogger("bobae.app")


@dataclass(frozen=True)
class Told:
    """Who hears what the parts say."""

    tell: Tell
    progress: Progress
    result: Callable[[Mapping[str, Any]], None]


@dataclass(eq=False)
class Part:
    """One part: its process now, and what became of those before.

    Args:
        plan: what runs.
        asked: the first line that its process reads.
        told: who hears what it says.
        clock: ns UTC.
        again_s: before it is started again the first time; doubled with each.
    """

    plan: PartPlan
    asked: Mapping[str, Any]
    told: Told
    clock: Callable[[], int] = time.time_ns
    again_s: float = AGAIN_S
    restarts: int = 0
    doing: Mapping[str, Any] = field(default_factory=dict)
    failed: BobaeError | None = None
    _state: State = "starting"
    _since_ns: int = 0
    _why: tuple[Text | None, Text | None] = (None, None)
    _process: asyncio.subprocess.Process | None = None
    _ends: deque[float] = field(default_factory=lambda: deque(maxlen=OFTEN))
    _first: asyncio.Event = field(default_factory=asyncio.Event)
    _silent_s: float = 0.0
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _rows: deque[str] = field(default_factory=lambda: deque(maxlen=_TOLD_ROWS))

    @property
    def state(self) -> PartState:
        """How it stands."""
        reason, step = self._why
        pid = None if self._process is None else self._process.pid
        figures = self.doing.get("figures", {})
        return PartState(self.plan.name, self._state, self._since_ns, reason, step, pid, self.restarts, None, figures)

    async def run(self) -> None:
        """Keep it running until it is asked to end; back too when its work is done, or it cannot be done.

        Raises:
            BobaeError: a part without which there is no use in going on cannot start.
        """
        pause_s = self.again_s
        while True:
            began = time.monotonic()
            code = await self._once()
            if self.is_ending or (self.plan.once and code == 0):
                self._is("stopped", None if self.is_ending else text("its work is done"))
                return
            if self.failed is not None and self.plan.needed and not self._first.is_set():
                raise self.failed
            if isinstance(self.failed, BadInput | Missing):
                self._is("degraded", self.failed.text, text("put that right, then start bobae again"))
                self._first.set()
                return
            self._ends.append(time.monotonic())
            pause_s = self.again_s if time.monotonic() - began > HEALTHY_S else pause_s
            self._tell_end(code, pause_s)
            await self._pause(pause_s)
            if self.is_ending:
                self._is("stopped")
                return
            pause_s = min(2 * pause_s, LONGEST_AGAIN_S)
            self.restarts += 1

    async def started(self) -> None:
        """Return when it does its work for the first time, or cannot."""
        await self._first.wait()

    def show(self, board: bytes) -> None:
        """Have a part that wants to see it see the board."""
        if self.plan.sees_board and self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(board)

    @property
    def is_ending(self) -> bool:
        """Whether it was asked to end."""
        return self._ending.is_set()

    def ask_to_end(self) -> None:
        """Tell it that it is to end."""
        self._ending.set()
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def ended(self, within_s: float = ENDS_S) -> None:
        """Return when its process has ended; one that will not in time is killed."""
        process = self._process
        if process is None:
            return
        # it has nothing yet that must be brought to an end; or what it makes is there whole or not at all
        if self._state == "starting" or self.plan.once:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        try:
            async with asyncio.timeout(within_s):
                await process.wait()
        except TimeoutError:
            said = text("{part} did not end within {s:.0f} s and is killed", part=self.plan.name, s=within_s)
            _log.error("%s", said)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def look(self) -> None:
        """End a process that hangs; called every TELL_S, so that a computer that slept does not count as one."""
        self._silent_s += TELL_S
        if self._silent_s > SILENT_S and self._process is not None:
            said = text("{part} has not answered for {s:.0f} s and is killed", part=self.plan.name, s=SILENT_S)
            _log.error("%s", said)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _once(self) -> int:
        """One process from its start to its end; its exit status."""
        self.failed, self._silent_s = None, 0.0
        self._is("starting")
        self._rows.clear()
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bobae.app.processes.part"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LINE_BYTES,
            start_new_session=os.name != "nt",  # Ctrl-C is for the supervisor, which ends them in their order
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(self.asked, ensure_ascii=False).encode() + b"\n")
        if self.is_ending:
            process.stdin.close()
        try:
            await asyncio.gather(self._hear(process), self._hear_errors(process))
            return await process.wait()
        finally:
            self._process = None
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ending.wait()

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.endswith(b"\n"):  # else it was killed while it wrote
                self._take(json.loads(line))

    async def _hear_errors(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self._rows.append(line.decode(errors="replace").rstrip())

    def _take(self, told: Mapping[str, Any]) -> None:
        self._silent_s = 0.0
        if "state" in told:
            self.doing = told
            reason, step = told["reason"], told["next_step"]
            self._is(told["state"], _said(reason), _said(step))
            if told["state"] != "starting":
                self._first.set()
        elif "log" in told:
            logging.getLogger(told["of"]).log(told["level"], "%s", told["log"])
        elif "tell" in told:
            self.told.tell(Text.from_json(told["tell"]), told["level"])
        elif "progress" in told:
            self.told.progress(Text.from_json(told["progress"]), told["done"], told["total"])
        elif "result" in told:
            self.told.result(told["result"])
        elif "failed" in told:
            self.failed = error_of(told["failed"])

    def _tell_end(self, code: int, pause_s: float) -> None:
        why = self.failed.text if self.failed is not None else _ended_how(code, self._rows)
        often = self._ends_often()
        step = text("bobae tries again by itself, ever more seldom; run bobae doctor DIR, and see the log")
        self._is("degraded" if often else "starting", why, step if often else None)
        _log.error(
            "%s", text("{part} ended: {why}; it is started again in {s:.1f} s", part=self.plan.name, why=why, s=pause_s)
        )

    def _ends_often(self) -> bool:
        return len(self._ends) == OFTEN and time.monotonic() - self._ends[0] < OFTEN_S

    def _is(self, state: State, reason: Text | None = None, step: Text | None = None) -> None:
        if state == "starting" and self._state == "degraded" and self._ends_often():
            return  # that it starts once more is no news
        if state != self._state or not self._since_ns:
            self._state, self._since_ns = state, self.clock()
        self._why = (reason, step)


def _ended_how(code: int, rows: Sequence[str]) -> Text:
    if code < 0:
        return text("signal {number} killed it", number=-code)
    if rows:
        return text("{last}", last=rows[-1])
    return text("its exit status was {code}", code=code)


def _said(kept: Mapping[str, Any] | None) -> Text | None:
    return None if kept is None else Text.from_json(kept)


def sources_of(part: Part) -> list[SourceState]:
    """The sources that a part collects, as it told; what it cannot tell now is not connected."""
    told = [source_of(source) for source in part.doing.get("sources", ())]
    state = part.state
    if part.is_ending or (state.pid is not None and told):
        return told
    if "source" not in part.plan.more:
        return []
    before = told[0] if told else SourceState(part.plan.more["source"], False, state.since_ns)
    return [replace(before, connected=False, since_ns=state.since_ns, reason=state.reason)]
