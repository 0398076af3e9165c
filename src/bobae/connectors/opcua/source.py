"""One connection to one OPC UA server: opened, browsed, subscribed to or polled, and watched."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from asyncua.client.ua_client import UASocketProtocol

from bobae.connectors.opcua.addresses import places, why_not
from bobae.connectors.opcua.browse import offered
from bobae.connectors.opcua.decode import Changes
from bobae.connectors.opcua.elements import Unchanged, Watched, apart, arrays_among, watched
from bobae.connectors.opcua.failures import told
from bobae.connectors.opcua.history import HistoryReads
from bobae.connectors.opcua.items import monitored
from bobae.connectors.opcua.nodes import Nodes
from bobae.connectors.opcua.polling import NOT_READABLE, Polling
from bobae.connectors.opcua.publishing import Publishing
from bobae.connectors.opcua.session import Session
from bobae.connectors.opcua.settings import OpcUaSettings
from bobae.core import Deliver, Offered, Rejected, Unreachable, Wish
from bobae.core.pace import Pace


class OpcUaSource:
    """An OPC UA server as a live source; used once.

    Args:
        settings: how it is read.
        folder: where its certificate is remembered and ours lies; None: nowhere.

    Example:
        >>> OpcUaSource(OpcUaSettings("opc.tcp://10.0.0.7:4840")).alive_ns
        0
    """

    def __init__(self, settings: OpcUaSettings, folder: Path | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self._pace = Pace(settings.requests_per_s)
        self._session: Session | None = None
        self._flow: Publishing | Polling | None = None
        self._opened_ns = 0
        self._broken = False

    @property
    def endpoint(self) -> str:
        """The address of the server."""
        return self._settings.url

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            Unreachable: nobody answers.
            Refused: wrong login, or another certificate or end point than wished.
        """
        self._session = Session(self._settings, self._folder)
        await self._session.enter()
        self._opened_ns = time.time_ns()

    async def browse(self) -> Sequence[Offered]:
        """Every variable below the Objects folder, but for what the server says of itself."""
        with told(self.endpoint):
            return await offered(Nodes(self._connected(), self._pace))

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have the wishes delivered from now on, one `Readings` for each notification or reading.

        Raises:
            Unreachable: the connection broke, or the server takes no further subscription.
        """
        with told(self.endpoint):
            found, rejected = await places(Nodes(self._connected(), self._pace), wishes)
            everything = watched(found)
            polled = self._settings.mode == "poll"
            arrays = arrays_among(everything)
            unchanged = Unchanged([place for place in found if polled or place.element])

            def hand_on(changes: Changes) -> None:
                new = unchanged.left_out(apart(changes, arrays))
                if new.rows:
                    deliver(new.readings(time.time_ns()))

            if polled:
                return rejected + await self._poll(everything, hand_on)
            return rejected + await self._listen(everything, hand_on)

    async def history(self, wishes: Sequence[Wish], until_ns: int, deliver: Deliver) -> Sequence[int]:
        """Deliver what the server has recorded of the wishes, each from its `since_ns` on.

        Returns:
            The positions of those that the server has recorded every change of, and that it was running for.

        Raises:
            Unreachable: the connection broke.
        """
        with told(self.endpoint):
            session = self._connected()
            reads = HistoryReads(self._protocol(), Nodes(session, self._pace), self._pace)
            return await reads.read(wishes, until_ns, deliver)

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection or the subscription is gone, or silent for two keep-alives.
        """
        if self._flow is None:
            raise _not_open(self.endpoint)
        try:
            await self._flow.watch()
        except Unreachable:
            self._broken = True
            raise

    @property
    def alive_ns(self) -> int:
        """When a notification, a keep-alive or an answer last came, ns UTC; the login counts too."""
        return max(self._opened_ns, self._flow.alive_ns if self._flow else 0)

    async def close(self) -> None:
        """Let go of everything; a server that is not there any more is not waited for."""
        if self._flow is not None:
            await self._flow.stop()
        session, self._session, self._flow = self._session, None, None
        if session is not None:
            await session.leave(self._broken)

    async def _listen(self, everything: Sequence[Watched], hand_on: Callable[[Changes], None]) -> list[Rejected]:
        session = self._connected()
        publishing = await Publishing.created(self._protocol(), self.endpoint, self._settings.publishing_ms)
        self._flow = publishing
        statuses = await monitored(session, publishing.id, everything, self._settings, self._pace)
        publishing.start(hand_on)
        return _rejected(everything, statuses)

    async def _poll(self, everything: Sequence[Watched], hand_on: Callable[[Changes], None]) -> list[Rejected]:
        polling = Polling(self._protocol(), self.endpoint, self._settings.poll_s, self._pace)
        self._flow = polling
        shown = await polling.once(everything)
        never = [row[2] if row[2] in NOT_READABLE else 0 for row in shown.rows]
        readable, first = [one for one, status in zip(everything, never, strict=True) if not status], Changes()
        first.add(shown, [i for i, status in enumerate(never) if not status])
        polling.start(readable, first, hand_on)
        return _rejected(everything, never)

    def _protocol(self) -> UASocketProtocol:
        protocol = self._connected().uaclient.protocol
        assert protocol is not None
        return protocol

    def _connected(self) -> Session:
        if self._session is None or self._session.uaclient.protocol is None:
            raise _not_open(self.endpoint)
        return self._session


def _rejected(everything: Sequence[Watched], statuses: Sequence[int]) -> list[Rejected]:
    return [
        Rejected(place.wish, status, why_not(place.wish, status))
        for one, status in zip(everything, statuses, strict=True)
        if status >> 30 == 2
        for place in one.places
    ]


def _not_open(url: str) -> Unreachable:
    return Unreachable("the connection to {url} is not open", url=url)
