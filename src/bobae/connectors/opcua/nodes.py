"""What the nodes of a server hold: number, flag, text, or something that cannot be kept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from asyncua import Client, ua

from bobae.core.pace import Pace

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
TOO_MUCH = (
    ua.StatusCodes.BadTooManyOperations,
    ua.StatusCodes.BadEncodingLimitsExceeded,
    ua.StatusCodes.BadRequestTooLarge,
    ua.StatusCodes.BadResponseTooLarge,
)
_ASKED = ua.BrowseResultMask.ReferenceTypeId | ua.BrowseResultMask.NodeClass | ua.BrowseResultMask.BrowseName
_AT_ONCE = 1_000  # references of one node in one answer
_FIRST, _MOST = 64, 1_024  # things asked for in one call
_SLOW_S = 0.5  # for one answer: then less is asked for at once
ANY = "any"  # a variable that may hold any type
# the types that all others are made of (OPC UA Part 6, 5.1.2), and the abstract ones above the numbers
_BASIC: dict[int, str | None] = {
    **dict.fromkeys(range(1, 31)),
    **dict.fromkeys((*range(2, 12), 26, 27, 28, 29), "number"),
    1: "flag",
    12: "text",
    21: "text",
    24: ANY,
}


async def in_batches(
    asked: Sequence[Asked], ask: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]], pace: Pace
) -> list[Answer]:
    """The answers to all that is asked, in as many calls as the server needs: more at once while it answers fast."""
    loop = asyncio.get_running_loop()
    size = _FIRST
    answers: list[Answer] = []
    while len(answers) < len(asked):
        await pace.turn()
        began = loop.time()
        try:
            answers += await ask(asked[len(answers) : len(answers) + size])
        except ua.UaStatusCodeError as error:
            if error.code not in TOO_MUCH or size == 1:
                raise
            size = max(1, size // 4)
            continue
        took_s = loop.time() - began
        if took_s > _SLOW_S:
            size = max(min(size, _FIRST), size // 2)  # a server that is slow anyhow must still get to the end
        elif took_s < _SLOW_S / 4:
            size = min(2 * size, _MOST)
    return answers


@dataclass(frozen=True)
class Holds:
    """What one node holds.

    Attributes:
        kind: 'number', 'flag', 'text', 'any', or None for something else.
        array: whether it holds many at once.
        status: why the server would not say; 0 where it did.
    """

    kind: str | None
    array: bool
    status: int


class Nodes:
    """Asks one connected server about its nodes, never faster than `pace`; types once looked up are remembered."""

    def __init__(self, client: Client, pace: Pace) -> None:
        self._session = client.uaclient
        self._pace = pace
        self._kinds: dict[ua.NodeId, str | None] = {ua.NodeId(i): kind for i, kind in _BASIC.items()}

    async def values(self, nodes: Sequence[ua.NodeId], *attributes: ua.AttributeIds) -> list[ua.DataValue]:
        """Each attribute of each node: all of the first node, then all of the second."""
        wanted = [ua.ReadValueId(node, attribute) for node in nodes for attribute in attributes]

        async def ask(batch: Sequence[ua.ReadValueId]) -> Sequence[ua.DataValue]:
            answers: list[ua.DataValue] = await self._session.read(ua.ReadParameters(NodesToRead=list(batch)))
            return answers

        return await in_batches(wanted, ask, self._pace)

    async def namespaces(self) -> list[str]:
        """Their names; the place of each is its index."""
        (read,) = await self.values([ua.NodeId(ua.ObjectIds.Server_NamespaceArray)], ua.AttributeIds.Value)
        return [str(name) for name in (read.Value.Value if read.Value is not None else None) or ()]

    async def hold(self, nodes: Sequence[ua.NodeId]) -> list[Holds]:
        """What each node holds."""
        read = await self.values(nodes, ua.AttributeIds.DataType, ua.AttributeIds.ValueRank)
        found = []
        for data_type, rank in zip(read[::2], read[1::2], strict=True):
            status = data_type.StatusCode.value
            kind = await self._kind(data_type.Value.Value) if status == 0 else None
            found.append(Holds(kind, rank.StatusCode.is_good() and (rank.Value.Value or 0) >= 0, status))
        return found

    async def references(
        self, nodes: Sequence[ua.NodeId], kind: int, direction: ua.BrowseDirection, classes: int = 0
    ) -> list[list[ua.ReferenceDescription]]:
        """The references of each node of one kind or a finer one, to nodes of these classes; without display names."""
        wanted = [ua.BrowseDescription(node, direction, ua.NodeId(kind), True, classes, _ASKED) for node in nodes]

        async def ask(batch: Sequence[ua.BrowseDescription]) -> Sequence[list[ua.ReferenceDescription]]:
            results = await self._browse(batch)
            found = [await self._all_of(result) for result in results]  # now: a server keeps few places to go on from
            for i, result in enumerate(results):
                if result.StatusCode.value == ua.StatusCodes.BadNoContinuationPoints:
                    await self._pace.turn()
                    found[i] = await self._all_of((await self._browse([batch[i]]))[0])
            return found

        return await in_batches(wanted, ask, self._pace)

    async def _browse(self, batch: Sequence[ua.BrowseDescription]) -> Sequence[ua.BrowseResult]:
        results: Sequence[ua.BrowseResult] = await self._session.browse(
            ua.BrowseParameters(RequestedMaxReferencesPerNode=_AT_ONCE, NodesToBrowse=list(batch))
        )
        return results

    async def _all_of(self, result: ua.BrowseResult) -> list[ua.ReferenceDescription]:
        references = list(result.References or ())
        while result.ContinuationPoint:
            await self._pace.turn()
            (result,) = await self._session.browse_next(ua.BrowseNextParameters(False, [result.ContinuationPoint]))
            references += result.References or ()
        return references

    async def _kind(self, data_type: ua.NodeId) -> str | None:
        """The basic type that `data_type` is made of."""
        passed = []
        while data_type not in self._kinds:
            passed.append(data_type)
            self._kinds[data_type] = None  # a type that has none above it, or is its own
            (above,) = await self.references([data_type], ua.ObjectIds.HasSubtype, ua.BrowseDirection.Inverse)
            if above:
                data_type = local(above[0].NodeId)
        kind = self._kinds[data_type]
        self._kinds.update(dict.fromkeys(passed, kind))
        return kind


def local(node: ua.ExpandedNodeId) -> ua.NodeId:
    """The node id without server and namespace name."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)
