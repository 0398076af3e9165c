"""Live values: a WebSocket at which a viewer names tags and is sent what is new of them, ten times a second at most.

A viewer sends `{"tags": ["area/line/machine.tag", ...]}`, as often as it likes; each wish replaces the one before. It
is answered `{"wish": 1, "tags": [{"tag", "kind", "unit"}, ...], "unknown": [...]}` and from then on is sent binary
messages, packed as `packing` says: `place` (u32, of the tag in that answer), `time_ms` (f64, since 1970), `value` (f64;
NaN for none and for a text) and `status` (u32, OPC UA); the header has the number of the `wish` and, by row number, the
`texts` of text tags. The first message has the newest sample of each tag, the others the newest of those that changed:
what came and went between two messages is for /trend.

However many look on, the samples are read once: of all the tags that anybody wants, by one task that rests while
nobody does.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import Field, ValidationError

from bobae.api.gate import gated_router, gated_socket
from bobae.api.packing import packed
from bobae.api.plant import LivePlant
from bobae.api.questions import Nothing
from bobae.api.samples import rows_of
from bobae.core import BobaeError, Samples, TagRow

LOOK_S = 0.1
MOST_TAGS = 1000
NOT_UNDERSTOOD, STOPPING = 4422, 1001  # reasons to close; the first is HTTP's, among the free ones
_MS = 1_000_000
router = gated_router("samples")


class Wish(Nothing):
    """What a viewer wants to see from now on."""

    tags: list[str] = Field(max_length=MOST_TAGS)


class Newest(NamedTuple):
    """The newest sample of a tag, and at which look it was first seen."""

    look: int
    time_ns: int
    value: float
    status: int
    text: str | None


@dataclass(eq=False)
class Viewer:
    """Somebody who looks on: which tags, by which of their wishes, and up to which look they were told."""

    rows: list[TagRow] = field(default_factory=list)
    wish: int = 0
    told: int = -1


class LiveValues:
    """The newest samples of all that is looked at, read by one task however many look on.

    Args:
        plant: whose samples.
        stopping: set when everybody is to go.
    """

    def __init__(self, plant: LivePlant, stopping: asyncio.Event) -> None:
        self._plant, self._stopping = plant, stopping
        self._viewers: set[Viewer] = set()
        self._newest: dict[int, Newest] = {}
        self._looks, self._looked = 0, asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def viewer(self) -> AsyncIterator[Viewer]:
        """Somebody more, until the end of the block."""
        one = Viewer()
        self._viewers.add(one)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield one
        finally:
            self._viewers.remove(one)
            if not self._viewers and self._looking is not None:
                self._looking.cancel()
                self._looking = None
                self._newest.clear()

    async def wants(self, viewer: Viewer, tags: list[str]) -> dict[str, Any]:
        """Have the viewer see these tags; the answer says which there are."""
        known = await asyncio.to_thread(lambda: rows_of(self._plant.reader, tags))
        viewer.rows, viewer.told = [known[tag] for tag in dict.fromkeys(tags) if tag in known], -1
        viewer.wish += 1
        told = [{"tag": row.path, "kind": row.kind, "unit": row.unit} for row in viewer.rows]
        return {"wish": viewer.wish, "tags": told, "unknown": [tag for tag in tags if tag not in known]}

    async def news(self, viewer: Viewer) -> bytes | None:
        """What is new for the viewer, once there is some; None: everybody is to go."""
        async with self._looked:
            while not self._stopping.is_set():
                await self._looked.wait()
                fresh = [
                    (place, row, newest)
                    for place, row in enumerate(viewer.rows)
                    if (newest := self._newest.get(row.id)) is not None and newest.look > viewer.told
                ]
                viewer.told = self._looks
                if fresh:
                    return _packed(viewer.wish, fresh)
        return None

    async def _look_on(self) -> None:
        while not self._stopping.is_set():
            wanted = sorted({row.path for viewer in self._viewers for row in viewer.rows})
            with contextlib.suppress(BobaeError):  # a store that cannot be read now is read at the next look
                self._take(await asyncio.to_thread(self._plant.reader.last, wanted))
            async with self._looked:
                self._looked.notify_all()
            await asyncio.sleep(LOOK_S)
        async with self._looked:
            self._looked.notify_all()

    def _take(self, found: Samples) -> None:
        self._looks += 1
        texts = [None] * len(found) if found.text is None else found.text.tolist()
        columns = (found.tag.tolist(), found.time_ns.tolist(), found.value.tolist(), found.status.tolist(), texts)
        for tag, *sample in zip(*columns, strict=True):
            newest = Newest(self._looks, *sample)
            before = self._newest.get(tag)
            if before is None or repr(before[1:]) != repr(newest[1:]):  # NaN is as NaN was
                self._newest[tag] = newest


@router.websocket("/live")
@gated_socket("plant.read")
async def live(socket: WebSocket) -> None:
    """The newest samples of the tags that a viewer names, as they come."""
    await socket.accept()
    values: LiveValues = socket.app.state.live
    async with values.viewer() as viewer, asyncio.TaskGroup() as both:
        sending = both.create_task(_send(socket, values, viewer))
        with contextlib.suppress(WebSocketDisconnect):
            async for said in socket.iter_text():
                try:
                    wish = Wish.model_validate_json(said)
                except ValidationError:
                    await socket.close(NOT_UNDERSTOOD)
                    break
                await socket.send_json(await values.wants(viewer, wish.tags))
        sending.cancel()


async def _send(socket: WebSocket, values: LiveValues, viewer: Viewer) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while (news := await values.news(viewer)) is not None:
            await socket.send_bytes(news)
        await socket.close(STOPPING)


def _packed(wish: int, fresh: list[tuple[int, TagRow, Newest]]) -> bytes:
    texts = {i: newest.text for i, (_, _, newest) in enumerate(fresh) if newest.text is not None}
    return packed(
        {"wish": wish, "texts": texts},
        {
            "place": ("u32", [place for place, _, _ in fresh]),
            "time_ms": ("f64", [newest.time_ns / _MS for _, _, newest in fresh]),
            "value": ("f64", [newest.value for _, _, newest in fresh]),
            "status": ("u32", [newest.status for _, _, newest in fresh]),
        },
    )
