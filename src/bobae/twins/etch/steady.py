"""HSMS for secsgem's equipment on a plain socket, passive: secsgem's own leaves a thread behind at each reconnect.

What is written and read is secsgem's; here are only the connection and the answers to control messages (SEMI E37).
"""

import contextlib
import itertools
import queue
import socket
import threading
from typing import Any

from secsgem.common import EventProducer
from secsgem.hsms import HsmsMessage, HsmsSettings
from secsgem.hsms.header import HsmsSType
from secsgem.hsms.linktest_rsp_header import HsmsLinktestRspHeader
from secsgem.hsms.message import HsmsBlock
from secsgem.hsms.select_rsp_header import HsmsSelectRspHeader
from secsgem.hsms.stream_function_header import HsmsStreamFunctionHeader


class SteadyHsms:
    """In place of `secsgem.hsms.HsmsProtocol`, for one host at a time; one that connects anew replaces the old.

    Attributes:
        events: secsgem's: 'communicating', 'message_received', 'disconnected'.
        selected: whether a host is there.
        accepted: connections since the beginning.
        served: data messages of hosts since the beginning.
    """

    def __init__(self, settings: HsmsSettings) -> None:
        self.events = EventProducer()
        self.selected = False
        self.accepted = self.served = 0
        self._settings = settings
        self._socket: socket.socket | None = None
        self._sending = threading.Lock()
        self._systems = itertools.count(1)
        self._waiting: dict[int, queue.Queue[Any]] = {}

    def enable(self) -> None:
        """Listen; raises OSError where the port is taken."""
        listener = socket.create_server((self._settings.address, self._settings.port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def get_next_system_counter(self) -> int:
        """A number that no open message has."""
        return next(self._systems) & 0xFFFF_FFFF

    def send(self, function: Any, system: int, *, wants_reply: bool | None = None) -> bool:
        """Send one message; whether it went out. It wants a reply where secsgem says so, or as said here."""
        wanted = function.is_reply_required if wants_reply is None else wants_reply
        header = HsmsStreamFunctionHeader(system, function.stream, function.function, wanted, self._settings.session_id)
        return self._send(HsmsMessage(header, function.encode()))

    def send_response(self, function: Any, system: int) -> bool:
        """Answer the message `system`."""
        return self.send(function, system)

    def send_stream_function(self, function: Any) -> bool:
        """Send a message and wait for nothing."""
        return self.send(function, self.get_next_system_counter())

    def send_and_waitfor_response(self, function: Any) -> Any:
        """Send a message and wait for the answer; None if none comes within T3."""
        system = self.get_next_system_counter()
        answers = self._waiting[system] = queue.Queue()
        try:
            if not self.send(function, system):
                return None
            return answers.get(timeout=self._settings.timeouts.t3)
        except queue.Empty:
            return None
        finally:
            del self._waiting[system]

    def _accept(self, listener: socket.socket) -> None:
        reader: threading.Thread | None = None
        while True:
            fresh, _ = listener.accept()
            if reader is not None:
                self._hang_up()
                reader.join()
            fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            self._socket = fresh
            reader = threading.Thread(target=self._read, args=(fresh,), daemon=True)
            reader.start()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self, connection: socket.socket) -> None:
        """Take messages until the connection ends."""
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while len(head := stream.read(4)) == 4:
                frame = stream.read(int.from_bytes(head, "big"))
                self._take(HsmsMessage.from_block(HsmsBlock.decode(head + frame)))
        self.selected = False
        self.events.fire("disconnected", {"connection": self})

    def _take(self, message: Any) -> None:
        header = message.header
        if header.s_type == HsmsSType.SELECT_REQ:
            self._send(HsmsMessage(HsmsSelectRspHeader(header.system), b""))
            self.selected = True
            self.events.fire("communicating", {"connection": self})
        elif header.s_type == HsmsSType.LINKTEST_REQ:
            self._send(HsmsMessage(HsmsLinktestRspHeader(header.system), b""))
        elif header.s_type == HsmsSType.SEPARATE_REQ:
            self._hang_up()
        elif header.s_type == HsmsSType.DATA_MESSAGE:
            self.served += header.function % 2
            if header.function % 2 == 0 and header.system in self._waiting:
                self._waiting[header.system].put(message)
            else:
                self.events.fire("message_received", {"connection": self, "message": message})

    def _send(self, message: Any) -> bool:
        with self._sending:
            if self._socket is None:
                return False
            try:
                for block in message.blocks:
                    self._socket.sendall(block.encode())
            except OSError:
                return False
        return True


class SteadySettings(HsmsSettings):  # type: ignore[misc]
    """secsgem's settings of an equipment, with this transport."""

    def create_protocol(self) -> SteadyHsms:
        """The transport that a handler asks for."""
        return SteadyHsms(self)
