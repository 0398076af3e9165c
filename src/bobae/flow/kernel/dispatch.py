"""Which lot next, on which machine."""

from typing import Any

from bobae.flow.kernel import agenda, lists, machines
from bobae.flow.kernel import words as w
from bobae.flow.kernel.chance import drawn
from bobae.flow.kernel.held import HeldState, HeldTables, compiled

NONE = -1
_COUNTED = -2  # in the place of a waiting lot's job: it is in the batch that is thought of


@compiled
def serve(t: HeldTables, s: HeldState, machine: int) -> None:
    """The machine takes lots for as long as it can and there are any for it."""
    while s.machines[machine].listed > 0:
        lot = best_lot(t, s, machine)
        if lot == NONE:
            return
        start(t, s, machine, lot)


@compiled
def serve_group(t: HeldTables, s: HeldState, group: int) -> None:
    """All machines of the group that take a lot, the idle ones first, take what they can."""
    for half in range(2):
        machine = s.places[group].half_first if half else s.places[group].idle_first
        while machine != NONE:
            following = s.machines[machine].next
            serve(t, s, machine)
            machine = following


@compiled
def welcome(t: HeldTables, s: HeldState, group: int, lot: int) -> None:
    """A lot has come: one machine, if any takes it, is looked for."""
    p, step = s.places[group], t.steps[s.lots[lot].step]
    if p.idle_first == NONE and p.half_first == NONE:
        return
    if s.pieces[s.lots[lot].step] < step.batch_min:
        return
    if step.bound != NONE and s.lots[lot].bonds[step.bound] != NONE:
        machine = s.lots[lot].bonds[step.bound]
    elif t.groups[group].wake_least_setup or t.groups[group].runs:
        machine = _least_setup(t, s, group, lot)
    else:
        machine = p.idle_first if p.idle_first != NONE else p.half_first
    if machine != NONE:
        serve(t, s, machine)


@compiled
def _least_setup(t: HeldTables, s: HeldState, group: int, lot: int) -> int:
    best, least = NONE, 9223372036854775807
    for half in range(2):
        machine = s.places[group].half_first if half else s.places[group].idle_first
        while machine != NONE:
            if may(t, s, machine, lot):
                needed = setup_needed(t, s, machine, s.lots[lot].step) if t.groups[group].wake_least_setup else 0
                if needed < least:
                    best, least = machine, needed
            machine = s.machines[machine].next
    return best


@compiled
def setup_needed(t: HeldTables, s: HeldState, machine: int, step: int) -> int:
    """How long the machine would be set up for a step, on average."""
    x = t.steps[step]
    have = s.machines[machine].setup
    if x.setup == NONE or (have == x.setup and x.setup_always == 0):
        return 0
    if x.setup_time != NONE:
        return int(t.distributions[x.setup_time].c)  # its mean
    return int(t.setups[have, x.setup])  # the last row, -1, is for a machine that has no setup yet


@compiled
def may(t: HeldTables, s: HeldState, machine: int, lot: int) -> bool:
    """Whether the machine is free to do the lot's step, crews aside."""
    waiting = s.lots[lot]
    x = t.steps[waiting.step]
    if x.bound != NONE and waiting.bonds[x.bound] != NONE and waiting.bonds[x.bound] != machine:
        return False
    m = s.machines[machine]
    if m.run_left > 0 and x.setup != NONE and x.setup != m.setup:
        return False
    if s.pieces[waiting.step] < x.batch_min:
        return False
    return x.batch_short == 0 or _fills(t, s, machine, lot)


@compiled
def _fills(t: HeldTables, s: HeldState, machine: int, lot: int) -> bool:
    """Whether the batch that would begin with the lot has its fewest pieces."""
    step = s.lots[lot].step
    x = t.steps[step]
    pieces, one = 0, lot
    while one != NONE:
        s.lots[one].job = _COUNTED
        pieces += s.lots[one].pieces
        one = _next_of_batch(t, s, machine, step, x.batch_max - pieces)
    one = s.places[t.machines[machine].group].first
    while one != NONE:
        s.lots[one].job = NONE
        one = s.lots[one].next
    return bool(pieces >= x.batch_min)


@compiled
def crewed(t: HeldTables, s: HeldState, group: int, step: int) -> bool:
    """Whether everybody whom the job needs is free; the group is called again otherwise."""
    one, two = t.groups[group].crew, t.steps[step].crew
    if (
        (one != NONE and s.crews[one] == 0)
        or (two != NONE and s.crews[two] == 0)
        or (one != NONE and one == two and s.crews[one] < 2)
    ):
        s.places[group].starved = 1
        return False
    return True


@compiled
def best_lot(t: HeldTables, s: HeldState, machine: int) -> int:
    """The lot that the group's rule puts first of those that the machine may take; of equals, the first to come."""
    group = t.machines[machine].group
    g = t.groups[group]
    plain = g.by_priority == 0 and g.by_setup == 0 and g.rule == w.FIFO
    best, best_1, best_2, best_3 = NONE, 0, 0, 0.0
    lot = s.places[group].first
    while lot != NONE:
        if may(t, s, machine, lot) and crewed(t, s, group, s.lots[lot].step):
            if plain:
                return int(lot)
            one, two = _first_keys(t, s, g, machine, lot)
            if best == NONE or one < best_1 or (one == best_1 and two <= best_2):
                three = _rule_key(t, s, group, machine, lot)
                if best == NONE or one < best_1 or two < best_2 or three < best_3:
                    best, best_1, best_2, best_3 = lot, one, two, three
        lot = s.lots[lot].next
    return best


@compiled
def _first_keys(t: HeldTables, s: HeldState, g: Any, machine: int, lot: int) -> tuple[int, int]:
    x = s.lots[lot]
    one = -int(x.priority) if g.by_priority else 0
    two = 0
    if g.by_setup and t.steps[x.step].setup_ranked:
        two = setup_needed(t, s, machine, x.step)
    return one, two


@compiled
def _rule_key(t: HeldTables, s: HeldState, group: int, machine: int, lot: int) -> float:
    g, x, step = t.groups[group], s.lots[lot], t.steps[s.lots[lot].step]
    if g.rule == w.FIFO:
        return 0.0
    if g.rule == w.EDD:
        return float(x.due)
    if g.rule == w.LIFO:
        return -float(x.arrived)
    now = s.clock[w.NOW]
    left = float(step.left_lot + x.pieces * step.left_piece)
    if g.rule == w.CR:
        return float(x.due - now) / max(left, 1.0)
    takes = float(step.mean_lot + x.pieces * step.mean_piece)
    if g.rule == w.SPT:
        return takes
    if g.rule == w.LWR:
        return left
    needed = float(setup_needed(t, s, machine, x.step))
    hour, following = 3.6e9, 0.0
    if x.step + 1 < t.routes[x.product, 1]:
        following = float(s.places[t.steps[x.step + 1].group].length)
    told = (
        float(now - x.arrived) / hour,
        (float(x.due - now) - left) / hour,
        takes / hour,
        left / hour,
        needed / hour,
        float(x.priority),
        float(s.pieces[x.step]),
        following,
    )
    return -_worth(t, g, told)


@compiled
def _worth(t: HeldTables, g: Any, told: tuple[float, ...]) -> float:
    """By weights, or by a network of one hidden layer whose units add up only what lies above 0."""
    k, total = g.weights, 0.0
    if g.hidden == 0:
        for i in range(w.FEATURES):
            total += t.weights[k + i] * told[i]
        return total
    for _ in range(g.hidden):
        lit = t.weights[k + w.INPUTS]
        for i in range(w.INPUTS):
            lit += t.weights[k + i] * told[i]
        total += t.weights[k + w.INPUTS + 1] * max(0.0, lit)
        k += w.INPUTS + 2
    return total


@compiled
def start(t: HeldTables, s: HeldState, machine: int, lot: int) -> None:
    """The machine begins with a lot, or with a batch of those that wait for the same step."""
    group, step = t.machines[machine].group, s.lots[lot].step
    x = t.steps[step]
    j = 2 * machine if s.jobs[2 * machine].stage == w.EMPTY else 2 * machine + 1
    job = s.jobs[j]
    job.begun = s.clock[w.NOW]
    job.lots = 0
    job.first = NONE
    last, pieces = NONE, 0
    leader = s.lots[lot].name
    visits = s.lots[lot].visits
    while lot != NONE:
        lists.leave_queue(s, group, lot)
        s.pieces[step] += s.lots[lot].pieces  # while the batch fills, what ranks lots still counts these as waiting
        s.places[group].length += 1
        pieces += s.lots[lot].pieces
        _board(t, s, j, machine, lot)
        if last == NONE:
            job.first = lot
        else:
            s.lots[last].next = lot
        last = lot
        lot = _next_of_batch(t, s, machine, step, x.batch_max - pieces) if x.per == w.BATCH else NONE
    s.pieces[step] -= pieces
    s.places[group].length -= job.lots
    setup = _set_up(t, s, machine, step, leader, visits, job.lots)
    end = _until(t, s, machine, x, pieces, setup, leader, visits)
    for crew in (t.groups[group].crew, x.crew):
        if crew != NONE:
            s.crews[crew] -= 1
    m = s.machines[machine]
    m.working += 1
    m.jobs += 1
    job.end = end
    job.stage = w.RUNS
    agenda.note(s, w.START, machine, leader, step, job.lots)
    agenda.set_(s, end, w.DONE, j, job.mark)
    machines.settle_state(t, s, machine)


@compiled
def _board(t: HeldTables, s: HeldState, j: int, machine: int, lot: int) -> None:
    x, now = s.lots[lot], s.clock[w.NOW]
    x.job = j
    s.jobs[j].lots += 1
    step = t.steps[x.step]
    if step.keeps != NONE:
        x.bonds[step.keeps] = machine
    if x.limit_step == x.step:
        x.limit_step = NONE
        s.tally[x.step, w.LIMITED] += 1
        if now > x.limit_at:
            s.tally[x.step, w.BROKEN] += 1
            s.tally[x.step, w.BROKEN_BY] += now - x.limit_at


@compiled
def _next_of_batch(t: HeldTables, s: HeldState, machine: int, step: int, room: int) -> int:
    group = t.machines[machine].group
    g = t.groups[group]
    best, best_1, best_3 = NONE, 0, 0.0
    lot = s.places[group].first
    while lot != NONE:
        x = s.lots[lot]
        if x.step == step and x.pieces <= room and x.job != _COUNTED:
            one, three = -int(x.priority) if g.by_priority else 0, _rule_key(t, s, group, machine, lot)
            if best == NONE or one < best_1 or (one == best_1 and three < best_3):
                best, best_1, best_3 = lot, one, three
        lot = x.next
    return best


@compiled
def _set_up(t: HeldTables, s: HeldState, machine: int, step: int, leader: int, visits: int, lots: int) -> int:
    m, x = s.machines[machine], t.steps[step]
    takes = 0
    if x.setup != NONE:
        if x.setup_always or m.setup != x.setup:
            if x.setup_time != NONE:
                takes = drawn(t, x.setup_time, s.clock[w.SEED], w.P_SETUP, leader, visits)
            else:
                takes = t.setups[m.setup, x.setup]
        if m.setup != x.setup:
            m.setup = x.setup
            m.run_left = t.shortest_runs[x.setup] if t.groups[t.machines[machine].group].runs else 0
    if m.run_left > 0:
        m.run_left = max(0, m.run_left - lots)
    m.setup_time += takes
    return takes


@compiled
def _until(t: HeldTables, s: HeldState, machine: int, x: Any, pieces: int, setup: int, leader: int, visits: int) -> int:
    g, m = t.groups[t.machines[machine].group], s.machines[machine]
    ready = s.clock[w.NOW] + setup + g.load
    one = drawn(t, x.time, s.clock[w.SEED], w.P_TIME, leader, visits)
    units = pieces if x.per == w.PIECE else 1
    whole = units * one
    if x.interval_per == NONE:
        if g.slots == 1:
            return int(ready + whole + g.unload)
        over = max(ready, m.slot_2) + whole
        m.slot_1 = over
        m.slot_2 = over
        return int(over + g.unload)
    # a cascade: a unit is in the first place for an interval, then in the second for the rest of its time
    units = pieces if x.interval_per == w.PIECE else 1
    rest = max(one - x.interval, 0)
    if g.slots == 1:
        return int(ready + units * x.interval + rest + g.unload)
    begins = max(ready, m.slot_1)
    begins += max(0, m.slot_2 - begins - x.interval)
    m.slot_1 = begins + units * x.interval
    m.slot_2 = m.slot_1 + rest
    return int(m.slot_2 + g.unload)
