"""Whatever persons, devices, clocks and crashes do, nothing is written but what two persons agreed to, within limits.

The machine keeps its own record of what happened, and looks at each value when it arrives at the device.
"""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from bobae.core import BobaeError, Refused
from bobae.registry.catalogue import OrderState, open_catalogue
from bobae.write import Executor

from .conftest import SETPOINT, TAGS, Device, Killed, Plant, S

NAMES = ("kim", "lee", "park")
LOW, HIGH, STEP, PER_HOUR, EXPIRES_S = 100, 140, 5, 3, 600
FAILS = ("", "", "dead", "refuses", "lost before", "lost after", "clamps", "killed before", "killed after")
IN_MEMORY = Path("/dev/shm")  # nothing here is about what survives a power cut
USUAL = ((124, None), (122, None), (118, None), (116, 118.0), (124, 118.0), (96, 97.0), (141, 139.0), (128, None))
people = st.sampled_from(NAMES)
near = st.sampled_from((96, 100, 115, 116, 118, 120, 122, 124, 125, 128, 131, 140, 141))
seldom = st.sampled_from((False, False, True))


class Writing(RuleBasedStateMachine):
    """Three persons, one setpoint, and everything that can go wrong."""

    orders = Bundle("orders")
    arrived = 0  # over all examples

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
        self.catalogue = open_catalogue(Path(self.folder.name))
        self.plant = Plant(self.catalogue.writes, Device(look=self.looked_at))
        self.wrong: list[AssertionError] = []
        self.asked: dict[int, tuple[str, float, int]] = {}
        self.agreed: dict[int, set[str]] = {}
        self.there = set(NAMES)
        self.sent: dict[int, int] = {}  # order -> when its value arrived
        self.stopped = False
        self.allows: tuple[str, int] | None = None

    def teardown(self) -> None:
        with self.plant.book.looking() as book:
            assert book.audit.broken() is None
        self.catalogue.close()
        self.folder.cleanup()

    def looked_at(self, address: str, value: Any) -> None:
        """A value arrives; an error raised here would end inside the executor, so it is kept."""
        try:
            self.arrives(address, value)
        except AssertionError as error:
            self.wrong.append(error)

    def arrives(self, address: str, value: Any) -> None:
        """What must be so when a value arrives at the device."""
        assert address == "sp"
        assert not self.stopped, "written while stopped"
        with self.plant.book.looking() as book:
            writing = book.orders.page(states=(OrderState.WRITING,))
            reverting = book.orders.page(states=(OrderState.REVERTING,))
        if not writing:
            assert reverting, "written without an order"
            assert value == 120.0, "what is written back is the safe value"
            assert reverting[0].id in self.sent, "taken back before it was written"
            return
        (order,) = writing
        by, wanted, asked_ns = self.asked[order.id]
        persons = {by, *self.agreed[order.id]}
        now = self.plant.now_ns
        assert value == wanted
        assert order.id not in self.sent, "written twice"
        assert len(persons) >= 2, "one person alone"
        assert persons <= self.there, "somebody who was removed has a part in it"
        assert now < asked_ns + EXPIRES_S * S, "written after it had expired"
        assert LOW <= value <= HIGH, "outside the range"
        assert abs(value - self.plant.device.shows["sp"]) <= STEP, "too far at once"
        assert sum(now - at < 3_600 * S for at in self.sent.values()) < PER_HOUR, "too often"
        self.sent[order.id] = now
        Writing.arrived += 1

    @rule(target=orders, by=people, value=near)
    def ask(self, by: str, value: int) -> Any:
        try:
            order = self.plant.ask(value, by=by)
        except Refused:
            return multiple()
        assert by in self.there
        assert not self.stopped
        self.asked[order.id] = by, float(value), self.plant.now_ns
        self.agreed[order.id] = set()
        return order.id

    @rule(target=orders, usual=st.sampled_from(USUAL), fails=st.sampled_from(FAILS))
    def order(self, usual: tuple[int, float | None], fails: str) -> Any:
        """The usual way as one step; the device may show something else by then."""
        value, shows = usual
        self.allow_again()
        for open_one in self.plant.writing.desk.orders(limit=9, only_open=True):
            if open_one.state.asked:
                self.cancel(open_one.id, "kim")
        number = self.ask("kim", value)
        if isinstance(number, int):
            self.approve(number, "lee")
            self.plant.device.shows["sp"] = shows or self.plant.device.shows["sp"]
            self.work(fails)
        return number

    @rule()
    def order_often(self) -> None:
        for value in (122, 124, 122, 124):
            self.plant.device.shows["sp"] = 120.0
            self.order((value, None), "")

    @rule(target=orders, value=near, seconds=st.sampled_from((1, 599, 600)), who=st.sampled_from(("", "kim", "lee")))
    def order_late(self, value: int, seconds: int, who: str) -> Any:
        """Between approval and work time goes by, or somebody is removed."""
        number = self.ask("kim", value)
        if isinstance(number, int):
            self.approve(number, "lee")
            self.wait(seconds)
            if who:
                self.remove(who)
                self.come_back(who)
            self.work("")
        return number

    @rule(number=orders, by=people)
    def approve(self, number: int, by: str) -> None:
        with contextlib.suppress(Refused):
            self.plant.writing.desk.approve(number, by=self.plant.person(by))
            assert by in self.there
            assert by != self.asked[number][0]
            assert not self.stopped
            self.agreed[number].add(by)

    @rule(number=orders, by=people)
    def cancel(self, number: int, by: str) -> None:
        with contextlib.suppress(Refused):
            self.plant.writing.desk.cancel(number, by=self.plant.person(by))
            assert by in self.there

    @rule(number=orders, by=people)
    def renew(self, number: int, by: str) -> None:
        with contextlib.suppress(Refused):
            self.plant.writing.desk.renew(number, by=self.plant.person(by))
            assert number in self.sent

    @rule(by=people, really=seldom)
    def stop(self, by: str, really: bool) -> None:
        if not really:
            return
        with contextlib.suppress(Refused):
            self.plant.writing.switch.stop(because="", by=self.plant.person(by))
            self.stopped, self.allows = True, None

    @rule()
    def allow_again(self) -> None:
        for name in NAMES:
            self.come_back(name)
            self.allow(name)

    @rule(by=people)
    def allow(self, by: str) -> None:
        with contextlib.suppress(Refused):
            switch = self.plant.writing.switch.allow(by=self.plant.person(by))
            now = self.plant.now_ns
            if switch.stopped_ns is None:
                assert self.allows is not None
                assert self.allows[0] != by
                assert now < self.allows[1] + 600 * S
                self.stopped = False
            self.allows = by, now

    @rule(name=people, really=seldom)
    def leave(self, name: str, really: bool) -> None:
        if really:
            self.remove(name)

    def remove(self, name: str) -> None:
        with contextlib.suppress(BobaeError):
            self.plant.writing.persons.remove(name)
            self.there.discard(name)

    @rule(name=people)
    def come_back(self, name: str) -> None:
        self.plant.add(name)
        self.there.add(name)

    @rule(seconds=st.sampled_from((1, 60, 599, 601, 3_601)))
    def wait(self, seconds: int) -> None:
        self.plant.wait(seconds)

    @rule(value=st.sampled_from((97.0, 115.0, 120.0, 124.0, 139.0)))
    def turned_by_hand(self, value: float) -> None:
        self.plant.device.shows["sp"] = value

    @rule(fails=st.sampled_from(FAILS))
    def work(self, fails: str) -> None:
        self.plant.device.fails = fails
        with contextlib.suppress(Killed):
            self.plant.work()
        self.plant.device.fails = ""

    @rule()
    def two_at_work(self) -> None:
        """Two executors at once, as no plant may have them, still write once."""

        async def both() -> None:
            two = [
                Executor(self.plant.book, TAGS, lambda _: self.plant.device, clock=lambda: self.plant.now_ns)
                for _ in range(2)
            ]
            await asyncio.gather(*(one.handle(order) for one in two for order in one.due()))

        asyncio.run(both())

    @invariant()
    def nothing_arrived_that_must_not(self) -> None:
        assert self.wrong == []

    @invariant()
    def what_is_told_is_so(self) -> None:
        for order in self.plant.writing.desk.orders(limit=100):
            if order.state in ("done", "held", "replaced", "overtaken", "reverted"):
                assert order.id in self.sent
            if order.state in ("waiting", "approved", "expired", "cancelled", "refused"):
                assert order.id not in self.sent
            if order.state == "held":
                assert order.tag == SETPOINT
                assert order.revert_ns is not None


def test_there_is_no_way_around_the_rules() -> None:
    run_state_machine_as_test(
        Writing,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Writing.arrived > 10, "the rules were hardly ever tried"
