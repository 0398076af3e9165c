"""Monitored items: what a subscription is asked to look at, with a queue so that fast changes are kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import Client, ua

from bobae.connectors.opcua.nodes import in_batches
from bobae.connectors.opcua.settings import OpcUaSettings
from bobae.core import Wish

_QUEUE = 10  # changes of one sensor that the server keeps between two notifications, at least
_NO_DEADBAND = (
    ua.StatusCodes.BadMonitoredItemFilterInvalid,
    ua.StatusCodes.BadMonitoredItemFilterUnsupported,
    ua.StatusCodes.BadFilterNotAllowed,
    ua.StatusCodes.BadDeadbandFilterInvalid,
)


@dataclass(frozen=True)
class Item:
    """One wish with its place among all, and the node it means."""

    position: int
    wish: Wish
    node: ua.NodeId


async def monitored(client: Client, subscription: int, items: Sequence[Item], settings: OpcUaSettings) -> list[int]:
    """Have the items looked at; the status of each. Where the server knows no dead band, every change comes."""
    queue = max(_QUEUE, 2 * math.ceil(settings.publishing_ms / settings.sampling_ms))

    async def ask(batch: Sequence[ua.MonitoredItemCreateRequest]) -> Sequence[int]:
        results = await client.uaclient.create_monitored_items(
            ua.CreateMonitoredItemsParameters(subscription, ua.TimestampsToReturn.Both, list(batch))
        )
        return [result.StatusCode.value for result in results]

    requests = [_request(item, settings.sampling_ms, queue) for item in items]
    statuses = await in_batches(requests, ask)
    again = [i for i, status in enumerate(statuses) if status in _NO_DEADBAND and items[i].wish.deadband]
    for i in again:
        requests[i].RequestedParameters.Filter = None
    for i, status in zip(again, await in_batches([requests[i] for i in again], ask), strict=True):
        statuses[i] = status
    return statuses


def _request(item: Item, sampling_ms: float, queue: int) -> ua.MonitoredItemCreateRequest:
    request = ua.MonitoredItemCreateRequest(
        ua.ReadValueId(item.node, ua.AttributeIds.Value), ua.MonitoringMode.Reporting
    )
    request.RequestedParameters = ua.MonitoringParameters(item.position, sampling_ms, None, queue, True)
    if item.wish.deadband:
        request.RequestedParameters.Filter = ua.DataChangeFilter(
            ua.DataChangeTrigger.StatusValue, ua.DeadbandType.Absolute, item.wish.deadband
        )
    return request
