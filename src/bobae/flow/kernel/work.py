"""What happens at an event, and what follows from it at once."""

from bobae.flow.kernel import agenda, dispatch, lists, machines, travel
from bobae.flow.kernel import words as w
from bobae.flow.kernel.held import HeldState, HeldTables, compiled

NONE = -1


@compiled
def job_done(t: HeldTables, s: HeldState, j: int) -> None:
    """A job is over: its lots go on, those that find no room keep the machine."""
    job = s.jobs[j]
    machine = job.machine
    lot = job.first
    agenda.note(s, w.DONE, machine, s.lots[lot].name, s.lots[lot].step, job.lots)
    while lot != NONE:
        following = s.lots[lot].next
        machines.count_pieces(t, s, machine, s.lots[lot].pieces)
        step = s.lots[lot].step
        travel.after_step(t, s, lot)
        lot = following
    _free_crews(t, s, machine, step)
    if job.lots == 0:
        job_free(t, s, j)
    else:
        job.stage = w.HOLDS
        s.machines[machine].blocked += 1
        machines.settle_state(t, s, machine)


@compiled
def _free_crews(t: HeldTables, s: HeldState, machine: int, step: int) -> None:
    one, two = t.groups[t.machines[machine].group].crew, t.steps[step].crew
    if one != NONE:
        s.crews[one] += 1
    if two != NONE:
        s.crews[two] += 1
    if one != NONE or two != NONE:
        lists.look_again(s, NONE)


@compiled
def job_free(t: HeldTables, s: HeldState, j: int) -> None:
    """The machine has one job less: maintenance that is due, or the next lot."""
    job = s.jobs[j]
    machine = job.machine
    m = s.machines[machine]
    job.stage = w.EMPTY
    job.mark += 1
    m.working -= 1
    machines.care_if_due(t, s, machine)
    machines.settle_state(t, s, machine)
    dispatch.serve(t, s, machine)


@compiled
def settle(t: HeldTables, s: HeldState) -> None:
    """What others have waited for: room that has come free, crews."""
    while s.clock[w.RING_COUNT] > 0:
        code = s.ring[s.clock[w.RING_FIRST]]
        s.clock[w.RING_FIRST] = (s.clock[w.RING_FIRST] + 1) % len(s.ring)
        s.clock[w.RING_COUNT] -= 1
        if code == NONE:
            for group in range(len(t.groups)):
                if s.places[group].starved:
                    s.places[group].starved = 0
                    dispatch.serve_group(t, s, group)
        else:
            _let_in(t, s, code)


@compiled
def _let_in(t: HeldTables, s: HeldState, group: int) -> None:
    while s.places[group].wait_first != NONE and s.places[group].taken < t.groups[group].places:
        lot = lists.first_in_wait(s, group)
        x = s.lots[lot]
        j = x.job
        source = (x.name >> travel.NUMBERED) - 1
        from_outside = j == NONE and source >= 0 and t.sources[source].every == NONE
        if from_outside:
            come_in(s, lot)
        travel.enter(t, s, lot, group)
        if from_outside:
            keep_fed(t, s, source)
        if j != NONE and s.jobs[j].lots == 0:
            s.machines[s.jobs[j].machine].blocked -= 1
            job_free(t, s, j)


@compiled
def come_in(s: HeldState, lot: int) -> None:
    """A lot that stood at the gate is in the plant from now on."""
    s.lots[lot].released = s.clock[w.NOW]
    travel.count_wip(s, 1)


@compiled
def keep_fed(t: HeldTables, s: HeldState, source: int) -> None:
    """A source without times has one lot at the gate, always."""
    while True:
        x, f = t.sources[source], s.sources[source]
        if x.count != NONE and f.number >= x.count:
            return
        group = t.steps[t.routes[x.product, 0]].group
        p = s.places[group]
        waits = p.taken >= t.groups[group].places or p.wait_first != NONE
        if not waits:
            travel.count_wip(s, 1)
        travel.feed(t, s, source)
        if waits:
            return


@compiled
def shift(t: HeldTables, s: HeldState, calendar: int) -> None:
    """Machines of this calendar stop or go on; the next change is set down."""
    first, end, around = t.calendars[calendar, 0], t.calendars[calendar, 1], t.calendars[calendar, 2]
    now = s.clock[w.NOW]
    in_round = now % around
    k, following = end - 1, around + t.shifts[first].at
    for i in range(first, end):
        if t.shifts[i].at <= in_round:
            k = i
        elif t.shifts[i].at < following:
            following = t.shifts[i].at
    s.open_[calendar] = t.shifts[k].open
    agenda.set_(s, now - in_round + following, w.SHIFT, calendar, 0)
    for group in range(len(t.groups)):
        g = t.groups[group]
        if g.calendar == calendar:
            for machine in range(g.first, g.first + g.count):
                machines.open_or_close(t, s, machine, 1 - t.shifts[k].open)
            if t.shifts[k].open:
                dispatch.serve_group(t, s, group)
