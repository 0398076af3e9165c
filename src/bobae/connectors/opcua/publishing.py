"""One subscription on a server, listened to: notifications handed on whole, silence, death and holes noticed.

asyncua's own loop keeps one publish request at the server and starts a task for each value. Here two requests are
always waiting there, so that the server never waits for us, and a notification is handed on at once.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable

from asyncua import ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.ua.ua_binary import struct_from_binary

from bobae.connectors.opcua.decode import Changes, Published, published, republished
from bobae.connectors.opcua.failures import told
from bobae.core import Unreachable

KEEP_ALIVE_S = 2.0  # how often an idle server says that it is there, where the publishing interval allows it
_FORGOTTEN_AFTER_S = 60.0  # a server throws the subscription of a dead client away after this time
_WAITING = 2
_ASKED_AGAIN = 100  # messages; a longer hole is a lost connection


class Publishing:
    """The subscription's notifications, from when it is created to when it breaks.

    Attributes:
        id: the server's number of it.
        alive_ns: when something last came that nothing was missing before, ns UTC; 0 before.
        republished: messages that did not come and were asked for again.
    """

    def __init__(self, protocol: UASocketProtocol, url: str, created: ua.CreateSubscriptionResult) -> None:
        self.id: int = created.SubscriptionId
        self.alive_ns = 0
        self.republished = 0
        self._protocol = protocol
        self._url = url
        self._silence_s = 2 * created.RevisedPublishingInterval / 1000 * max(1, created.RevisedMaxKeepAliveCount)
        self._heard = asyncio.get_running_loop().time()
        self._last = 0  # sequence number of the newest message that was handed on
        self._turn = asyncio.Lock()
        self._seen: list[ua.SubscriptionAcknowledgement] = []
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def created(cls, protocol: UASocketProtocol, url: str, publishing_ms: float) -> "Publishing":
        """Have the server make a subscription."""
        keep_alive = max(1, min(10, math.ceil(KEEP_ALIVE_S * 1000 / publishing_ms)))
        request = ua.CreateSubscriptionRequest()
        request.Parameters.RequestedPublishingInterval = publishing_ms
        request.Parameters.RequestedMaxKeepAliveCount = keep_alive
        request.Parameters.RequestedLifetimeCount = max(
            3 * keep_alive, math.ceil(_FORGOTTEN_AFTER_S * 1000 / publishing_ms)
        )
        response = struct_from_binary(ua.CreateSubscriptionResponse, await protocol.send_request(request))
        response.ResponseHeader.ServiceResult.check()
        return cls(protocol, url, response.Parameters)

    def start(self, hand_on: Callable[[Changes], None]) -> None:
        """Listen from now on."""
        self._heard = asyncio.get_running_loop().time()
        self._tasks = [asyncio.create_task(self._listen(hand_on)) for _ in range(_WAITING)]

    async def watch(self) -> None:
        """Return never while notifications or keep-alives come.

        Raises:
            Unreachable: none came for two keep-alives, or the connection or the subscription ended, or messages are
                missing that the server does not have any more.
        """
        loop = asyncio.get_running_loop()
        silent_looks = 0
        while silent_looks < 2:  # one silent look can be our own pause: what came meanwhile is read after it
            ended, _ = await asyncio.wait(self._tasks, timeout=self._silence_s / 8, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()  # never returns: it raises why listening ended
            silent_looks = silent_looks + 1 if loop.time() - self._heard > self._silence_s else 0
        raise Unreachable("{url} has sent nothing for {silence_s:.1f} s", url=self._url, silence_s=self._silence_s)

    async def stop(self) -> None:
        """Listen no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, hand_on: Callable[[Changes], None]) -> None:
        while True:
            request = ua.PublishRequest()
            request.Parameters.SubscriptionAcknowledgements, self._seen = self._seen, []
            with told(self._url):
                response = published(await self._protocol.send_request(request, timeout=0))
            self._heard = asyncio.get_running_loop().time()
            async with self._turn:  # in the order in which they came, also while a missing one is asked for
                await self._take(response, hand_on)

    async def _take(self, response: Published, hand_on: Callable[[Changes], None]) -> None:
        """Hand one message on, those before it first that did not come."""
        for sequence in self._missing(response.sequence):
            self.republished += 1
            self._hand_on(await self._asked_again(sequence), sequence, hand_on)
        self.alive_ns = time.time_ns()
        if response.brings:
            self._hand_on(response.changes, response.sequence, hand_on)
        if response.status is not None:
            why = ua.StatusCode(response.status).name
            raise Unreachable("{url} has ended the subscription ({why})", url=self._url, why=why)

    def _hand_on(self, changes: Changes, sequence: int, hand_on: Callable[[Changes], None]) -> None:
        self._seen.append(ua.SubscriptionAcknowledgement(self.id, sequence))
        self._last = sequence
        if changes.rows:
            hand_on(changes)

    def _missing(self, sequence: int) -> range:
        """The numbers that should have come before this one."""
        expected = self._last + 1
        if self._last == 0 or sequence <= expected:  # some servers begin with another number than 1, or do not count on
            return range(0)
        if sequence > expected + _ASKED_AGAIN:
            raise self._hole(expected, sequence)
        return range(expected, sequence)

    async def _asked_again(self, sequence: int) -> Changes:
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = self.id
        request.Parameters.RetransmitSequenceNumber = sequence
        changes = None
        with told(self._url), contextlib.suppress(ua.UaStatusCodeError):
            changes = republished(await self._protocol.send_request(request))
        if changes is None:
            raise self._hole(sequence, sequence + 1)
        return changes

    def _hole(self, expected: int, sequence: int) -> Unreachable:
        """Which tags lost something is not known: with a fresh connection all are read anew, and the gap is told."""
        return Unreachable(
            "{url} has not sent message {expected} before {sequence}, and does not have it any more",
            url=self._url,
            expected=expected,
            sequence=sequence,
        )
