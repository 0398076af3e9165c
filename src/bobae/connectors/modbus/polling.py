"""All values of one line read again and again: in blocks, paced, with every device's silence and refusals told."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bobae.connectors.modbus.address import Place
from bobae.connectors.modbus.changes import Changes
from bobae.connectors.modbus.failures import GATEWAY, ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, status_of
from bobae.connectors.modbus.layout import NOT_DECODABLE, Layout
from bobae.connectors.modbus.line import Line, Silence
from bobae.connectors.modbus.plan import Block, halves, planned
from bobae.connectors.modbus.settings import ModbusSettings
from bobae.core import Deliver, Gap, Statuses, Texts, Wish
from bobae.core.connector import Positions

_TOLD_WITHIN_S = 0.25  # a slow round is told in parts
_LONGEST_S = 60.0  # a device or an address that is not there is asked for again at least so often
_MISSING_POLLS = 5  # a device that does not answer is left alone for so many at first
_LATE_TIMEOUTS = 3  # and so long, where its late answer could be taken for one to the next question


@dataclass(eq=False)
class _Part:
    """A block and what it brought last: bytes or a bad status, when, and whether that is still to be told."""

    block: Block
    raw: bytes = b""
    status: int = 0
    time_ns: int = 0
    fresh: bool = False
    due_s: float = 0.0


@dataclass
class _Unit:
    """A device: what is read of it, whether it ever answered, and how long it is left alone where it does not."""

    parts: list[_Part] = field(default_factory=list)
    answered: bool = False
    silent: bool = False
    due_s: float = 0.0
    pause_s: float = 0.0


class Polling:
    """Reads places over a line until it breaks.

    Args:
        line: open.
        settings: of the source.
        wishes: all of them, for their dead bands.
        places: position of a wish -> where its value is.
        deliver: takes what changed.
    """

    def __init__(
        self,
        line: Line,
        settings: ModbusSettings,
        wishes: Sequence[Wish],
        places: Mapping[int, Place],
        deliver: Deliver,
    ) -> None:
        self._line, self._settings, self._places, self._deliver = line, settings, places, deliver
        self._changes = Changes(wishes)
        self._units: dict[int, _Unit] = {}
        for block in planned(places, gap=settings.gap_registers, most=settings.max_registers):
            self._units.setdefault(block.unit, _Unit()).parts.append(_Part(block))
        self._reading: _Reading | None = None
        self._told_s = 0.0
        self._alone = False  # a device did not answer, and none has since

    async def first(self) -> dict[int, int]:
        """Read all once and tell it; position -> exception code of what the devices do not have.

        Raises:
            Unreachable: no device answers, or the connection broke.
        """
        self._told_s = asyncio.get_running_loop().time()
        refused: dict[int, int] = {}
        for unit in self._units.values():
            await self._ask(unit, refused)
            unit.parts = [part for part in unit.parts if not set(part.block.members) <= refused.keys()]
        self._units = {number: unit for number, unit in self._units.items() if unit.parts}
        self._reading = None
        self._tell()
        return refused

    async def run(self) -> None:
        """Go on reading, every `poll_s`; never returns.

        Raises:
            Unreachable: no device answers, or the connection broke.
        """
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        while True:
            begin_s = max(begin_s + self._settings.poll_s, loop.time())
            await asyncio.sleep(begin_s - loop.time())
            for unit in self._units.values():
                if unit.due_s <= loop.time():
                    await self._ask(unit, None)
            self._tell()

    async def _ask(self, unit: _Unit, refused: dict[int, int] | None) -> None:
        """Read what is due of one device; `refused` takes what it does not have, None: that is a bad reading."""
        try:
            for part in list(unit.parts):
                if part.due_s <= asyncio.get_running_loop().time():
                    await self._read(unit, part, refused)
        except Silence:
            self._fell_silent(unit)

    async def _read(self, unit: _Unit, part: _Part, refused: dict[int, int] | None) -> None:
        """Read one block; one that the device does not take whole is halved until what it does not have is alone."""
        answer = await self._line.read(part.block)
        self._alone = False
        if answer.code in GATEWAY:
            raise Silence
        unit.answered, unit.silent, unit.pause_s = True, False, 0.0
        if answer.code in (ILLEGAL_ADDRESS, ILLEGAL_VALUE) and len(part.block.members) > 1:
            self._tell()
            smaller = [_Part(half) for half in halves(part.block, self._places)]
            at = unit.parts.index(part)
            unit.parts[at : at + 1] = smaller
            self._reading = None
            for one in smaller:
                await self._read(unit, one, refused)
            return
        if answer.code in (ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE):
            part.due_s = asyncio.get_running_loop().time() + _LONGEST_S
            if refused is not None:
                refused.update(dict.fromkeys(part.block.members, answer.code))
                return
        part.raw, part.status = answer.raw, status_of(answer.code) if answer.code else 0
        part.time_ns, part.fresh = answer.time_ns, True
        if asyncio.get_running_loop().time() - self._told_s > _TOLD_WITHIN_S:
            self._tell()

    def _fell_silent(self, unit: _Unit) -> None:
        """Leave a device alone for a while, and say that there is nothing of it.

        Raises:
            Unreachable: no device answers, or two that did have fallen silent one after the other.
        """
        before, unit.silent = unit.silent, True
        if all(one.silent for one in self._units.values()) or (unit.answered and self._alone and not before):
            raise self._line.silent((time.time_ns() - self._line.alive_ns) / 1e9)
        self._alone = self._alone or not before
        late_s = _LATE_TIMEOUTS * self._settings.timeout_s if self._settings.where.rtu else 0.0
        shortest_s = max(_MISSING_POLLS * self._settings.poll_s, late_s)
        unit.pause_s = max(min(2 * unit.pause_s, _LONGEST_S), shortest_s)
        unit.due_s = asyncio.get_running_loop().time() + unit.pause_s
        for part in unit.parts:
            part.status, part.time_ns, part.fresh = int(Gap.NO_COMMUNICATION), time.time_ns(), True

    def _tell(self) -> None:
        """Hand on what changed in the blocks that were read since the last time."""
        self._told_s = asyncio.get_running_loop().time()
        if self._reading is None:
            parts = [part for unit in self._units.values() for part in unit.parts]
            self._reading = _Reading(parts, self._places)
        self._reading.tell(self._changes, self._deliver)


class _Reading:
    """Blocks and how the values stand in them."""

    def __init__(self, parts: Sequence[_Part], places: Mapping[int, Place]) -> None:
        self._parts = parts
        members = [(n, position) for n, part in enumerate(parts) for position in part.block.members]
        ends = np.cumsum([0] + [part.block.size for part in parts]).tolist()
        self._block = np.array([n for n, _ in members], dtype=np.int64)
        self._where: Positions = np.array([position for _, position in members], dtype=np.int32)
        self._layout = Layout(
            [places[position] for _, position in members], [(ends[n], parts[n].block.start) for n, _ in members]
        )

    def tell(self, changes: Changes, deliver: Deliver) -> None:
        """Hand on what changed in the fresh ones."""
        fresh = np.array([part.fresh for part in self._parts], dtype=bool)
        if not fresh.any():
            return
        image = b"".join([part.raw or bytes(part.block.size) for part in self._parts])
        value, status = self._layout.values(image)
        text = self._texts(image, status)
        bad = np.array([part.status for part in self._parts], dtype=np.uint32)[self._block]
        time_ns = np.array([part.time_ns for part in self._parts], dtype=np.int64)[self._block]
        if bad.any():
            value[bad != 0], status[bad != 0] = np.nan, bad[bad != 0]
            if text is not None:
                text[bad != 0] = None
        for part in self._parts:
            part.fresh = False
        chosen = slice(None) if fresh.all() else fresh[self._block]
        told = changes.of(
            self._where[chosen],
            time_ns[chosen],
            value[chosen],
            status[chosen],
            None if text is None else text[chosen],
        )
        if told is not None:
            deliver(told)

    def _texts(self, image: bytes, status: Statuses) -> Texts | None:
        at = self._layout.texts_at
        if not at:
            return None
        text: Texts = np.full(len(self._where), None, dtype=object)
        text[at] = self._layout.texts(image)
        status[[i for i in at if text[i] is None]] = NOT_DECODABLE
        return text
