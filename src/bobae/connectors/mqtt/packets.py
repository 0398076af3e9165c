"""What a broker sends, packet by packet: taken in place of gmqtt's own handler.

gmqtt's handler can hold an acknowledgement back only with a task for each message, and not at all over MQTT 3.1.1; and
it opens lost connections again by itself. Here a message is acknowledged when whoever took it says so, and a lost
connection is only told. Layouts are those of MQTT 5.0 and 3.1.1, chapter 3.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from gmqtt.mqtt.constants import MQTTv50
from gmqtt.mqtt.package import Package
from gmqtt.mqtt.property import Property
from gmqtt.mqtt.utils import IdGenerator, unpack_variable_byte_integer

_CONNACK, _PUBLISH, _PUBACK, _SUBACK, _PINGRESP, _DISCONNECT = 0x20, 0x30, 0x40, 0x90, 0xD0, 0xE0


class Message(NamedTuple):
    """One message; `number` is what it is acknowledged by, None where it need not be."""

    topic: str
    payload: bytes
    number: int | None = None
    retained: bool = False


class Connected(NamedTuple):
    """How the broker answered: its reason code (0: welcome), whether it remembers us, what else it says."""

    code: int
    session: bool
    properties: dict[str, Any]


class Packets:
    """Handles the packets of one connection, as `MQTTConnection` of gmqtt asks it to.

    Args:
        version: of MQTT, 4 (3.1.1) or 5.
        arrived: takes each message.
        ended: called once, with the broker's reason code, None where it gave none.
    """

    def __init__(self, version: int, arrived: Callable[[Message], None], ended: Callable[[int | None], None]) -> None:
        self.id_generator = IdGenerator()
        self.current_connection: Any = None
        self.connected: asyncio.Future[Connected] = asyncio.get_running_loop().create_future()
        self._five = version == MQTTv50
        self._arrived = arrived
        self._ended = ended
        self._granted: dict[int, asyncio.Future[list[int]]] = {}

    def set_connection(self, connection: Any) -> None:
        """Called by gmqtt: whose packets these are."""
        self.current_connection = connection

    def granting(self, number: int) -> asyncio.Future[list[int]]:
        """The broker's answer to the subscription `number`: a code for each topic, from 0x80 on a refusal."""
        return self._granted.setdefault(number, asyncio.get_running_loop().create_future())

    def __call__(self, package: Package) -> None:
        """Take one packet; one that makes no sense ends the connection."""
        kind, data = package.cmd & 0xF0, package.data
        try:
            if kind == _PUBLISH:
                self._arrived(self._message(package.cmd, data))
            elif kind == _CONNACK:
                self._greeted(data)
            elif kind == _SUBACK:
                (number,) = struct.unpack_from("!H", data)
                codes = unpack_variable_byte_integer(data[2:]) if self._five else (0, data[2:])
                self.granting(number).set_result(list(codes[1][codes[0] :]))
                self.id_generator.free_id(number)
            elif kind == _PUBACK:
                self.id_generator.free_id(struct.unpack_from("!H", data)[0])
            elif kind == _DISCONNECT:
                self._ended(data[0] if data else None)
            elif kind != _PINGRESP:
                self._ended(0x82)  # a protocol error: we never ask for what this would answer
        except (struct.error, IndexError, ValueError, AttributeError, asyncio.InvalidStateError):
            self._ended(0x81)  # a malformed packet

    def _message(self, command: int, data: bytes) -> Message:
        at = 2 + int.from_bytes(data[:2], "big")
        topic = data[2:at].decode()
        number = None
        if command & 0x06:
            number = int.from_bytes(data[at : at + 2], "big")
            at += 2
        if self._five:  # the properties say nothing that is needed here
            head = data[at : at + 4]
            size, rest = unpack_variable_byte_integer(head)
            at += len(head) - len(rest) + size
        return Message(topic, data[at:], number, bool(command & 0x01))

    def _greeted(self, data: bytes) -> None:
        said: dict[str, Any] = {}
        if self._five and len(data) > 2:
            size, rest = unpack_variable_byte_integer(data[2:])
            rest = rest[:size]
            while rest:
                found, rest = Property.factory(id_=rest[0]).loads(rest[1:])
                said |= found
        self.connected.set_result(Connected(data[1], bool(data[0] & 1), said))
