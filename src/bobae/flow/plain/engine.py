"""Takes the first event and does what it means: the sentences of `flow/README.md`, one function each."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from bobae.flow.compiling import Plan
from bobae.flow.engine import jammed_at, never_freed, still_at
from bobae.flow.kernel import words as w
from bobae.flow.plain.dice import Dice, Tale
from bobae.flow.plain.dispatch import Dispatch
from bobae.flow.plain.things import Care, Failure, Group, Job, Lot, Machine
from bobae.flow.plain.travel import Travel
from bobae.flow.plain.upkeep import Upkeep

WORDS = {
    "release": w.RELEASE,
    "order": w.ORDER,
    "arrive": w.ARRIVE,
    "block": w.BLOCK,
    "start": w.START,
    "done": w.DONE,
    "fail": w.FAIL,
    "repair": w.REPAIR,
    "care begins": w.CARE_DUE,
    "care ends": w.CARE_END,
    "leave": w.LEAVE,
    "scrap": w.SCRAP,
}


@dataclass(frozen=True)
class Happened:
    """One thing that happened.

    Attributes:
        time_s: when, seconds from the start.
        word: what, a word of `WORDS`.
        machines: the group it happened at, where there is one.
        lot: the name of the lot, where there is one.
        step: (product, step), where there is one.
    """

    time_s: float
    word: str
    machines: str | None
    lot: int | None
    step: tuple[str, str] | None


class PlainRun:
    """One run of a plan, from time 0, event for event the same as `bobae.flow.engine.Run`.

    Example:
        >>> from bobae.flow import Production, compiled
        >>> plan = compiled(Production.model_validate({
        ...     "machines": {"saw": {}}, "routes": {"board": [{"machines": "saw", "time": "1 min"}]},
        ...     "orders": [{"product": "board"}],
        ... }))
        >>> seen = []
        >>> run = PlainRun.new(plan, seed=1, on={"leave": lambda run, what: seen.append(what.time_s)})
        >>> run.until(3600)
        >>> seen
        [60.0]
    """

    def __init__(
        self, plan: Plan, seed: int, on: Mapping[str, Callable[["PlainRun", Happened], None]], choose: Any
    ) -> None:
        self.plan, self.dice, self._tale = plan, Dice(plan, seed), Tale()
        self.now = self.released = self.finished = self.scrapped = self.wip = 0
        self.done: list[tuple[int, int, int, bool]] = []  # name, released, done, good
        self._on = {WORDS[word]: (word, call) for word, call in on.items()}
        self._agenda: list[tuple[int, int, Callable[[], bool | None]]] = []
        self._order = itertools.count()
        self.looks: deque[Group | None] = deque()
        self._begun = False
        t = plan.tables
        self.steps, groups = _as_dicts(t.steps), _as_dicts(t.groups)
        self.groups = [Group(number, row) for number, row in enumerate(groups)]
        self.machines = [self._machine(number, row) for number, row in enumerate(t.machines)]
        self.crews = [int(count) for count in t.crews]
        self.travel, self.upkeep, self.dispatch = Travel(self), Upkeep(self), Dispatch(self, choose)

    @classmethod
    def new(
        cls,
        plan: Plan,
        *,
        seed: int,
        on: Mapping[str, Callable[["PlainRun", Happened], None]] | None = None,
        choose: Mapping[str, Callable[["PlainRun", Machine, list[Lot]], Lot | None]] | None = None,
    ) -> Self:
        """A run that has not begun.

        Args:
            plan: what runs.
            seed: of its chance.
            on: word of `WORDS` -> what is called when it happens.
            choose: group -> which of the lots that a machine may take it takes; None: none of them now.
        """
        return cls(plan, seed, on or {}, choose or {})

    @property
    def hash(self) -> str:
        """Of all that has happened."""
        return f"{self._tale.hash:016x}"

    def until(self, time_s: float) -> None:
        """Take it on to a time.

        Raises:
            Stuck: nothing can ever happen again, though lots wait.
        """
        end = round(time_s * 1e6)
        if not self._begun:
            self._begun = True
            self._begin()
        while self._agenda and self._agenda[0][0] <= end:
            self.now, _, happen = heapq.heappop(self._agenda)
            if happen() is not False:
                self._settle()
        if not self._agenda and self.wip > 0:
            raise still_at(self.now / 1e6, self.wip)
        self.now = end
        if jammed := self._jammed():
            raise jammed_at(time_s, [self.plan.groups[number] for number in jammed])

    def set_down(self, at: int, happen: Callable[[], bool | None]) -> None:
        """Put an event into the agenda; one that is void when its time comes returns False."""
        heapq.heappush(self._agenda, (at, next(self._order), happen))

    def tell(self, kind: int, machine: int, lot: int, step: int, extra: int) -> None:
        """What happened goes into the hash, and to whoever asked for it."""
        self._tale.tell(self.now, kind, machine, lot, step, extra)
        if kind in self._on:
            word, call = self._on[kind]
            call(
                self,
                Happened(self.now / 1e6, word, self._named(kind, machine), lot if lot >= 0 else None, self._step(step)),
            )

    def _jammed(self) -> list[int]:
        full = {
            group.number
            for group in self.groups
            if not group.has_room and all(any(job.over for job in machine.jobs) for machine in group.machines)
        }
        held = ((lot.job, group.number) for group in self.groups for lot in group.waiting)
        return never_freed(full, {(job.machine.group.number, there) for job, there in held if job is not None})

    def _named(self, kind: int, machine: int) -> str | None:
        if kind in (w.RELEASE, w.ORDER, w.LEAVE, w.SCRAP):
            return None
        return self.plan.groups[machine if kind in (w.ARRIVE, w.BLOCK) else self.machines[machine].group.number]

    def _step(self, step: int) -> tuple[str, str] | None:
        return self.plan.steps[step] if 0 <= step < len(self.plan.steps) else None

    def _machine(self, number: int, row: Any) -> Machine:
        t = self.plan.tables
        failures = [Failure(d, t.downs[d]) for d in range(row["downs"], row["downs_end"])]
        cares = [Care(c, t.cares[c], int(t.cares[c]["first"])) for c in range(row["cares"], row["cares_end"])]
        made = Machine(number, self.groups[row["group"]], failures, cares)
        made.group.machines.append(made)
        return made

    def _begin(self) -> None:
        t = self.plan.tables
        for machine in self.machines:
            self.upkeep.settle_state(machine)
        for calendar in range(len(t.calendars)):
            self.upkeep.shift(calendar)
        for failure in (f for machine in self.machines for f in machine.failures):
            first = self.dice.time(failure.row["first"], w.P_FAIL, failure.number, 0)
            if failure.row["by_work"]:
                failure.left = first
            else:
                self.set_down(first, lambda f=failure: self.upkeep.fail(f))  # type: ignore[misc]
        for machine, care in ((m, c) for m in self.machines for c in m.cares):
            if not care.row["by_pieces"]:
                self.set_down(care.limit, lambda m=machine, c=care: self.upkeep.care_due(m, c))  # type: ignore[misc]
        if len(t.orders):
            self.set_down(int(t.orders[0]["at"]), lambda: self.travel.ordered(0))
        for source, row in enumerate(t.sources):
            if row["every"] < 0:
                self.travel.keep_fed(source)
            else:
                self.set_down(int(row["start"]), lambda s=source: self.travel.release(s))  # type: ignore[misc]
        self._settle()

    def begin(self, job: Job) -> None:
        """The job's end is set down."""
        mark = job.mark
        self.set_down(job.end, lambda: False if job.mark != mark else self._job_done(job))

    def _job_done(self, job: Job) -> None:
        machine, lots = job.machine, list(job.lots)
        step = lots[0].step
        self.tell(w.DONE, machine.number, lots[0].name, step, len(lots))
        for lot in lots:
            for care in (c for c in machine.cares if c.row["by_pieces"]):
                care.pieces += lot.pieces
                care.due = care.due or care.pieces >= care.limit
            self.travel.after_step(lot)
        crews = [c for c in (machine.group.row["crew"], self.plan.tables.steps[step]["crew"]) if c >= 0]
        for crew in crews:
            self.crews[crew] += 1
        if crews:
            self.looks.append(None)
        if job.lots:
            job.over = True
            self.upkeep.settle_state(machine)
        else:
            self.job_free(job)

    def job_free(self, job: Job) -> None:
        """The machine has one job less: maintenance that is due, or the next lot."""
        machine = job.machine
        machine.jobs.remove(job)
        job.mark += 1
        self.upkeep.care_if_due(machine)
        self.upkeep.settle_state(machine)
        self.dispatch.serve(machine)

    def _settle(self) -> None:
        while self.looks:
            group = self.looks.popleft()
            if group is None:
                for one in self.groups:
                    if one.starved:
                        one.starved = False
                        self.dispatch.serve_all(one)
            else:
                self.travel.let_in(group)


def _as_dicts(rows: Any) -> list[dict[str, Any]]:
    return [dict(zip(rows.dtype.names, row, strict=True)) for row in rows.tolist()]
