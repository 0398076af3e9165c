"""Monitored items: what a subscription is asked to look at, with a queue so that fast changes are kept."""

import math
from collections.abc import Sequence

from asyncua import Client, ua

from bobae.connectors.opcua.elements import Watched
from bobae.connectors.opcua.nodes import in_batches
from bobae.connectors.opcua.settings import OpcUaSettings
from bobae.core.pace import Pace

_NO_DEADBAND = (
    ua.StatusCodes.BadMonitoredItemFilterInvalid,
    ua.StatusCodes.BadMonitoredItemFilterUnsupported,
    ua.StatusCodes.BadFilterNotAllowed,
    ua.StatusCodes.BadDeadbandFilterInvalid,
)


async def monitored(
    client: Client, subscription: int, watched: Sequence[Watched], settings: OpcUaSettings, pace: Pace
) -> list[int]:
    """Have them looked at; the status of each. Where the server knows no dead band, every change comes."""
    looks = math.ceil(settings.publishing_ms / settings.sampling_ms) if settings.sampling_ms else 0
    queue = max(settings.queue_size, 2 * looks)

    async def ask(batch: Sequence[ua.MonitoredItemCreateRequest]) -> Sequence[int]:
        results = await client.uaclient.create_monitored_items(
            ua.CreateMonitoredItemsParameters(subscription, ua.TimestampsToReturn.Both, list(batch))
        )
        return [result.StatusCode.value for result in results]

    requests = [_request(one, settings.sampling_ms, queue) for one in watched]
    statuses = await in_batches(requests, ask, pace)
    again = [i for i, status in enumerate(statuses) if status in _NO_DEADBAND and watched[i].deadband]
    for i in again:
        requests[i].RequestedParameters.Filter = None
    for i, status in zip(again, await in_batches([requests[i] for i in again], ask, pace), strict=True):
        statuses[i] = status
    return statuses


def _request(one: Watched, sampling_ms: float, queue: int) -> ua.MonitoredItemCreateRequest:
    request = ua.MonitoredItemCreateRequest(
        ua.ReadValueId(one.node, ua.AttributeIds.Value), ua.MonitoringMode.Reporting
    )
    request.RequestedParameters = ua.MonitoringParameters(one.handle, sampling_ms, None, queue, True)
    if one.deadband:
        request.RequestedParameters.Filter = ua.DataChangeFilter(
            ua.DataChangeTrigger.StatusValue, ua.DeadbandType.Absolute, one.deadband
        )
    return request
