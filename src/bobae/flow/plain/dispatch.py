"""Which lot next, on which machine, and how long that takes."""

from typing import TYPE_CHECKING, Any

from bobae.flow.kernel import words as w
from bobae.flow.plain.things import Group, Job, Lot, Machine

if TYPE_CHECKING:
    from bobae.flow.plain.engine import PlainRun

_HOUR = 3.6e9


class Dispatch:
    """The rules of the plan's groups, or somebody's own (`choose`)."""

    def __init__(self, run: "PlainRun", choose: Any) -> None:
        self._run, self._tables = run, run.plan.tables
        self._choose = {run.plan.groups.index(name): call for name, call in choose.items()}
        self._places: dict[Job, int] = {}

    def welcome(self, group: Group, lot: Lot) -> None:
        """A lot has come: one machine, if any takes it, is looked for, and serves."""
        step = self._run.steps[lot.step]
        able = group.idle + group.half
        if not able or self._waiting_pieces(group, lot.step) < step["batch_min"]:
            return
        bound = lot.bonds.get(int(step["bound"]))
        if bound is not None:
            self.serve(self._run.machines[bound])
        elif group.row["wake_least_setup"] or group.row["runs"]:
            able = [machine for machine in able if self._may(machine, lot)]
            by_setup = bool(group.row["wake_least_setup"])
            if able:
                self.serve(min(able, key=lambda machine: self.setup_needed(machine, lot.step) if by_setup else 0))
        else:
            self.serve(able[0])

    def serve(self, machine: Machine) -> None:
        """As long as it takes lots, the best one for it is started."""
        while machine.listed is not None and (lot := self._best(machine)) is not None:
            self._start(machine, lot)

    def serve_all(self, group: Group) -> None:
        """Every machine of the group that takes lots, the idle ones first."""
        for machine in list(group.idle):
            self.serve(machine)
        for machine in list(group.half):
            self.serve(machine)

    def setup_needed(self, machine: Machine, step: int) -> int:
        """How long the machine would be set up, on average."""
        row = self._run.steps[step]
        if row["setup"] < 0 or (machine.setup == row["setup"] and not row["setup_always"]):
            return 0
        if row["setup_time"] >= 0:
            return int(self._tables.distributions[row["setup_time"]]["c"])
        return int(self._tables.setups[machine.setup][row["setup"]])

    def place_of(self, job: Job) -> int:
        """Which of the machine's two places a job has: the first that was empty when it began."""
        return self._places[job]

    def _waiting_pieces(self, group: Group, step: int) -> int:
        return sum(lot.pieces for lot in group.queue if lot.step == step)

    def _may(self, machine: Machine, lot: Lot) -> bool:
        step = self._run.steps[lot.step]
        if lot.bonds.get(int(step["bound"]), machine.number) != machine.number:
            return False
        if machine.run_left > 0 and step["setup"] >= 0 and step["setup"] != machine.setup:
            return False
        fewest = step["batch_min"]
        if fewest == 0:
            return True
        enough = self._waiting_pieces(machine.group, lot.step) >= fewest
        return bool(enough and sum(one.pieces for one in self._batch(machine, lot)) >= fewest)

    def _batch(self, machine: Machine, first: Lot) -> list[Lot]:
        """The lots that would begin together with the first one."""
        queue, step = machine.group.queue, self._run.steps[first.step]
        lots, urgent = [first], bool(machine.group.row["by_priority"])
        if step["per"] != w.BATCH:
            return lots
        others = [lot for lot in queue if lot.step == first.step and lot is not first]
        others.sort(key=lambda lot: (-lot.priority if urgent else 0, self._key(machine, lot)))
        room = int(step["batch_max"]) - first.pieces
        for lot in others:
            if lot.pieces <= room:
                lots.append(lot)
                room -= lot.pieces
        return lots

    def _crews_of(self, group: Group, step: int) -> list[int]:
        return [int(crew) for crew in (group.row["crew"], self._run.steps[step]["crew"]) if crew >= 0]

    def _is_crewed(self, group: Group, step: int) -> bool:
        crews = self._crews_of(group, step)
        if all(self._run.crews[crew] >= crews.count(crew) for crew in crews):
            return True
        group.starved = True
        return False

    def _best(self, machine: Machine) -> Lot | None:
        group = machine.group
        if group.number in self._choose:
            able = [lot for lot in group.queue if self._may(machine, lot) and self._is_crewed(group, lot.step)]
            return self._choose[group.number](self._run, machine, able) if able else None
        plain = not group.row["by_priority"] and not group.row["by_setup"] and group.row["rule"] == w.FIFO
        able = []
        for lot in group.queue:
            if self._may(machine, lot) and self._is_crewed(group, lot.step):
                if plain:
                    return lot
                able.append(lot)
        return min(able, key=lambda lot: self._rank(machine, lot), default=None)

    def _rank(self, machine: Machine, lot: Lot) -> tuple[int, int, float]:
        row, step = machine.group.row, self._run.steps[lot.step]
        setup = self.setup_needed(machine, lot.step) if row["by_setup"] and step["setup_ranked"] else 0
        return -lot.priority if row["by_priority"] else 0, setup, self._key(machine, lot)

    def _key(self, machine: Machine, lot: Lot) -> float:
        group, now = machine.group.row, self._run.now
        step = self._run.steps[lot.step]
        left = float(step["left_lot"] + lot.pieces * step["left_piece"])
        takes = float(step["mean_lot"] + lot.pieces * step["mean_piece"])
        if group["rule"] == w.WEIGHTS:
            needed = float(self.setup_needed(machine, lot.step))
            hours = [part / _HOUR for part in (now - lot.arrived, lot.due - now - left, takes, left, needed)]
            alike = self._waiting_pieces(machine.group, lot.step)
            return -self._worth(group, [*hours, float(lot.priority), float(alike), self._next_queue(lot)])
        return {
            w.FIFO: 0.0,
            w.EDD: float(lot.due),
            w.CR: float(lot.due - now) / max(left, 1.0),
            w.SPT: takes,
            w.LWR: left,
            w.LIFO: -float(lot.arrived),
        }[int(group["rule"])]

    def _next_queue(self, lot: Lot) -> float:
        following = lot.step + 1
        if following == self._tables.routes[lot.product][1]:
            return 0.0
        return float(len(self._run.groups[self._run.steps[following]["group"]].queue))

    def _worth(self, group: Any, told: list[float]) -> float:
        """By weights, or by a network of one hidden layer."""
        k, weights = int(group["weights"]), self._tables.weights
        if group["hidden"] == 0:
            return _summed(0.0, weights[k : k + w.FEATURES], told)
        total = 0.0
        for _ in range(group["hidden"]):
            lit = _summed(weights[k + w.INPUTS], weights[k : k + w.INPUTS], told)
            total += weights[k + w.INPUTS + 1] * max(0.0, lit)
            k += w.INPUTS + 2
        return float(total)

    def _start(self, machine: Machine, first: Lot) -> None:
        run, group, step = self._run, machine.group, self._run.steps[first.step]
        number = first.step
        lots = self._batch(machine, first)
        for lot in lots:
            group.queue.remove(lot)
            self._board(machine, lot)
        setup = self._set_up(machine, step, first, len(lots))
        end = self._end(machine, step, sum(one.pieces for one in lots), setup, first)
        for crew in self._crews_of(group, number):
            run.crews[crew] -= 1
        job = Job(machine, lots, end)
        self._places[job] = min({0, 1} - {self._places[other] for other in machine.jobs})
        machine.jobs.append(job)
        for one in lots:
            one.job = job
        run.tell(w.START, machine.number, first.name, number, len(lots))
        run.begin(job)
        run.upkeep.settle_state(machine)

    def _board(self, machine: Machine, lot: Lot) -> None:
        step = self._run.steps[lot.step]
        if step["keeps"] >= 0:
            lot.bonds[int(step["keeps"])] = machine.number
        if lot.limit is not None and lot.limit[0] == lot.step:
            lot.limit = None

    def _set_up(self, machine: Machine, step: Any, first: Lot, lots: int) -> int:
        takes = 0
        if step["setup"] >= 0:
            if step["setup_always"] or machine.setup != step["setup"]:
                if step["setup_time"] >= 0:
                    takes = self._run.dice.time(step["setup_time"], w.P_SETUP, first.name, first.visits)
                else:
                    takes = int(self._tables.setups[machine.setup][step["setup"]])
            if machine.setup != step["setup"]:
                machine.setup = int(step["setup"])
                machine.run_left = int(self._tables.shortest_runs[machine.setup]) if machine.group.row["runs"] else 0
        machine.run_left = max(0, machine.run_left - lots)
        return takes

    def _end(self, machine: Machine, step: Any, pieces: int, setup: int, first: Lot) -> int:
        group = machine.group.row
        ready = self._run.now + setup + int(group["load"])
        one = self._run.dice.time(step["time"], w.P_TIME, first.name, first.visits)
        if step["interval_per"] < 0:
            whole = one * (pieces if step["per"] == w.PIECE else 1)
            if group["slots"] == 1:
                return ready + whole + int(group["unload"])
            over = max(ready, machine.slots[1]) + whole
            machine.slots = [over, over]
            return over + int(group["unload"])
        units = pieces if step["interval_per"] == w.PIECE else 1
        interval = int(step["interval"])
        rest = max(one - interval, 0)
        if group["slots"] == 1:
            return ready + units * interval + rest + int(group["unload"])
        begins = max(ready, machine.slots[0])
        begins += max(0, machine.slots[1] - (begins + interval))
        machine.slots = [begins + units * interval, begins + units * interval + rest]
        return machine.slots[1] + int(group["unload"])


def _summed(start: float, weights: Any, told: list[float]) -> float:
    for weight, part in zip(weights, told, strict=False):
        start += weight * part
    return float(start)
