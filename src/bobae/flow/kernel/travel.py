"""How lots come in, go on from step to step, and leave."""

from bobae.flow.kernel import agenda, dispatch, lists
from bobae.flow.kernel import words as w
from bobae.flow.kernel.chance import drawn, unit
from bobae.flow.kernel.held import HeldState, HeldTables, compiled

NONE = -1
NUMBERED = 40  # bits of a lot's number under its source


@compiled
def new_lot(s: HeldState, name: int, product: int, pieces: int, priority: int, step: int, due: int) -> int:
    """A lot that stands in front of a step, released now."""
    lot = s.clock[w.LOTS_FREE]
    if lot != NONE:
        s.clock[w.LOTS_FREE] = s.lots[lot].next
    else:
        lot = s.clock[w.LOTS_TOP]
        s.clock[w.LOTS_TOP] = lot + 1
    x = s.lots[lot]
    x.name = name
    x.released = s.clock[w.NOW]
    x.due = due
    x.product = product
    x.pieces = pieces
    x.priority = priority
    x.step = step
    x.limit_step = NONE
    x.visits = 0
    x.job = NONE
    x.location = NONE
    for k in range(len(x.bonds)):
        x.bonds[k] = NONE
    return int(lot)


@compiled
def count_wip(s: HeldState, change: int) -> None:
    """So many lots more are in the plant."""
    now = s.clock[w.NOW]
    s.clock[w.WIP_TIME] += s.clock[w.WIP] * (now - s.clock[w.WIP_SINCE])
    s.clock[w.WIP_SINCE] = now
    s.clock[w.WIP] += change


@compiled
def feed(t: HeldTables, s: HeldState, source: int) -> None:
    """The source releases one lot."""
    x, f = t.sources[source], s.sources[source]
    name = (int(source + 1) << NUMBERED) | f.number
    f.number += 1
    s.clock[w.RELEASED] += 1
    lot = new_lot(s, name, x.product, x.pieces, x.priority, t.routes[x.product, 0], s.clock[w.NOW] + x.due)
    agenda.note(s, w.RELEASE, source, name, s.lots[lot].step, x.pieces)
    if x.every != NONE:
        count_wip(s, 1)
    go_on(t, s, lot)


@compiled
def release(t: HeldTables, s: HeldState, source: int) -> None:
    """The source's time has come."""
    x, f = t.sources[source], s.sources[source]
    for _ in range(x.lots):
        feed(t, s, source)
    f.times += 1
    if x.count == NONE or f.times < x.count:
        agenda.set_(
            s, s.clock[w.NOW] + drawn(t, x.every, s.clock[w.SEED], w.P_RELEASE, source, f.times), w.RELEASE, source, 0
        )


@compiled
def order(t: HeldTables, s: HeldState, number: int) -> None:
    """A lot that was ordered, or that was in the plant at the start, comes in; the next of them is set down."""
    x = t.orders[number]
    s.clock[w.RELEASED] += 1
    lot = new_lot(s, number, x.product, x.pieces, x.priority, x.step, x.due)
    agenda.note(s, w.ORDER, NONE, number, x.step, x.pieces)
    count_wip(s, 1)
    if number + 1 < len(t.orders):
        agenda.set_(s, t.orders[number + 1].at, w.ORDER, number + 1, 0)
    go_on(t, s, lot)


@compiled
def go_on(t: HeldTables, s: HeldState, lot: int) -> bool:
    """On to the step that the lot stands in front of, past those that are not done for it; False: it finds no room."""
    x = s.lots[lot]
    first, end = t.routes[x.product, 0], t.routes[x.product, 1]
    while x.step < end and t.steps[x.step].share < 1.0:
        count = int(x.visits) * 65536 + (x.step - first)
        if unit(s.clock[w.SEED], w.P_SHARE, x.name, count) < t.steps[x.step].share:
            break
        x.step += 1
    if x.step == end:
        _leave(t, s, lot, 1)
        return True
    group = t.steps[x.step].group
    p = s.places[group]
    stays = x.job != NONE and t.machines[s.jobs[x.job].machine].group == group  # it has a place there already
    if t.groups[group].places != NONE and not stays and (p.taken >= t.groups[group].places or p.wait_first != NONE):
        lists.wait_for_room(s, group, lot)
        agenda.note(s, w.BLOCK, group, x.name, x.step, 0)
        return False
    enter(t, s, lot, group)
    return True


@compiled
def enter(t: HeldTables, s: HeldState, lot: int, group: int) -> None:
    """The lot takes a place of the group and sets out for it."""
    x = s.lots[lot]
    s.places[group].taken += 1
    _release_hold(t, s, lot)
    there = t.groups[group].location
    way = t.moves[x.location, there] if x.location != NONE and there != NONE else NONE
    x.location = there
    if way == NONE:
        arrive(t, s, lot)
    elif s.clock[w.VEHICLES] == 0:
        size = len(s.moving)
        s.moving[(s.clock[w.MOVING_FIRST] + s.clock[w.MOVING_COUNT]) % size] = lot
        s.clock[w.MOVING_COUNT] += 1
        x.next = way  # until a vehicle takes it, it is in no list
    else:
        set_out(t, s, lot, way)


@compiled
def set_out(t: HeldTables, s: HeldState, lot: int, way: int) -> None:
    """On a vehicle, where they are counted."""
    x = s.lots[lot]
    if s.clock[w.VEHICLES] > 0:
        s.clock[w.VEHICLES] -= 1
    takes = drawn(t, way, s.clock[w.SEED], w.P_MOVE, x.name, x.visits)
    agenda.set_(s, s.clock[w.NOW] + takes, w.ARRIVE, lot, 0)


@compiled
def arrived(t: HeldTables, s: HeldState, lot: int) -> None:
    """The way is over: the vehicle takes the next lot, this one queues."""
    if s.clock[w.VEHICLES] != NONE:
        s.clock[w.VEHICLES] += 1
        if s.clock[w.MOVING_COUNT] > 0:
            first = s.clock[w.MOVING_FIRST]
            waiting = s.moving[first]
            s.clock[w.MOVING_FIRST] = (first + 1) % len(s.moving)
            s.clock[w.MOVING_COUNT] -= 1
            set_out(t, s, waiting, s.lots[waiting].next)
    arrive(t, s, lot)


@compiled
def arrive(t: HeldTables, s: HeldState, lot: int) -> None:
    """The lot queues, and is welcomed."""
    x = s.lots[lot]
    group = t.steps[x.step].group
    x.arrived = s.clock[w.NOW]
    lists.join_queue(s, group, lot)
    agenda.note(s, w.ARRIVE, group, x.name, x.step, x.pieces)
    dispatch.welcome(t, s, group, lot)


@compiled
def _release_hold(t: HeldTables, s: HeldState, lot: int) -> None:
    """The lot leaves the job that held it, and the place that it had there."""
    x = s.lots[lot]
    if x.job == NONE:
        return
    job = s.jobs[x.job]
    job.lots -= 1
    group = t.machines[job.machine].group
    s.places[group].taken -= 1
    if s.places[group].wait_first != NONE:
        lists.look_again(s, group)
    x.job = NONE


@compiled
def _leave(t: HeldTables, s: HeldState, lot: int, good: int) -> None:
    x = s.lots[lot]
    _release_hold(t, s, lot)
    count_wip(s, -1)
    s.clock[w.FINISHED if good else w.SCRAPPED] += 1
    agenda.note(s, w.LEAVE if good else w.SCRAP, NONE, x.name, x.step, x.pieces)
    row = s.done[s.clock[w.DONE_COUNT]]
    s.clock[w.DONE_COUNT] += 1
    row.name = x.name
    row.released = x.released
    row.due = x.due
    row.done = s.clock[w.NOW]
    row.product = x.product
    row.pieces = x.pieces
    row.priority = x.priority
    row.good = good
    x.next = s.clock[w.LOTS_FREE]
    s.clock[w.LOTS_FREE] = lot


@compiled
def after_step(t: HeldTables, s: HeldState, lot: int) -> bool:
    """A step is done: what it counts for, whether the lot is lost or goes back, and where to; False: no room there."""
    x = s.lots[lot]
    step, seed = t.steps[x.step], s.clock[w.SEED]
    if step.limit_step != NONE:
        x.limit_step = step.limit_step
        x.limit_at = s.clock[w.NOW] + step.limit
    x.visits += 1
    s.tally[x.step, w.PIECES_DONE] += x.pieces
    if step.scrap > 0.0 and unit(seed, w.P_SCRAP, x.name, x.visits) < step.scrap:
        s.tally[x.step, w.PIECES_SCRAPPED] += x.pieces
        _leave(t, s, lot, 0)
        return True
    if step.rework > 0.0 and unit(seed, w.P_REWORK, x.name, x.visits) < step.rework:
        s.tally[x.step, w.PIECES_REWORKED] += x.pieces
        x.step = step.rework_step
    else:
        x.step += 1
    return go_on(t, s, lot)
