"""How lots come in, go on from step to step, and leave: the part *Lots* of `flow/README.md`."""

from collections import deque
from typing import TYPE_CHECKING

from bobae.flow.kernel import words as w
from bobae.flow.plain.things import Group, Lot

if TYPE_CHECKING:
    from bobae.flow.plain.engine import PlainRun

_GATE = 40  # bits of a lot's number under its source


class Travel:
    """Where every lot is."""

    def __init__(self, run: "PlainRun") -> None:
        self._run, sources = run, run.plan.tables.sources
        self._vehicles = int(run.plan.tables.vehicles[0])
        self._carried: deque[tuple[Lot, int]] = deque()
        self._numbers, self._times = [0] * len(sources), [0] * len(sources)

    def _feed(self, source: int) -> bool:
        """A source releases one lot; whether it found room."""
        row = self._run.plan.tables.sources[source]
        name = (source + 1) << _GATE | self._numbers[source]
        self._numbers[source] += 1
        self._run.released += 1
        first = int(self._run.plan.tables.routes[row["product"]][0])
        lot = Lot(
            name,
            int(row["product"]),
            int(row["pieces"]),
            int(row["priority"]),
            first,
            self._run.now + int(row["due"]),
            self._run.now,
        )
        self._run.tell(w.RELEASE, source, name, first, lot.pieces)
        if row["every"] >= 0:
            self._run.wip += 1
        return self.go_on(lot)

    def release(self, source: int) -> None:
        """A source's time has come."""
        row = self._run.plan.tables.sources[source]
        for _ in range(row["lots"]):
            self._feed(source)
        self._times[source] += 1
        if row["count"] < 0 or self._times[source] < row["count"]:
            every = self._run.dice.time(row["every"], w.P_RELEASE, source, self._times[source])
            self._run.set_down(self._run.now + every, lambda: self.release(source))

    def ordered(self, number: int) -> None:
        """A lot that was ordered comes in; the next order is set down before it goes on."""
        orders = self._run.plan.tables.orders
        row = orders[number]
        self._run.released += 1
        self._run.wip += 1
        lot = Lot(
            number,
            int(row["product"]),
            int(row["pieces"]),
            int(row["priority"]),
            int(row["step"]),
            int(row["due"]),
            self._run.now,
        )
        self._run.tell(w.ORDER, -1, number, lot.step, lot.pieces)
        if number + 1 < len(orders):
            self._run.set_down(int(orders[number + 1]["at"]), lambda: self.ordered(number + 1))
        self.go_on(lot)

    def keep_fed(self, source: int) -> None:
        """A source without times has one lot at its gate, always."""
        row = self._run.plan.tables.sources[source]
        while row["count"] < 0 or self._numbers[source] < row["count"]:
            self._run.wip += 1
            if not self._feed(source):
                self._run.wip -= 1  # it stands at the gate
                return

    def go_on(self, lot: Lot) -> bool:
        """On to its step, past those that are not done for it; False: there is no room, and it waits."""
        first, end = (int(step) for step in self._run.plan.tables.routes[lot.product])
        steps = self._run.plan.tables.steps
        while lot.step < end and steps[lot.step]["share"] < 1.0:
            if (
                self._run.dice.unit(w.P_SHARE, lot.name, lot.visits * 65536 + lot.step - first)
                < steps[lot.step]["share"]
            ):
                break
            lot.step += 1
        if lot.step == end:
            self._leave(lot, good=True)
            return True
        group = self._run.groups[steps[lot.step]["group"]]
        stays = lot.job is not None and lot.job.machine.group is group
        if group.row["places"] >= 0 and not stays and (group.waiting or not group.has_room):
            group.waiting.append(lot)
            self._run.tell(w.BLOCK, group.number, lot.name, lot.step, 0)
            return False
        self._enter(lot, group)
        return True

    def _enter(self, lot: Lot, group: Group) -> None:
        group.taken += 1
        self._let_go(lot)
        here, there = lot.location, int(group.row["location"])
        way = -1 if here is None or here < 0 or there < 0 else int(self._run.plan.tables.moves[here][there])
        lot.location = there
        if way < 0:
            self._arrive(lot)
        elif self._vehicles == 0:
            self._carried.append((lot, way))
        else:
            self._set_out(lot, way)

    def _set_out(self, lot: Lot, way: int) -> None:
        if self._vehicles > 0:
            self._vehicles -= 1
        takes = self._run.dice.time(way, w.P_MOVE, lot.name, lot.visits)
        self._run.set_down(self._run.now + takes, lambda: self._is_there(lot))

    def _is_there(self, lot: Lot) -> None:
        if self._vehicles >= 0:
            self._vehicles += 1
            if self._carried:
                self._set_out(*self._carried.popleft())
        self._arrive(lot)

    def _arrive(self, lot: Lot) -> None:
        group = self._run.groups[self._run.plan.tables.steps[lot.step]["group"]]
        lot.arrived = self._run.now
        group.queue.append(lot)
        self._run.tell(w.ARRIVE, group.number, lot.name, lot.step, lot.pieces)
        self._run.dispatch.welcome(group, lot)

    def _let_go(self, lot: Lot) -> None:
        if lot.job is None:
            return
        lot.job.lots.remove(lot)
        group = lot.job.machine.group
        group.taken -= 1
        if group.waiting:
            self._run.looks.append(group)
        lot.job = None

    def _leave(self, lot: Lot, *, good: bool) -> None:
        self._let_go(lot)
        self._run.wip -= 1
        self._run.finished += good
        self._run.scrapped += not good
        self._run.tell(w.LEAVE if good else w.SCRAP, -1, lot.name, lot.step, lot.pieces)
        self._run.done.append((lot.name, lot.released, self._run.now, good))

    def after_step(self, lot: Lot) -> None:
        """A step is done: limits begin, the lot is lost, goes back or goes on."""
        step = self._run.plan.tables.steps[lot.step]
        if step["limit_step"] >= 0:
            lot.limit = int(step["limit_step"]), self._run.now + int(step["limit"])
        lot.visits += 1
        if step["scrap"] > 0.0 and self._run.dice.unit(w.P_SCRAP, lot.name, lot.visits) < step["scrap"]:
            self._leave(lot, good=False)
            return
        again = step["rework"] > 0.0 and self._run.dice.unit(w.P_REWORK, lot.name, lot.visits) < step["rework"]
        lot.step = int(step["rework_step"]) if again else lot.step + 1
        self.go_on(lot)

    def let_in(self, group: Group) -> None:
        """The group has a place more: those who wait for one, first come first."""
        while group.waiting and group.has_room:
            lot = group.waiting.popleft()
            job, source = lot.job, (lot.name >> _GATE) - 1
            at_gate = job is None and source >= 0 and self._run.plan.tables.sources[source]["every"] < 0
            if at_gate:
                lot.released = self._run.now
                self._run.wip += 1
            self._enter(lot, group)
            if at_gate:
                self.keep_fed(source)
            if job is not None and not job.lots:
                self._run.job_free(job)
