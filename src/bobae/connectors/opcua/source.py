"""One connection to one OPC UA server: opened, browsed, subscribed to and watched."""

import asyncio
import logging
import time
from collections.abc import Sequence

from asyncua import Client, ua

from bobae.connectors.opcua.browse import offered
from bobae.connectors.opcua.failures import told
from bobae.connectors.opcua.items import Item, monitored
from bobae.connectors.opcua.nodes import Holds, Nodes
from bobae.connectors.opcua.publishing import Publishing
from bobae.connectors.opcua.settings import OpcUaSettings
from bobae.core import Deliver, Gap, Offered, Rejected, Text, Unreachable, Wish, text

_SESSION_S = 60.0  # a server with few sessions gets back soon what a killed client held
_PROBE_S = 60.0  # asyncua's own watchdog ends a connection that was only slow; ours is the one that judges


class OpcUaSource:
    """An OPC UA server as a live source; used once.

    Example:
        >>> OpcUaSource(OpcUaSettings("opc.tcp://10.0.0.7:4840")).alive_ns
        0
    """

    def __init__(self, settings: OpcUaSettings) -> None:
        self._settings = settings
        self._client: Client | None = None
        self._publishing: Publishing | None = None
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
            Refused: wrong login, or the server wants a certificate.
        """
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # what it logs is told by what we raise
        client = Client(self._settings.url, timeout=self._settings.timeout_s, watchdog_intervall=_PROBE_S)
        client.name, client.application_uri = "bobae", "urn:bobae:collect"
        client.session_timeout = int(1000 * max(_SESSION_S, 10 * self._settings.publishing_ms / 1000))
        if self._settings.user is not None:
            client.set_user(self._settings.user)
            client.set_password(self._settings.password or "")
        self._client = client
        with told(self._settings.url):
            await client.connect()
        self._opened_ns = time.time_ns()

    async def browse(self) -> Sequence[Offered]:
        """Every variable below the Objects folder, but for what the server says of itself."""
        with told(self._settings.url):
            return await offered(Nodes(self._connected()))

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have the wishes delivered from now on, one `Readings` for each notification.

        Raises:
            Unreachable: the connection broke, or the server takes no further subscription.
        """
        with told(self._settings.url):
            client = self._connected()
            items, rejected = await _sorted_out(Nodes(client), wishes)
            publishing = await Publishing.created(
                client.uaclient.protocol, self._settings.url, self._settings.publishing_ms
            )
            self._publishing = publishing
            results = await monitored(client, publishing.id, items, self._settings)
        publishing.start(lambda changes: deliver(changes.readings(time.time_ns())))
        return rejected + [
            Rejected(item.wish, status, _why_not(item.wish, status))
            for item, status in zip(items, results, strict=True)
            if status >> 30 == 2
        ]

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection or the subscription is gone, or silent for two keep-alives.
        """
        if self._publishing is None:
            raise _not_open(self._settings.url)
        try:
            await self._publishing.watch()
        except Unreachable:
            self._broken = True
            raise

    @property
    def alive_ns(self) -> int:
        """When a notification or a keep-alive last came, ns UTC; the login counts too."""
        return max(self._opened_ns, self._publishing.alive_ns if self._publishing else 0)

    async def close(self) -> None:
        """Let go of everything; a server that is not there any more is not waited for."""
        if self._publishing is not None:
            await self._publishing.stop()
        client, self._client, self._publishing = self._client, None, None
        if client is None:
            return
        protocol = client.uaclient.protocol
        if self._broken and protocol is not None and protocol.transport is not None:
            protocol.transport.abort()
            await asyncio.sleep(0)  # the transport reports its end in the next round of the loop
        await client.disconnect()  # never raises; waits no longer than one answer may take

    def _connected(self) -> Client:
        if self._client is None or self._client.uaclient.protocol is None:
            raise _not_open(self._settings.url)
        return self._client


def _not_open(url: str) -> Unreachable:
    return Unreachable("the connection to {url} is not open", url=url)


async def _sorted_out(nodes: Nodes, wishes: Sequence[Wish]) -> tuple[list[Item], list[Rejected]]:
    """The wishes that can be asked for, and those that cannot be fulfilled."""
    items: list[Item] = []
    rejected: list[Rejected] = []
    for position, wish in enumerate(wishes):
        try:
            items.append(Item(position, wish, ua.NodeId.from_string(wish.address)))
        except (ua.UaError, ValueError):
            why = text("{address!r} is no OPC UA node id; write it like ns=2;s=Press.Pressure", address=wish.address)
            rejected.append(Rejected(wish, ua.StatusCodes.BadNodeIdInvalid, why))
    holds = await nodes.hold([item.node for item in items])
    unfit = [_unfit(item.wish, hold) for item, hold in zip(items, holds, strict=True)]
    rejected += [one for one in unfit if one is not None]
    return [item for item, one in zip(items, unfit, strict=True) if one is None], rejected


def _unfit(wish: Wish, hold: Holds) -> Rejected | None:
    if hold.status in (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid):
        return Rejected(wish, Gap.NO_SUCH_NODE, _why_not(wish, hold.status))
    if hold.status == ua.StatusCodes.BadAttributeIdInvalid:
        return Rejected(wish, hold.status, text("{address} is no variable: it has no value", address=wish.address))
    if hold.status:
        return None  # some servers hide the type: whether the value can be had is told when it is asked for
    if hold.array:
        why = text("{address} holds an array; only single values are collected", address=wish.address)
        return Rejected(wish, ua.StatusCodes.BadTypeMismatch, why)
    if hold.kind is None:
        why = text("{address} holds neither a number nor a flag nor a text", address=wish.address)
        return Rejected(wish, ua.StatusCodes.BadTypeMismatch, why)
    return None


def _why_not(wish: Wish, status: int) -> Text:
    if status == ua.StatusCodes.BadNodeIdUnknown:
        return text("the server does not know the node {address}", address=wish.address)
    name = ua.StatusCode(status).name
    return text("the server does not give {address} ({status})", address=wish.address, status=name)
