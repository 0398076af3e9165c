"""HSMS-SS (SEMI E37, E37.1): one connection that carries SECS-II messages, either end of it.

A message is 4 bytes of length, 10 of header, and its body. What does not keep to that is answered as the standard says
(Reject, S9Fx) and told; nothing that comes can raise in here.
"""

import asyncio
import itertools
import logging
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bobae.connectors.secs.items import Item, Malformed, decode, raw_binary
from bobae.connectors.secs.message import Declined, Message
from bobae.connectors.secs.settings import SecsSettings
from bobae.core import Unreachable, text

T = TypeVar("T")
_log = logging.getLogger("bobae.collect")
_HEADER = struct.Struct(">HBBBBI")
_CONTROL = 0xFFFF  # session id of messages that are about the connection itself
SELECT, SELECTED, DESELECT, DESELECTED, LINKTEST, LINKTESTED, REJECT, SEPARATE = 1, 2, 3, 4, 5, 6, 7, 9
_NO_SUCH_STYPE, _NO_SUCH_PTYPE, _NOT_ASKED, _NOT_SELECTED = 1, 2, 3, 4  # why something is rejected
_S9 = {1: "unknown device", 3: "unknown stream", 5: "unknown function", 7: "illegal data", 9: "timeout", 11: "too long"}


@dataclass
class _Waiting:
    name: str
    reply: asyncio.Future[Message]


class Link(asyncio.Protocol):
    """One TCP connection; used once.

    Args:
        settings: device id, timers, longest message.
        take: is called with each primary message (the other end's own), in the event loop.

    Attributes:
        ended: done with the reason, once nothing can come any more.
        alive_ns: when something last came, ns UTC; 0 before.
        selected: done once both ends have agreed to talk.
    """

    def __init__(self, settings: SecsSettings, take: Callable[[Message], None]) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Unreachable] = loop.create_future()
        self.selected: asyncio.Future[None] = loop.create_future()
        self.alive_ns = 0
        self._settings, self._take, self._loop = settings, take, loop
        self._transport: asyncio.Transport | None = None
        self._heard = loop.time()
        self._buffer = bytearray()
        self._cut_off: asyncio.TimerHandle | None = None
        self._waiting: dict[int, _Waiting] = {}
        self._systems = itertools.count(int(time.time()) & 0xFF_FFFF)
        self._one_at_a_time = asyncio.Lock()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is there."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """TCP is gone."""
        self._end(Unreachable("{endpoint} closed the connection ({why})", endpoint=self._name, why=exc or "EOF"))

    def data_received(self, data: bytes) -> None:
        """Take apart what came into messages; the rest waits for more, for T8 at most."""
        self._heard, self.alive_ns = self._loop.time(), time.time_ns()
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= 4 and not self.ended.done():
            length = int.from_bytes(buffer[at : at + 4], "big")
            if not _HEADER.size <= length <= self._settings.longest_bytes:
                self._refuse_length(length, bytes(buffer[at + 4 : at + 4 + _HEADER.size]))
                break
            if len(buffer) - at - 4 < length:
                break
            self._take_frame(bytes(buffer[at + 4 : at + 4 + length]))
            at += 4 + length
        del buffer[:at]
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None
        if buffer and not self.ended.done():
            self._cut_off = self._loop.call_later(self._settings.t8_s, self._broke_off)

    async def select(self) -> None:
        """Agree to talk: ask as the active end, wait to be asked as the passive one.

        Raises:
            Unreachable: the other end does not, within T6 or T7.
        """
        if self._settings.passive:
            waits_s = self._settings.t7_s
        else:
            self._send(_CONTROL, 0, 0, SELECT, next(self._systems))
            waits_s = self._settings.t6_s
        await self._or_lost(self.selected, waits_s, "Select")

    async def linktest(self) -> None:
        """Return never while the other end gives signs of life: where none came for a while it is asked for one.

        Raises:
            Unreachable: it gives none.
        """
        while True:
            quiet_s = self._loop.time() - self._heard
            if quiet_s < self._settings.linktest_s:
                await asyncio.sleep(self._settings.linktest_s - quiet_s)
                continue
            system = self._next_system()
            reply = self._expect(system, "Linktest")
            self._send(_CONTROL, 0, 0, LINKTEST, system)
            try:
                await self._or_lost(reply, self._settings.t6_s, "Linktest")
            finally:
                self._waiting.pop(system, None)

    async def request(self, stream: int, function: int, body: bytes = b"") -> Item:
        """Send a primary message and wait for what is answered; one at a time.

        Raises:
            Declined: it is aborted, rejected, answered with an error message, or not within T3.
            Unreachable: the connection ended.
        """
        return decode(await self.raw_request(stream, function, body))

    async def raw_request(self, stream: int, function: int, body: bytes = b"") -> bytes:
        """The body of the answer as it came; it is well-formed."""
        async with self._one_at_a_time:
            system, name = self._next_system(), f"S{stream}F{function}"
            reply = self._expect(system, name)
            self._send(self._settings.device_id, stream | 0x80, function, 0, system, body)
            try:
                message = await self._patiently(reply, self._settings.t3_s)
            except TimeoutError as error:
                raise Declined(name, "T3") from error
            finally:
                self._waiting.pop(system, None)
        if message.stream == 9:
            raise Declined(name, _S9.get(message.function, message.name))
        if (message.stream, message.function) != (stream, function + 1):
            raise Declined(name, message.name)
        try:
            decode(message.body)
        except Malformed as error:
            raise Declined(name, f"{message.name}: {error}") from error
        return message.body

    def reply(self, to: Message, body: bytes) -> None:
        """Answer a primary message that wants it; after the end nothing is sent."""
        if to.wants_reply:
            self._send(self._settings.device_id, to.stream, to.function + 1, 0, to.system, body)

    def complain(self, function: int, about: Message, why: str) -> None:
        """S9Fx: something about a message is wrong, which is told a person too."""
        said = text(
            "{endpoint} sent {message}, which was refused ({why})",
            endpoint=self._name,
            message=about.name,
            why=why,
        )
        _log.warning("%s", said)
        self._send(self._settings.device_id, 9, function, 0, self._next_system(), raw_binary(about.header))

    def close(self) -> None:
        """Say good-bye and let go."""
        if self._transport is None:
            return
        if not self.ended.done():
            self._send(_CONTROL, 0, 0, SEPARATE, self._next_system())
            self._end(Unreachable("the connection to {endpoint} is not open", endpoint=self._name))
        self._transport.close()
        if self._transport.get_write_buffer_size():  # the other end takes nothing any more
            self._transport.abort()

    def _take_frame(self, frame: bytes) -> None:
        session, _, byte3, ptype, stype, system = _HEADER.unpack_from(frame)
        if ptype:
            self._reject(ptype, _NO_SUCH_PTYPE, system)
        elif stype == 0:
            self._take_data(session, frame, system)
        elif stype == SELECT:
            self._send(_CONTROL, 0, int(self.selected.done()), SELECTED, system)  # 1: already active
            self._agree()
        elif stype == SELECTED:
            if byte3 == 0:
                self._agree()
            else:
                self._end(
                    Unreachable("{endpoint} does not let bobae in (Select status {n})", endpoint=self._name, n=byte3)
                )
        elif stype in (SEPARATE, DESELECT):
            if stype == DESELECT:
                self._send(_CONTROL, 0, 0, DESELECTED, system)
            self._end(Unreachable("{endpoint} ended the session", endpoint=self._name))
        elif stype == LINKTEST:
            self._send(_CONTROL, 0, 0, LINKTESTED, system)
        elif stype == REJECT:
            waiting = self._waiting.get(system)
            if waiting is not None and not waiting.reply.done():
                waiting.reply.set_exception(Declined(waiting.name, f"Reject {byte3}"))
        elif stype == LINKTESTED and system in self._waiting:
            self._answer(system, Message(0, 0, False, system, frame, b""))
        else:
            self._reject(stype, _NOT_ASKED if stype in (DESELECTED, LINKTESTED) else _NO_SUCH_STYPE, system)

    def _take_data(self, session: int, frame: bytes, system: int) -> None:
        message = Message(frame[2] & 0x7F, frame[3], frame[2] >= 0x80, system, frame[:10], frame[10:])
        if not self.selected.done():
            self._reject(0, _NOT_SELECTED, system)
        elif session != self._settings.device_id:
            self.complain(1, message, f"device {session}")
        elif message.stream == 9:
            about = message.body[-4:]  # the header of what it is about ends with the number of that message
            self._answer(int.from_bytes(about, "big"), message)
        elif message.function % 2 == 0:
            self._answer(system, message)
        else:
            self._take(message)

    def _answer(self, system: int, message: Message) -> None:
        waiting = self._waiting.get(system)
        if waiting is not None and not waiting.reply.done():
            waiting.reply.set_result(message)

    def _agree(self) -> None:
        if not self.selected.done():
            self.selected.set_result(None)

    def _refuse_length(self, length: int, header: bytes) -> None:
        if length > self._settings.longest_bytes and len(header) == _HEADER.size and self.selected.done():
            self._send(self._settings.device_id, 9, 11, 0, self._next_system(), raw_binary(header))
        self._end(
            Unreachable("{endpoint} sent a message of {n} bytes, which none can have", endpoint=self._name, n=length)
        )

    def _broke_off(self) -> None:
        self._end(Unreachable("{endpoint} stopped in the middle of a message", endpoint=self._name))

    def _reject(self, what: int, why: int, system: int) -> None:
        _log.warning("%s", text("{endpoint} sent what HSMS does not know (reason {n})", endpoint=self._name, n=why))
        self._send(_CONTROL, what, why, REJECT, system)

    @property
    def _name(self) -> str:
        return self._settings.endpoint

    def _next_system(self) -> int:
        return next(self._systems) & 0xFFFF_FFFF

    def _expect(self, system: int, name: str) -> asyncio.Future[Message]:
        reply: asyncio.Future[Message] = self._loop.create_future()
        self._waiting[system] = _Waiting(name, reply)
        return reply

    async def _or_lost(self, wanted: "asyncio.Future[T]", waits_s: float, what: str) -> T:
        """What is wanted; without it the connection is of no use."""
        try:
            return await self._patiently(wanted, waits_s)
        except TimeoutError:
            lost = Unreachable(
                "{endpoint} has not answered {what} for {s:g} s", endpoint=self._name, what=what, s=waits_s
            )
            self._end(lost)
            raise lost from None

    async def _patiently(self, wanted: "asyncio.Future[T]", waits_s: float) -> T:
        """What is wanted; TimeoutError where it does not come in time, Unreachable where it cannot come any more."""
        either: set[asyncio.Future[Any]] = {wanted, self.ended}
        await asyncio.wait(either, timeout=waits_s, return_when=asyncio.FIRST_COMPLETED)
        if wanted.done():
            return wanted.result()
        if self.ended.done():
            raise self.ended.result()
        raise TimeoutError

    def _send(self, session: int, byte2: int, byte3: int, stype: int, system: int, body: bytes = b"") -> None:
        if self._transport is not None and not self.ended.done():
            head = _HEADER.pack(session, byte2, byte3, 0, stype, system)
            self._transport.write((len(head) + len(body)).to_bytes(4, "big") + head + body)

    def _end(self, why: Unreachable) -> None:
        if self.ended.done():
            return
        self.ended.set_result(why)
        if self._cut_off is not None:
            self._cut_off.cancel()
        if self._transport is not None:
            self._transport.close()
