"""Exact answers that the engine is held against, each from its formula or from the equations of a small chain."""

import itertools
import math

import numpy as np


def erlang_c(arrivals, work_rate, servers):
    """Chance to wait and mean wait in M/M/c (A. K. Erlang, 1917)."""
    load = arrivals / work_rate
    below = sum(load**k / math.factorial(k) for k in range(servers))
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    waits = last / (below + last)
    return waits, waits / (servers * work_rate - arrivals)


def pollaczek_khinchine(arrivals, mean, scv):
    """Mean wait in M/G/1; `scv` is the squared coefficient of variation of the work."""
    load = arrivals * mean
    return arrivals * mean**2 * (1.0 + scv) / (2.0 * (1.0 - load))


def stationary(rates):
    """The stationary distribution of a chain given as {(from, to): rate}; its states in order, and their chances."""
    states = sorted({state for pair in rates for state in pair})
    place = {state: k for k, state in enumerate(states)}
    matrix = np.zeros((len(states), len(states)))
    for (here, there), rate in rates.items():
        matrix[place[here], place[there]] += rate
        matrix[place[here], place[here]] -= rate
    system = np.vstack([matrix.T, np.ones(len(states))])
    chances = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    return states, chances


def saturated_line(stations, buffer):
    """Throughput of a line that is never short of work: exponential work of mean 1, blocking after service.

    The state of a station is how many parts are in its buffer and on its machine, and whether its machine is blocked.
    """
    places = buffer + 1
    start = tuple((places if k == 0 else 0, False) for k in range(stations))
    rates, todo, finished = {}, [start], {}
    while todo:
        state = todo.pop()
        if state in finished:
            continue
        finished[state] = 0.0
        for k, (parts, blocked) in enumerate(state):
            if parts > 0 and not blocked:
                then = _settled(state, k, places)
                rates[(state, then)] = rates.get((state, then), 0.0) + 1.0
                finished[state] += float(k == stations - 1)
                todo.append(then)
    states, chances = stationary(rates)
    return float(sum(chance * finished[state] for state, chance in zip(states, chances, strict=True)))


def _settled(state, done, places):
    """After station `done` has finished a part: it moves on where there is a place, and so does what waited behind."""
    line = [list(station) for station in state]
    line[done][1] = True
    for k in reversed(range(len(line))):
        if line[k][1] and (k + 1 == len(line) or line[k + 1][0] < places):
            line[k] = [line[k][0] - 1, False]
            if k + 1 < len(line):
                line[k + 1][0] += 1
            if k == 0:
                line[0][0] = places
    return tuple((parts, blocked) for parts, blocked in line)


def two_that_break(buffer, fails, repairs):
    """Share of time that the last of two machines works: constant work of one cycle, geometric failures and repairs.

    As the engine runs it: a machine breaks only while it works, after whole cycles of work; it is mended after whole
    cycles; a part that finds no place holds its machine. Time goes in cycles: at each, repairs end, parts move on, and
    machines that have a part and are whole work through it.
    """
    places = buffer + 1
    start = (1, 1, 0, False)  # both whole, nothing at the second, the first not blocked
    rates, todo, made = {}, [start], {}
    while todo:
        state = todo.pop()
        if state in made:
            continue
        made[state] = 0.0
        for chance, then, out in _cycle(state, places, fails, repairs):
            rates[(state, then)] = rates.get((state, then), 0.0) + chance
            made[state] += chance * out
            todo.append(then)
    states, chances = stationary(rates)
    return float(sum(chance * made[state] for state, chance in zip(states, chances, strict=True)))


def _cycle(state, places, fails, repairs):
    """What can become of a state within a cycle: (chance, the state after, parts made)."""
    first, second, parts, blocked = state
    works = (bool(first) and not blocked, bool(second) and parts > 0)
    for breaks in itertools.product((False, True), repeat=2):
        for mends in itertools.product((False, True), repeat=2):
            chance = 1.0
            whole = []
            for up, working, broke, mended in zip((first, second), works, breaks, mends, strict=True):
                if not up:
                    chance *= (repairs if mended else 1.0 - repairs) * (not broke)
                    whole.append(int(mended))
                elif working:
                    chance *= (fails if broke else 1.0 - fails) * (not mended)
                    whole.append(int(not broke))
                else:
                    chance *= (not broke) * (not mended)
                    whole.append(1)
            if chance > 0.0:
                yield _moved(chance, whole, works, parts, blocked, places)


def _moved(chance, whole, works, parts, blocked, places):
    out = int(works[1])
    parts -= out
    ready = blocked or works[0]
    if ready and parts < places:
        parts, ready = parts + 1, False
    return chance, (whole[0], whole[1], parts, ready), out


def two_by_chance(buffer, first, second):
    """Parts a cycle of two machines that end what they do with these chances, cycle by cycle.

    A part that finds no place holds its machine. In the Bernoulli lines of J. Li and S. M. Meerkov (Production Systems
    Engineering, 2009) a machine does not begin what it could not put down, so their figures differ.
    """
    places, rates, made, todo = buffer + 1, {}, {}, [(0, False)]
    while todo:
        state = todo.pop()
        if state in made:
            continue
        parts, blocked = state
        made[state] = 0.0
        for ends, leaves in itertools.product((False, True), repeat=2):
            chance = (first if ends else 1.0 - first) if not blocked else float(not ends)
            chance *= (second if leaves else 1.0 - second) if parts else float(not leaves)
            left, ready = parts - leaves, blocked or ends
            then = (left + 1, False) if ready and left < places else (left, ready)
            if chance > 0.0:
                rates[(state, then)] = rates.get((state, then), 0.0) + chance
                made[state] += chance * leaves
                todo.append(then)
    states, chances = stationary(rates)
    return float(sum(chance * made[state] for state, chance in zip(states, chances, strict=True)))
