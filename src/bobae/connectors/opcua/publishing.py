"""One subscription on a server, listened to: notifications handed on whole, silence and death noticed.

asyncua's own loop keeps one publish request at the server and starts a task for each value. Here two requests are
always waiting there, so that the server never waits for us, and a notification is handed on at once.
"""

import asyncio
import math
import time
from collections.abc import Callable

from asyncua import ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.ua.ua_binary import struct_from_binary

from bobae.connectors.opcua.decode import Changes, published
from bobae.connectors.opcua.failures import told
from bobae.core import Unreachable

KEEP_ALIVE_S = 2.0  # how often an idle server says that it is there, where the publishing interval allows it
_FORGOTTEN_AFTER_S = 60.0  # a server throws the subscription of a dead client away after this time
_WAITING = 2


class Publishing:
    """The subscription's notifications, from when it is created to when it breaks.

    Attributes:
        id: the server's number of it.
        alive_ns: when something last came, ns UTC; 0 before.
    """

    def __init__(self, protocol: UASocketProtocol, url: str, created: ua.CreateSubscriptionResult) -> None:
        self.id: int = created.SubscriptionId
        self.alive_ns = 0
        self._protocol = protocol
        self._url = url
        self._silence_s = 2 * created.RevisedPublishingInterval / 1000 * max(1, created.RevisedMaxKeepAliveCount)
        self._heard = asyncio.get_running_loop().time()
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
            Unreachable: none came for two keep-alives, or the connection or the subscription ended.
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
            self.alive_ns = time.time_ns()
            if response.sequence:
                self._seen.append(ua.SubscriptionAcknowledgement(response.subscription, response.sequence))
            if response.changes.rows:
                hand_on(response.changes)
            if response.status is not None:
                why = ua.StatusCode(response.status).name
                raise Unreachable("{url} has ended the subscription ({why})", url=self._url, why=why)
