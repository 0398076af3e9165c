"""What a server has kept (OPC UA Part 11): read afterwards, page by page, for the time that nobody listened."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import ua
from asyncua.client.ua_client import UASocketProtocol

from bobae.connectors.opcua.addresses import places
from bobae.connectors.opcua.decode import EPOCH, Changes, History, histories
from bobae.connectors.opcua.elements import Watched, apart, arrays_among, watched
from bobae.connectors.opcua.nodes import TOO_MUCH, Nodes
from bobae.core import Deliver, Wish
from bobae.core.pace import Pace

_NODES, _VALUES = 50, 1_000  # of one request: to read the answer takes a fraction of a second
_HISTORY_READ = 0b100  # bit of AccessLevel
_NOTHING = (ua.StatusCodes.BadBoundNotFound, ua.StatusCodes.BadNoData)
_UNIX = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass
class _Node:
    """One node on the way; times in ticks of 100 ns since 1601.

    Attributes:
        since: from when on it is asked for.
        read: time of the last value that was handed on.
        first: time of the first one.
        point: where the server goes on; None: it has said all, or has cut off without a word.
        cut: whether the latter.
        whole: whether everything came.
    """

    of: Watched
    since: int
    read: int = 0
    first: int = 2**63
    point: bytes | None = None
    cut: bool = False
    whole: bool = True

    def take(self, history: History, until: int) -> list[int]:
        """Which rows of one page are new; of those before `since` the last one only, which held then."""
        rows = history.changes.rows
        new = [i for i, row in enumerate(rows) if row[3] > self.read and row[2] not in _NOTHING]
        full = len(rows) >= _VALUES
        self.point = history.point
        self.cut = full and self.point is None and bool(new)
        if history.status >> 30 == 2 or (full and not new):
            self.whole, self.point = False, None
        if new:
            self.first, self.read = min(self.first, rows[new[0]][3]), rows[new[-1]][3]
        early = sum(rows[i][3] <= self.since for i in new)
        return [i for i in new[max(0, early - 1) :] if rows[i][3] <= until]


class HistoryReads:
    """Reads the history of one connected server.

    Args:
        protocol: of the connection.
        nodes: asks the server about its nodes.
        pace: how often it may be asked.
    """

    def __init__(self, protocol: UASocketProtocol, nodes: Nodes, pace: Pace) -> None:
        self._protocol = protocol
        self._nodes = nodes
        self._pace = pace

    async def read(self, wishes: Sequence[Wish], until_ns: int, deliver: Deliver) -> list[int]:
        """As `HistoryReader.history`."""
        found, _ = await places(self._nodes, wishes)
        kept, recorded = await self._kept(watched(found))
        began = await self._began()
        asked = sorted((_Node(one, _since(one)) for one in kept), key=lambda node: node.since)
        for i in range(0, len(asked), _NODES):
            await self._batch(asked[i : i + _NODES], _ticks(until_ns), deliver)
        whole = [node.of for node in asked if node.whole and began <= node.since and node.of.handle in recorded]
        return sorted(place.position for one in whole for place in one.places)

    async def _kept(self, found: Sequence[Watched]) -> tuple[list[Watched], set[int]]:
        """Those that have a history, and the handles of those that every change is recorded of."""
        read = await self._nodes.values(
            [one.node for one in found], ua.AttributeIds.AccessLevel, ua.AttributeIds.Historizing
        )
        said = [0 if one.Value is None else one.Value.Value or 0 for one in read]
        kept = [one for one, level in zip(found, said[::2], strict=True) if level & _HISTORY_READ]
        return kept, {one.handle for one, recorded in zip(found, said[1::2], strict=True) if recorded}

    async def _began(self) -> int:
        """Since when the server runs: what was before that it has not seen."""
        started = ua.NodeId(ua.ObjectIds.Server_ServerStatus_StartTime)
        (read,) = await self._nodes.values([started], ua.AttributeIds.Value)
        at = None if read.Value is None else read.Value.Value
        since = datetime.timedelta(0) if at is None else at.replace(tzinfo=datetime.UTC) - _UNIX
        return EPOCH + since // datetime.timedelta.resolution * 10

    async def _batch(self, batch: Sequence[_Node], until: int, deliver: Deliver) -> None:
        start = batch[0].since
        await self._pages(batch, start, until, deliver)
        for node in batch:
            while node.cut:
                await self._pages([node], node.read, until, deliver)
        unknown = [node for node in batch if node.whole and node.first > start]
        if unknown:  # the server does not say by itself what held then
            found = Changes()
            details = ua.ReadRawModifiedDetails(False, _time(start), _UNIX, 1, False)  # backwards
            for history in await self._asked(unknown, details):
                found.add(history.changes, [i for i, row in enumerate(history.changes.rows) if row[3] <= start][:1])
            _hand_on(found, unknown, deliver)

    async def _pages(self, nodes: Sequence[_Node], start: int, until: int, deliver: Deliver) -> None:
        """Read on until the server has said all, or cuts off."""
        details = ua.ReadRawModifiedDetails(False, _time(start), _time(until), _VALUES, True)
        while nodes:
            found = Changes()
            for node, history in zip(nodes, await self._asked(nodes, details), strict=True):
                found.add(history.changes, node.take(history, until))
            _hand_on(found, nodes, deliver)
            nodes = [node for node in nodes if node.point is not None]

    async def _asked(self, nodes: Sequence[_Node], details: ua.ReadRawModifiedDetails) -> list[History]:
        request = ua.HistoryReadRequest()
        request.Parameters.HistoryReadDetails = details
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.Parameters.NodesToRead = [
            ua.HistoryReadValueId(NodeId=node.of.node, ContinuationPoint=node.point) for node in nodes
        ]
        await self._pace.turn()
        try:
            return histories(await self._protocol.send_request(request), [node.of.handle for node in nodes])
        except ua.UaStatusCodeError as error:
            if error.code not in TOO_MUCH or len(nodes) == 1:
                raise
        half = len(nodes) // 2
        return await self._asked(nodes[:half], details) + await self._asked(nodes[half:], details)


def _hand_on(found: Changes, nodes: Sequence[_Node], deliver: Deliver) -> None:
    if found.rows:
        deliver(apart(found, arrays_among([node.of for node in nodes])).readings(0, past=True))


def _since(one: Watched) -> int:
    return min(_ticks(place.wish.since_ns or 0) for place in one.places)


def _ticks(ns: int) -> int:
    return EPOCH + ns // 100


def _time(ticks: int) -> datetime.datetime:
    return _UNIX + datetime.timedelta(microseconds=(ticks - EPOCH) // 10)
