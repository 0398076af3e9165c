"""A server that cannot send by itself: read again and again, one request at a time."""

import asyncio
import struct
import time
from collections.abc import Callable, Sequence

from asyncua import ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.common.utils import Buffer

from bobae.connectors.opcua.decode import Changes, after_header, read_values
from bobae.connectors.opcua.elements import Watched
from bobae.connectors.opcua.failures import told
from bobae.connectors.opcua.nodes import in_batches
from bobae.core.pace import Pace

NOT_READABLE = (
    ua.StatusCodes.BadNodeIdUnknown,
    ua.StatusCodes.BadNodeIdInvalid,
    ua.StatusCodes.BadAttributeIdInvalid,
    ua.StatusCodes.BadNotReadable,
    ua.StatusCodes.BadUserAccessDenied,
    ua.StatusCodes.BadSecurityModeInsufficient,
)


class Polling:
    """Reads what is watched until it is stopped.

    Attributes:
        alive_ns: when the server last answered, ns UTC; 0 before.
    """

    def __init__(self, protocol: UASocketProtocol, url: str, every_s: float, pace: Pace) -> None:
        self.alive_ns = 0
        self._protocol = protocol
        self._url = url
        self._every_s = every_s
        self._pace = pace
        self._task: asyncio.Task[None] | None = None

    async def once(self, everything: Sequence[Watched]) -> Changes:
        """What the server shows now.

        Raises:
            ua.UaError: it refuses.
        """
        changes = Changes()

        async def ask(batch: Sequence[Watched]) -> Sequence[None]:
            request = ua.ReadRequest()
            request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
            request.Parameters.NodesToRead = [ua.ReadValueId(one.node, ua.AttributeIds.Value) for one in batch]
            _read(await self._protocol.send_request(request), batch, changes)
            self.alive_ns = time.time_ns()
            return [None] * len(batch)

        await in_batches(everything, ask, self._pace)
        return changes

    def start(self, everything: Sequence[Watched], first: Changes, hand_on: Callable[[Changes], None]) -> None:
        """Hand on what was read first, and read on from now on, every so often."""
        self._task = asyncio.create_task(self._read_on(everything, first, hand_on))

    async def watch(self) -> None:
        """Return never while the server answers.

        Raises:
            Unreachable: it does not.
        """
        assert self._task is not None
        await asyncio.wait([self._task])
        self._task.result()

    async def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read_on(
        self, everything: Sequence[Watched], changes: Changes, hand_on: Callable[[Changes], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time()
        while True:
            if changes.rows:
                hand_on(changes)
            at = max(at + self._every_s, loop.time())  # what took too long is not made up for
            await asyncio.sleep(at - loop.time())
            with told(self._url):
                changes = await self.once(everything)


def _read(data: Buffer, batch: Sequence[Watched], changes: Changes) -> None:
    """Add the values of one read response; one that the server did not answer for is missing."""
    body = after_header(data)
    (count,) = struct.unpack_from("<i", body)
    if count != len(batch):
        raise ValueError(f"{count} values for {len(batch)} nodes")
    read_values(body, 4, [one.handle for one in batch], changes)
