"""One connection to one line of devices: one question at a time, and no answer is ever taken for another's."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from bobae.connectors.modbus.plan import Block
from bobae.connectors.modbus.settings import ModbusSettings, Where
from bobae.core import Pace, Refused, Text, Unreachable, text

_REQUESTS: Mapping[str, type[ModbusPDU]] = {
    "coil": ReadCoilsRequest,
    "discrete": ReadDiscreteInputsRequest,
    "holding": ReadHoldingRegistersRequest,
    "input": ReadInputRegistersRequest,
}
_NEVER = 2**31  # questions without an answer after which pymodbus would give up the connection by itself


class Silence(Exception):
    """One device did not answer in time; others may."""


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        raw: the registers, two bytes each, or the flags, eight in a byte from the lowest bit on.
        code: the exception code, 0 for none.
        time_ns: the middle between question and answer, ns UTC.
    """

    raw: bytes
    code: int
    time_ns: int


class _Raw(ModbusPDU):
    """What was read, as bytes: pymodbus would make a list of numbers, one by one."""

    rtu_byte_count_pos = 2
    raw = b""

    def decode(self, data: bytes) -> None:
        """Keep the bytes.

        Raises:
            ValueError: there are not as many as the answer says.
        """
        self.raw = data[1:]
        if len(self.raw) != data[0]:
            raise ValueError("the answer is cut off")

    def __str__(self) -> str:
        return f"{len(self.raw)} bytes"  # asked for with each answer, read or not


_ANSWERS = tuple(type(f"Raw{code}", (_Raw,), {"function_code": code}) for code in (1, 2, 3, 4))


class Line:
    """The connection, used once: once broken it stays so.

    Attributes:
        alive_ns: when the last answer came, ns UTC; 0 before the connection is made.
        lost: done when the other side has ended the connection.
    """

    def __init__(self, settings: ModbusSettings) -> None:
        self.alive_ns = 0
        self.lost: asyncio.Future[None] | None = None
        self._where = settings.where
        self._timeout_s = settings.timeout_s
        self._pace = Pace(settings.requests_per_s)
        self._client: AsyncModbusTcpClient | AsyncModbusSerialClient | None = None

    async def open(self) -> None:
        """Connect.

        Raises:
            Unreachable: nobody answers, or another program has the serial line.
            Refused: the serial line cannot be set as it should be.
        """
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)  # what it logs is told by what we raise
        self.lost = asyncio.get_running_loop().create_future()
        self._client = self._made(self._where)
        self._client.set_max_no_responses(_NEVER)
        for answer in _ANSWERS:
            self._client.register(answer)
        await self._pace.turn()
        if not await self._connected(self._client):
            why = text("in use or not there") if self._where.serial else text("no connection")
            raise Unreachable("{url} does not answer ({why})", url=self._where.url, why=why)
        if self._where.rtu:  # an answer that somebody before us waited for in vain is not taken for one of ours
            await asyncio.sleep(self._timeout_s)
        self.alive_ns = time.time_ns()

    async def ask(self, request: ModbusPDU) -> tuple[ModbusPDU, int]:
        """Send one question; its answer, an exception too, and the middle between the two, ns UTC.

        Raises:
            Silence: no answer in time.
            Unreachable: the connection is gone, or what came is no answer to this.
        """
        if self._client is None:
            raise Unreachable("the connection to {url} is not open", url=self._where.url)
        await self._pace.turn()
        asked_ns = time.time_ns()
        try:
            answer = await self._client.execute(False, request)
        except ConnectionException as error:
            raise self.gone() from error
        except ModbusException as error:
            if self.lost is not None and self.lost.done():
                raise self.gone() from error
            raise Silence from error
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # Python 3.11 loses a cancellation that comes with the answer
            raise asyncio.CancelledError
        if not self._where.rtu and answer.transaction_id != request.transaction_id:
            raise self._garbled(text("an answer to another question"))
        self.alive_ns = time.time_ns()
        return answer, (asked_ns + self.alive_ns) // 2

    async def read(self, block: Block) -> Answer:
        """Read the registers or flags of a block.

        Raises:
            Silence: no answer in time.
            Unreachable: the connection is gone, or what came is no answer to this.
        """
        request = _REQUESTS[block.area](address=block.start, count=block.count, dev_id=block.unit)
        answer, time_ns = await self.ask(request)
        if isinstance(answer, ExceptionResponse):
            return Answer(b"", answer.exception_code, time_ns)
        of_it = answer.function_code == request.function_code
        if not isinstance(answer, _Raw) or not of_it or len(answer.raw) != block.size:
            raise self._garbled(text("an answer of another length"))
        return Answer(answer.raw, 0, time_ns)

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
            await asyncio.sleep(0)  # the transport ends in the next round of the loop

    def gone(self) -> Unreachable:
        """The connection has ended."""
        return Unreachable("{url} has ended the connection", url=self._where.url)

    def silent(self, seconds: float) -> Unreachable:
        """No device answers."""
        return Unreachable("{url} has answered nothing for {seconds:.1f} s", url=self._where.url, seconds=seconds)

    def _garbled(self, what: Text) -> Unreachable:
        return Unreachable("{url} does not speak Modbus as expected ({why})", url=self._where.url, why=what)

    async def _connected(self, client: AsyncModbusTcpClient | AsyncModbusSerialClient) -> bool:
        try:
            return await client.connect()
        except Exception as error:  # pyserial lets through whatever the system says
            raise Refused(
                "{url} cannot be set as it should be ({why}); check baud, parity, stop and bits",
                url=self._where.url,
                why=error,
            ) from error

    def _made(self, where: Where) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
        if where.serial:
            return AsyncModbusSerialClient(
                where.host,
                baudrate=where.baud,
                parity=where.parity,
                stopbits=where.stop,
                bytesize=where.bits,
                timeout=self._timeout_s,
                retries=0,
                reconnect_delay=0,
                trace_connect=self._noted,
            )
        return AsyncModbusTcpClient(
            where.host,
            port=where.port,
            framer=FramerType.RTU if where.rtu else FramerType.SOCKET,
            timeout=self._timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_connect=self._noted,
        )

    def _noted(self, connected: bool) -> None:
        if not connected and self.lost is not None and not self.lost.done():
            self.lost.set_result(None)
