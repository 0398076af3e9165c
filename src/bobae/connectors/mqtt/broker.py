"""One connection to one MQTT broker, over gmqtt: opened, subscribed, acknowledged, and watched."""

import asyncio
import contextlib
import logging
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gmqtt import Message as Outgoing
from gmqtt import Subscription
from gmqtt.mqtt.connection import MQTTConnection
from gmqtt.mqtt.constants import MQTTv50, MQTTv311
from gmqtt.mqtt.utils import ConnectionState

from bobae.connectors.mqtt.login import Login, made_up_id
from bobae.connectors.mqtt.packets import Connected, Message, Packets
from bobae.core import Refused, Text, Unreachable, text

SESSION_S = 7 * 86_400  # how long a broker is asked to keep what it could not send us
GATHER_S = 0.01  # messages that come within so long are handed on together: much less work for each
WINDOW = 1_000  # messages that may wait to be acknowledged; beyond it the broker keeps the rest
_TRUST_S = 0.1
_NOT_LET_IN = frozenset({2, 4, 5, 0x85, 0x86, 0x87, 0x8A, 0x8C})
_OLDER_VERSION = frozenset({1, 0x84})

Take = Callable[[Sequence[Message]], None]


class Broker:
    """A broker that is talked to once; messages that come before `listen` wait for it.

    Args:
        login: where it is and how it lets us in.
        client_id: by which it knows us; None: one that is made up.
        keep: whether it is asked to keep what it could not send us; then it needs a client id.
        will: what it publishes when we are gone without a word.
    """

    def __init__(
        self, login: Login, *, client_id: str | None = None, keep: bool = False, will: Outgoing | None = None
    ) -> None:
        self.session = False
        self._login, self._will = login, will
        self._client_id, self._clean = client_id, not keep or client_id is None
        self._connection: Any = None
        self._packets: Packets | None = None
        self._reading: Any = None
        self._lost: asyncio.Future[Text] | None = None
        self._arrived: list[Message] = []
        self._take: Take | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unacknowledged: deque[int] = deque()  # as they came
        self._given_up = 0

    async def open(self) -> None:
        """Connect and log in, by MQTT 5 or, where the broker knows only that, by 3.1.1.

        Raises:
            Unreachable: nobody answers.
            Refused: wrong login or certificate.
        """
        logging.getLogger("gmqtt").setLevel(logging.CRITICAL)  # what it logs is told by what we raise
        newest = MQTTv50 if self._login.version == "5" else MQTTv311
        answer = await self._connect(newest)
        if newest == MQTTv50 and (answer is None or answer.code in _OLDER_VERSION):
            await self._let_go()
            answer = await self._connect(MQTTv311)
        if answer is None:
            raise self._unreachable(self._why_lost())
        if answer.code in _NOT_LET_IN:
            raise Refused(
                "{url} does not let bobae in (MQTT code {code}); check `user`, `password_env`, the certificate and "
                "what the broker allows",
                url=self._login.endpoint,
                code=answer.code,
            )
        if answer.code:
            raise self._unreachable(text("MQTT code {code}", code=answer.code))
        self.session = answer.session

    def listen(self, take: Take) -> None:
        """Hand on what has arrived, and from now on what arrives, all that came at once together."""
        self._take = take
        if self._arrived:
            self._hand_on()

    async def subscribe(self, topics: Sequence[str], *, qos: int = 1) -> list[bool]:
        """Ask for topics; tells for each whether the broker gives it.

        Raises:
            Unreachable: the connection broke.
        """
        if not topics:
            return []
        number = self._connected().subscribe([Subscription(topic, qos=qos) for topic in topics])
        packets = self._packets
        assert packets is not None
        codes = await self._answer(packets.granting(number))
        if codes is None:
            raise self._unreachable(self._why_lost())
        return [code < 0x80 for code in codes]

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send a message.

        Raises:
            Unreachable: the connection is gone.
        """
        self._connected().publish(Outgoing(topic, payload, qos=qos, retain=retain))

    def acknowledge(self, numbers: Iterable[int]) -> None:
        """Let these messages be forgotten by the broker; called in the order they came (MQTT 5.0, 4.6).

        One that came before them and was never acknowledged had to be given up: the broker sends it again with the
        next connection, which is made before they fill its window.
        """
        told, packets = set(numbers), []
        while told and self._unacknowledged:
            number = self._unacknowledged.popleft()
            if number in told:
                told.discard(number)
                packets.append(struct.pack("!BBH", 0x40, 2, number))
            else:
                self._given_up += 1
        if packets and self._connection is not None and not self._connection.is_closing():
            self._connection.send_package(b"".join(packets))
        if self._given_up > WINDOW // 2 and self._lost is not None and not self._lost.done():
            self._lost.set_result(text("{n} messages had to be given up and are asked for again", n=self._given_up))

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection is lost, or silent for `keepalive_s` though asked.
        """
        keepalive_s, asked, looks = self._login.keepalive_s, 0.0, 0
        lost = self._lost
        connection = self._connected()
        assert lost is not None
        while not lost.done():
            now, heard = time.monotonic(), connection._last_data_in
            if asked <= heard and now - heard >= keepalive_s / 2:
                connection._send_ping_request()
                asked, looks = now, 0
            elif asked > heard and now - asked >= keepalive_s / 2 and looks > 4:  # we may have stood still ourselves
                lost.set_result(text("nothing came for {silence_s:.1f} s", silence_s=now - heard))
            await asyncio.wait({lost}, timeout=keepalive_s / 8)
            looks += 1
        raise self._unreachable(self._why_lost())

    @property
    def alive_ns(self) -> int:
        """When a packet last came, ns UTC; 0 before the first."""
        if self._connection is None or self._packets is None or not self._packets.connected.done():
            return 0
        silent_s: float = time.monotonic() - self._connection._last_data_in
        return time.time_ns() - round(silent_s * 1e9)

    @property
    def is_open(self) -> bool:
        """Whether what is sent may still arrive."""
        lost = self._lost is None or self._lost.done()
        return self._connection is not None and not lost and not self._connection.is_closing()

    async def close(self) -> None:
        """Say goodbye where that can be heard, and let go."""
        if self.is_open:
            self._connection.send_disconnect()
        await self._let_go()

    async def _connect(self, version: int) -> Connected | None:
        """The broker's answer; None: it hung up, or did not answer in time."""
        loop, login = asyncio.get_running_loop(), self._login
        self._lost = loop.create_future()
        self._packets = packets = Packets(version, self._received, self._ended)
        try:
            async with asyncio.timeout(login.timeout_s):
                self._connection = await MQTTConnection.create_connection(
                    login.host,
                    login.port,
                    login.tls or False,
                    self._clean,
                    round(max(1.0, login.keepalive_s)),
                    ConnectionState(protocol_version=version),
                    packets,
                )
                self._reading = self._connection._protocol._read_loop_future
                if login.tls is not None:  # a broker that does not trust us says so only now
                    await asyncio.wait({self._lost}, timeout=_TRUST_S)
        except ssl.SSLError as error:
            raise self._not_trusted(error) from error
        except (OSError, TimeoutError) as error:
            raise self._unreachable(str(error) or "timeout") from error
        await self._introduce()
        answer: Connected | None = await self._answer(packets.connected)
        return answer

    async def _introduce(self) -> None:
        """Say who we are and what we want."""
        user, password = self._login.user, self._login.password
        asked: dict[str, int] = {"receive_maximum": WINDOW}
        if not self._clean:
            asked["session_expiry_interval"] = SESSION_S
        await self._connection.auth(
            self._client_id or made_up_id(),
            None if user is None else user.encode(),
            None if password is None else password.encode(),
            will_message=self._will,
            **asked,
        )

    async def _answer(self, answer: asyncio.Future[Any]) -> Any:
        """What the broker answers; None: it hung up, or did not answer in time."""
        assert self._lost is not None
        await asyncio.wait({answer, self._lost}, timeout=self._login.timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        trouble = self._connection._protocol._hard_reader.exception()
        if isinstance(trouble, ssl.SSLError):
            raise self._not_trusted(trouble) from trouble
        return None

    def _received(self, message: Message) -> None:
        if message.number is not None:
            self._unacknowledged.append(message.number)
        self._arrived.append(message)
        if self._take is None:
            return
        if len(self._arrived) == 1:
            self._timer = asyncio.get_running_loop().call_later(GATHER_S, self._hand_on)
        elif len(self._arrived) >= WINDOW // 2:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        arrived, self._arrived = self._arrived, []
        if arrived and self._take is not None:
            self._take(arrived)

    def _ended(self, code: int | None) -> None:
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(text("MQTT code {code}", code=code) if code else text("it ended the connection"))

    async def _let_go(self) -> None:
        connection, self._connection, self._take = self._connection, None, None
        if self._timer is not None:
            self._timer.cancel()
        if connection is None:
            return
        protocol, transport = connection._protocol, connection._transport
        if connection._keep_connection_callback:
            connection._keep_connection_callback.cancel()
        transport.close()
        with contextlib.suppress(OSError, TimeoutError):  # a dead peer does not take what is left to send
            async with asyncio.timeout(0.0 if self._lost is not None and self._lost.done() else 0.5):
                await asyncio.shield(protocol.closed)
        transport.abort()
        with contextlib.suppress(OSError):
            await protocol.closed
        if self._reading is not None:  # None: it had ended before it was looked at
            await asyncio.gather(self._reading, return_exceptions=True)

    def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closing():
            raise Unreachable("the connection to {url} is not open", url=self._login.endpoint)
        return self._connection

    def _why_lost(self) -> Text | str:
        return self._lost.result() if self._lost is not None and self._lost.done() else "timeout"

    def _unreachable(self, why: Text | str) -> Unreachable:
        return Unreachable("no connection to the broker {url} ({why})", url=self._login.endpoint, why=why)

    def _not_trusted(self, error: ssl.SSLError) -> Refused:
        return Refused(
            "there is no encrypted connection to {url} that both sides trust ({why}); check `ca`, `certificate` and "
            "`key`, and whether the broker speaks TLS at this port",
            url=self._login.endpoint,
            why=error.reason or str(error),
        )
