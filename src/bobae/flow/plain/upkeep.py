"""What machines are doing, failures, maintenance and shifts: the part *Machines* of `flow/README.md`."""

from typing import TYPE_CHECKING

from bobae.flow.kernel import words as w
from bobae.flow.plain.things import Care, Failure, Machine

if TYPE_CHECKING:
    from bobae.flow.plain.engine import PlainRun


class Upkeep:
    """Whether every machine is there for work."""

    def __init__(self, run: "PlainRun") -> None:
        self._run = run

    def settle_state(self, machine: Machine) -> None:
        """What it does may have changed: failures by work count on or stop, and it joins the list it belongs to."""
        state = machine.now_is
        if state != machine.state and w.BUSY in (state, machine.state):
            for failure in (f for f in machine.failures if f.row["by_work"]):
                if state == w.BUSY:
                    failure.since = self._run.now
                    self.fails_at(failure, self._run.now + failure.left)
                elif not failure.holds:
                    failure.left -= self._run.now - failure.since
                    failure.mark += 1
        machine.state = state
        wanted = None
        if machine.takes_lots:
            wanted = machine.group.half if machine.jobs else machine.group.idle
        if wanted is not machine.listed:
            if machine.listed is not None:
                machine.listed.remove(machine)
            if wanted is not None:
                wanted.append(machine)
            machine.listed = wanted

    def fails_at(self, failure: Failure, at: int) -> None:
        """The failure is set down; void if it is counted anew before."""
        mark = failure.mark
        self._run.set_down(at, lambda: False if failure.mark != mark else self.fail(failure))

    def _pause(self, machine: Machine) -> None:
        machine.paused = self._run.now
        for job in (j for j in machine.jobs if not j.over):
            job.left = job.end - self._run.now
            job.mark += 1

    def _resume(self, machine: Machine) -> None:
        lost = self._run.now - machine.paused
        machine.slots = [at + lost if at > machine.paused else at for at in machine.slots]
        for job in sorted((j for j in machine.jobs if not j.over), key=self._run.dispatch.place_of):
            job.end = self._run.now + job.left
            self._run.begin(job)

    def fail(self, failure: Failure) -> None:
        """A failure falls due: at once, or when maintenance is over."""
        machine = self._run.machines[failure.row["machine"]]
        if machine.care is not None:
            failure.deferred = True
            return
        if machine.down == 0 and not machine.closed:
            self._pause(machine)
        machine.down += 1
        failure.holds = True
        lasts = self._run.dice.time(failure.row["lasts"], w.P_REPAIR, failure.number, failure.count)
        self._run.tell(w.FAIL, machine.number, -1, -1, failure.number)
        self._run.set_down(self._run.now + lasts, lambda: self._repair(failure))
        self.settle_state(machine)

    def _repair(self, failure: Failure) -> None:
        machine = self._run.machines[failure.row["machine"]]
        self._run.tell(w.REPAIR, machine.number, -1, -1, failure.number)
        failure.holds = False
        failure.count += 1
        apart = self._run.dice.time(failure.row["apart"], w.P_FAIL, failure.number, failure.count)
        if failure.row["by_work"]:
            failure.left = apart
            failure.mark += 1
        else:
            self.fails_at(failure, self._run.now + apart)
        machine.down -= 1
        if machine.down == 0 and not machine.closed:
            self._resume(machine)
        self.care_if_due(machine)
        self.settle_state(machine)
        self._run.dispatch.serve(machine)

    def care_due(self, machine: Machine, care: Care) -> None:
        """Maintenance falls due."""
        care.due = True
        self.care_if_due(machine)
        self.settle_state(machine)

    def care_if_due(self, machine: Machine) -> None:
        """It begins once nothing is on the machine and nothing fails."""
        care = next((c for c in machine.cares if c.due), None)
        if care is None or machine.jobs or machine.down or machine.care is not None:
            return
        care.due, care.pieces, care.limit = False, 0, int(care.row["apart"])
        machine.care = care
        lasts = self._run.dice.time(care.row["lasts"], w.P_CARE, care.number, care.count)
        care.count += 1
        self._run.tell(w.CARE_DUE, machine.number, -1, -1, care.number)
        self._run.set_down(self._run.now + lasts, lambda: self._care_end(machine))
        if not care.row["by_pieces"]:
            self._run.set_down(self._run.now + int(care.row["apart"]), lambda: self.care_due(machine, care))

    def _care_end(self, machine: Machine) -> None:
        assert machine.care is not None
        self._run.tell(w.CARE_END, machine.number, -1, -1, machine.care.number)
        machine.care = None
        for failure in machine.failures:
            if failure.deferred:
                failure.deferred = False
                self.fail(failure)
        self.care_if_due(machine)
        self.settle_state(machine)
        self._run.dispatch.serve(machine)

    def shift(self, calendar: int) -> None:
        """A calendar changes: its machines pause or go on; the next change is set down."""
        t = self._run.plan.tables
        first, end, around = (int(value) for value in t.calendars[calendar])
        changes = [(int(s["at"]), bool(s["open"])) for s in t.shifts[first:end]]
        at = self._run.now % around
        is_open = ([state for when, state in changes if when <= at] or [changes[-1][1]])[-1]
        following = min([when for when, _ in changes if when > at] or [around + changes[0][0]])
        self._run.set_down(self._run.now - at + following, lambda: self.shift(calendar))
        for group in (g for g in self._run.groups if g.row["calendar"] == calendar):
            for machine in group.machines:
                if machine.closed is is_open and machine.down == 0:
                    (self._resume if is_open else self._pause)(machine)
                machine.closed = not is_open
                self.settle_state(machine)
            if is_open:
                self._run.dispatch.serve_all(group)
