"""Lists that keep an order and let anyone out: queues of lots, lots that wait for room, machines that take a lot."""

from bobae.flow.kernel import words as w
from bobae.flow.kernel.held import HeldState, HeldTables, compiled

NONE = -1


@compiled
def join_queue(s: HeldState, group: int, lot: int) -> None:
    """The lot waits in front of the group, behind all others."""
    p, x = s.places[group], s.lots[lot]
    x.before = p.last
    x.next = NONE
    if p.last == NONE:
        p.first = lot
    else:
        s.lots[p.last].next = lot
    p.last = lot
    p.length += 1
    s.pieces[x.step] += x.pieces


@compiled
def leave_queue(s: HeldState, group: int, lot: int) -> None:
    """The lot waits no longer."""
    p, x = s.places[group], s.lots[lot]
    if x.before == NONE:
        p.first = x.next
    else:
        s.lots[x.before].next = x.next
    if x.next == NONE:
        p.last = x.before
    else:
        s.lots[x.next].before = x.before
    p.length -= 1
    s.pieces[x.step] -= x.pieces
    x.next = NONE


@compiled
def wait_for_room(s: HeldState, group: int, lot: int) -> None:
    """The lot stays where it is until the group has room."""
    p = s.places[group]
    s.lots[lot].next = NONE
    if p.wait_last == NONE:
        p.wait_first = lot
    else:
        s.lots[p.wait_last].next = lot
    p.wait_last = lot


@compiled
def first_in_wait(s: HeldState, group: int) -> int:
    """The lot that has waited longest for room, no longer waiting."""
    p = s.places[group]
    lot = p.wait_first
    p.wait_first = s.lots[lot].next
    if p.wait_first == NONE:
        p.wait_last = NONE
    return int(lot)


@compiled
def list_machine(t: HeldTables, s: HeldState, machine: int) -> None:
    """Put the machine into the list that it belongs to now: idle, half at work, or none."""
    m, g = s.machines[machine], t.groups[t.machines[machine].group]
    wanted = 0
    if m.down == 0 and m.care == NONE and m.cares_due == 0 and m.closed == 0 and m.blocked == 0 and m.working < g.slots:
        wanted = 1 + m.working
    if wanted != m.listed:
        _unlist(s, t.machines[machine].group, machine)
        m.listed = wanted
        _append(s, t.machines[machine].group, machine)


@compiled
def _unlist(s: HeldState, group: int, machine: int) -> None:
    p, m = s.places[group], s.machines[machine]
    if m.listed == 0:
        return
    if m.before != NONE:
        s.machines[m.before].next = m.next
    elif m.listed == 1:
        p.idle_first = m.next
    else:
        p.half_first = m.next
    if m.next != NONE:
        s.machines[m.next].before = m.before
    elif m.listed == 1:
        p.idle_last = m.before
    else:
        p.half_last = m.before


@compiled
def _append(s: HeldState, group: int, machine: int) -> None:
    p, m = s.places[group], s.machines[machine]
    if m.listed == 0:
        return
    m.next = NONE
    last = p.idle_last if m.listed == 1 else p.half_last
    m.before = last
    if last != NONE:
        s.machines[last].next = machine
    elif m.listed == 1:
        p.idle_first = machine
    else:
        p.half_first = machine
    if m.listed == 1:
        p.idle_last = machine
    else:
        p.half_last = machine


@compiled
def look_again(s: HeldState, code: int) -> None:
    """Something has changed that others wait for: a group's room (its number) or a crew (NONE)."""
    size = len(s.ring)
    s.ring[(s.clock[w.RING_FIRST] + s.clock[w.RING_COUNT]) % size] = code
    s.clock[w.RING_COUNT] += 1
