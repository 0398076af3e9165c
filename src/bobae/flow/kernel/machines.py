"""What a machine is doing: its time in each state, pauses, and failures that count working time alone."""

from bobae.flow.kernel import agenda, lists
from bobae.flow.kernel import words as w
from bobae.flow.kernel.chance import drawn
from bobae.flow.kernel.held import HeldState, HeldTables, compiled

NONE = -1
_ENDLESS = 1 << 62


@compiled
def settle_state(t: HeldTables, s: HeldState, machine: int) -> None:
    """Close the account of the state that the machine was in, open that of the one it is in now, and list it anew."""
    m, now = s.machines[machine], s.clock[w.NOW]
    if m.down > 0:
        state = w.DOWN
    elif m.care != NONE:
        state = w.CARE
    elif m.closed:
        state = w.CLOSED
    elif m.blocked > 0:
        state = w.BLOCKED
    elif m.working > 0:
        state = w.BUSY
    else:
        state = w.IDLE
    if state != m.state:
        m.times[m.state] += now - m.since
        m.since = now
        if m.state == w.BUSY or state == w.BUSY:
            _count_work(t, s, machine, state == w.BUSY)
        m.state = state
    lists.list_machine(t, s, machine)


@compiled
def _count_work(t: HeldTables, s: HeldState, machine: int, works: bool) -> None:
    now, until = s.clock[w.NOW], _ENDLESS
    if t.groups[t.machines[machine].group].slots == 1:  # it works on one job: a failure after its end need not be set
        until = max(s.jobs[2 * machine].end, s.jobs[2 * machine + 1].end)
    for d in range(t.machines[machine].downs, t.machines[machine].downs_end):
        if t.downs[d].by_work:
            f = s.failures[d]
            if works:
                f.since = now
                if now + f.left < until:
                    agenda.set_(s, now + f.left, w.FAIL, d, f.mark)
            elif f.holds == 0:
                f.left -= now - f.since
                f.mark += 1


@compiled
def pause(s: HeldState, machine: int) -> None:
    """Its jobs stand still from now on."""
    now = s.clock[w.NOW]
    s.machines[machine].paused = now
    for j in range(2 * machine, 2 * machine + 2):
        job = s.jobs[j]
        if job.stage == w.RUNS:
            job.stage = w.PAUSED
            job.left = job.end - now
            job.mark += 1


@compiled
def resume(s: HeldState, machine: int) -> None:
    """Its jobs go on where they stood still."""
    m, now = s.machines[machine], s.clock[w.NOW]
    lost = now - m.paused
    if m.slot_1 > m.paused:
        m.slot_1 += lost
    if m.slot_2 > m.paused:
        m.slot_2 += lost
    for j in range(2 * machine, 2 * machine + 2):
        job = s.jobs[j]
        if job.stage == w.PAUSED:
            job.stage = w.RUNS
            job.end = now + job.left
            agenda.set_(s, job.end, w.DONE, j, job.mark)


@compiled
def fail(t: HeldTables, s: HeldState, d: int) -> None:
    """A failure falls due: at once, or, where the machine is being maintained, when that is over."""
    machine = t.downs[d].machine
    m, f = s.machines[machine], s.failures[d]
    if m.care != NONE:
        f.deferred = 1
        m.deferred += 1
        return
    if m.down == 0 and m.closed == 0:
        pause(s, machine)
    m.down += 1
    f.holds = 1
    lasts = drawn(t, t.downs[d].lasts, s.clock[w.SEED], w.P_REPAIR, d, f.count)
    agenda.note(s, w.FAIL, machine, NONE, NONE, d)
    agenda.set_(s, s.clock[w.NOW] + lasts, w.REPAIR, d, 0)
    settle_state(t, s, machine)


@compiled
def repair(t: HeldTables, s: HeldState, d: int) -> None:
    """A failure is over; the next one is drawn from now."""
    machine, now = t.downs[d].machine, s.clock[w.NOW]
    m, f = s.machines[machine], s.failures[d]
    agenda.note(s, w.REPAIR, machine, NONE, NONE, d)
    f.holds = 0
    f.count += 1
    apart = drawn(t, t.downs[d].apart, s.clock[w.SEED], w.P_FAIL, d, f.count)
    if t.downs[d].by_work:
        f.left = apart
        f.mark += 1
    else:
        agenda.set_(s, now + apart, w.FAIL, d, f.mark)
    m.down -= 1
    if m.down == 0 and m.closed == 0:
        resume(s, machine)
    care_if_due(t, s, machine)
    settle_state(t, s, machine)


@compiled
def care_if_due(t: HeldTables, s: HeldState, machine: int) -> None:
    """Begin the maintenance that is due, once nothing is on the machine and it is whole."""
    m = s.machines[machine]
    if m.cares_due == 0 or m.working > 0 or m.down > 0 or m.care != NONE:
        return
    for c in range(t.machines[machine].cares, t.machines[machine].cares_end):
        k = s.cares[c]
        if k.due:
            k.due = 0
            k.pieces = 0
            k.limit = t.cares[c].apart
            m.cares_due -= 1
            m.care = c
            lasts = drawn(t, t.cares[c].lasts, s.clock[w.SEED], w.P_CARE, c, k.count)
            k.count += 1
            agenda.note(s, w.CARE_DUE, machine, NONE, NONE, c)
            agenda.set_(s, s.clock[w.NOW] + lasts, w.CARE_END, machine, 0)
            if t.cares[c].by_pieces == 0:
                agenda.set_(s, s.clock[w.NOW] + t.cares[c].apart, w.CARE_DUE, c, 0)
            return


@compiled
def care_due(t: HeldTables, s: HeldState, c: int) -> None:
    """Maintenance falls due: the machine takes no more lots until it is done."""
    machine = t.cares[c].machine
    if s.cares[c].due == 0:
        s.cares[c].due = 1
        s.machines[machine].cares_due += 1
    care_if_due(t, s, machine)
    settle_state(t, s, machine)


@compiled
def care_end(t: HeldTables, s: HeldState, machine: int) -> None:
    """Maintenance is over: failures that waited for it begin, then what else is due."""
    m = s.machines[machine]
    agenda.note(s, w.CARE_END, machine, NONE, NONE, m.care)
    m.care = NONE
    if m.deferred > 0:
        m.deferred = 0
        for d in range(t.machines[machine].downs, t.machines[machine].downs_end):
            if s.failures[d].deferred:
                s.failures[d].deferred = 0
                fail(t, s, d)
    care_if_due(t, s, machine)
    settle_state(t, s, machine)


@compiled
def count_pieces(t: HeldTables, s: HeldState, machine: int, pieces: int) -> None:
    """So many more have gone through: maintenance by count may fall due."""
    m = s.machines[machine]
    m.pieces += pieces
    for c in range(t.machines[machine].cares, t.machines[machine].cares_end):
        if t.cares[c].by_pieces:
            k = s.cares[c]
            k.pieces += pieces
            if k.due == 0 and k.pieces >= k.limit:
                k.due = 1
                m.cares_due += 1


@compiled
def open_or_close(t: HeldTables, s: HeldState, machine: int, closed: int) -> None:
    """Its shift ends or begins: what is on it waits."""
    m = s.machines[machine]
    if closed and m.closed == 0:
        if m.down == 0:
            pause(s, machine)
        m.closed = 1
    elif closed == 0 and m.closed:
        m.closed = 0
        if m.down == 0:
            resume(s, machine)
    settle_state(t, s, machine)
