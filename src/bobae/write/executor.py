"""Who carries orders out: one for a plant, in the process that collects from it."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TypeVar

from bobae.core import BobaeError, Refused, Tag, Text, Unreachable, Writer, text
from bobae.registry.catalogue import Order, OrderState, Value, WriteStore
from bobae.write.limits import Limits, same
from bobae.write.moves import Moves

T = TypeVar("T")
Reach = Callable[[str], Writer]
_LOOK_S = 0.25
_AGAIN_S = 5.0  # between two tries to find out about an order, or to take it back
_CALL_S = 15.0  # a device that has not answered by then does not answer
_READ_AGAIN_S = 0.1
_log = logging.getLogger("bobae.write")


class Executor:
    """Carries out approved orders, reads back, and takes back those whose dead-man ran out.

    An order's value is sent to the device once at the most: it is `writing` on the disk before. Whatever breaks after
    that is found out by reading alone. The safe value of an order is written until the device shows it, each time only
    after a look that it does not.

    Args:
        store: where orders and audit are kept.
        tags: path -> tag, as plant.yaml has them.
        reach: a fresh writer for a source, by the source's name.
        clock: ns UTC.
    """

    def __init__(
        self, store: WriteStore, tags: Mapping[str, Tag], reach: Reach, *, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._moves = Moves(store, tags, clock)
        self._reach, self._clock = reach, clock
        self._devices: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # one connection to a device at a time
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._again: dict[int, float] = {}  # order -> when it may be tried again
        self._stuck: set[int] = set()
        self._runs_out: dict[int, tuple[int, float]] = {}  # order -> its revert_ns, and the same by a steady clock

    async def run(self) -> None:
        """Work until cancelled; what is under way then is brought to its end first."""
        try:
            while True:
                try:
                    due = await asyncio.to_thread(self.due)
                except BobaeError as error:  # the catalogue is busy: it will not be for long
                    _log.error("%s", error)
                    due = []
                for order in due:
                    self._busy[order.id] = asyncio.create_task(self._handle_alone(order))
                await asyncio.sleep(_LOOK_S)
        finally:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def due(self) -> list[Order]:
        """The orders that there is something to do about now."""
        busy = set(self._busy)  # taken first: what ends meanwhile is looked at the next time
        return [order for order in self._moves.open() if order.id not in busy and self._is_due(order)]

    async def handle(self, order: Order) -> None:
        """Do the next thing about one order that is due."""
        try:
            if order.state.asked and self._clock() >= order.expires_ns:
                await asyncio.to_thread(self._moves.expire, order.id)
                return
            place = self._moves.place(order.tag)
            async with self._devices[place.source]:
                if order.state is OrderState.APPROVED:
                    await self._carry_out(order, place)
                elif order.state in (OrderState.WRITING, OrderState.UNKNOWN):
                    await self._find_out(order, place)
                else:
                    await self._take_back(order, place)
        except BobaeError as error:
            await self._later(order, error.text)
        except Exception:  # noqa: BLE001 - whatever a plugin raises, the other orders go on
            _log.exception("order %s", order.id)
            await self._later(order, text("bobae failed; its log says why"))

    async def _handle_alone(self, order: Order) -> None:
        try:
            await self.handle(order)
        finally:
            del self._busy[order.id]

    async def _carry_out(self, order: Order, place: Limits) -> None:
        try:
            async with self._device(place) as device:
                before = await _soon(device.read(place.address))
                claimed = await asyncio.to_thread(self._moves.claim, order.id, before)
                if claimed is not None:
                    await self._write(device, place, claimed)
        except BobaeError as error:  # of an order that was sent, more is known: this changes nothing
            await asyncio.to_thread(self._moves.not_sent, order.id, error.text)

    async def _write(self, device: Writer, place: Limits, order: Order) -> None:
        """Send the value, this once."""
        try:
            await _soon(device.write(place.address, order.value))
        except Unreachable as error:
            await asyncio.to_thread(self._moves.not_known, order.id, error.text)
            return
        except BobaeError as error:
            await asyncio.to_thread(self._moves.not_taken, order.id, error.text)
            return
        try:
            shown = await self._shown(device, place, order, order.value)
        except BobaeError as error:
            await asyncio.to_thread(self._moves.not_known, order.id, error.text)
        else:
            await asyncio.to_thread(self._moves.settle, order.id, shown)

    async def _find_out(self, order: Order, place: Limits) -> None:
        """Read, and only read, whether the device got an order that was on its way when something broke."""
        why = text("bobae ended while it was being written")
        await asyncio.to_thread(self._moves.not_known, order.id, why)
        async with self._device(place) as device:
            shown = await self._shown(device, place, order, order.value)
        await asyncio.to_thread(self._moves.settle, order.id, shown)

    async def _take_back(self, order: Order, place: Limits) -> None:
        async with self._device(place) as device:
            shown = await _soon(device.read(place.address))
            claimed = await asyncio.to_thread(self._moves.take_back, order, shown)
            if claimed is None or claimed.safe is None:
                return
            await _soon(device.write(place.address, claimed.safe))
            shown = await self._shown(device, place, claimed, claimed.safe)
        if not await asyncio.to_thread(self._moves.reverted, order.id, shown):
            raise Refused("the device still shows {shown}", shown=place.told(shown))

    async def _shown(self, device: Writer, place: Limits, order: Order, wanted: Value) -> Value:
        """What the device shows, once that is `wanted` or it had time enough."""
        until = time.monotonic() + place.read_back_s
        while True:
            shown = await _soon(device.read(place.address))
            if same(shown, wanted, order.tolerance) or time.monotonic() >= until:
                return shown
            await asyncio.sleep(_READ_AGAIN_S)

    @contextlib.asynccontextmanager
    async def _device(self, place: Limits) -> AsyncIterator[Writer]:
        device = self._reach(place.source)
        try:
            await _soon(device.open())
            yield device
        finally:
            with contextlib.suppress(Unreachable):  # it is gone anyway
                await _soon(device.close())

    def _is_due(self, order: Order) -> bool:
        if time.monotonic() < self._again.get(order.id, 0.0):
            return False
        if order.state is OrderState.WAITING:
            return self._clock() >= order.expires_ns
        return order.state is not OrderState.HELD or self._ran_out(order)

    def _ran_out(self, order: Order) -> bool:
        """Whether an order's dead-man has run out, also if the computer's clock was put back meanwhile."""
        revert_ns, now = order.revert_ns or 0, self._clock()
        if self._runs_out.get(order.id, (None, 0.0))[0] != revert_ns:
            self._runs_out[order.id] = revert_ns, time.monotonic() + (revert_ns - now) / 1e9
        return now >= revert_ns or time.monotonic() >= self._runs_out[order.id][1]

    async def _later(self, order: Order, why: Text) -> None:
        """Try again after a while; said once."""
        self._again[order.id] = time.monotonic() + _AGAIN_S
        if order.id in self._stuck:
            return
        try:
            await asyncio.to_thread(self._moves.stuck, order, why)
        except BobaeError as error:  # the catalogue is busy: it is said at the next try
            _log.error("%s", error)
        else:
            self._stuck.add(order.id)


async def _soon(answer: Awaitable[T]) -> T:
    """The answer of a device, if it comes in time."""
    try:
        async with asyncio.timeout(_CALL_S):
            return await answer
    except TimeoutError as error:
        raise Unreachable("the device did not answer within {seconds} s", seconds=_CALL_S) from error
