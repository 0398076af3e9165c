"""Sensors that jump, one machine after the other, and how soon each alarm stands in the catalogue."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _anomaly.rows import Row, Target, row

from _live.bench import Size, Work
from _live.models import AS_DEFAULT, NS, asset, learner
from _live.server import MACHINE_TAGS
from bobae.app.plant_store import historian_folder
from bobae.monitor import acknowledge
from bobae.registry.catalogue import Alarm, AlarmState, open_catalogue

BY = 30.0
HELD_S = 2
CALM_S = 400.0
CLEARS_S = 90  # after its jump a machine's alarm is over
SOON = Target("<", 500.0)
ANSWERS_S = 10.0
_UNNOTICED = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)


@dataclass(frozen=True)
class Jump:
    """A tag that stands `by` higher from a source time on."""

    tag: int
    by: float
    source_ns: int

    @property
    def machine(self) -> int:
        """Whose tag it is."""
        return self.tag // MACHINE_TAGS


def calm(work: Work) -> None:
    """Wait until no alarm stands, and take notice of those that were.

    Raises:
        RuntimeError: one still stands after some minutes.
    """
    patience = time.monotonic() + CALM_S
    with open_catalogue(historian_folder(work.folder)) as catalogue:
        while catalogue.alarms.page(limit=1, states=(AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)):
            if time.monotonic() > patience:
                raise RuntimeError(f"an alarm still stands after {CALM_S:g} s in which nothing happened")
            time.sleep(1.0)
    _take_notice(work.folder)


def make(work: Work, size: Size) -> list[Jump]:
    """A jump a second, machine after machine, each set right two seconds later; round after round."""
    made: list[Jump] = []
    for number in range(size.rounds):
        began = time.monotonic()
        tags = [machine * MACHINE_TAGS + (7 * number + machine) % MACHINE_TAGS for machine in range(size.machines)]
        for second in range(len(tags) + HELD_S):
            time.sleep((0.5 - time.time()) % 1.0)  # until the middle of a second: nothing changes just then
            told = [f"jump {tags[second]} {BY}"] if second < len(tags) else []
            told += [f"jump {tags[second - HELD_S]} 0"] if second >= HELD_S else []
            for line in told:
                work.server.say(line)
            made += [_heard(work) for _ in told]
        time.sleep(max(0.0, began + max(len(tags), CLEARS_S) + HELD_S - time.monotonic()))
        _take_notice(work.folder)
    return made


def rows(folder: Path, size: Size, made: Sequence[Jump]) -> list[Row]:
    """From the source time of each jump to its alarm, for models that open at once and for those as by default."""
    with open_catalogue(historian_folder(folder)) as catalogue:
        alarms = catalogue.alarms.page(limit=100 * size.machines * size.rounds)
    up = [jump for jump in made if jump.by]
    told: list[Row] = []
    for at_once in (True, False):
        which = "opened by the first row over the limit" if at_once else "opened by 5 rows a second apart, the default"
        waits = [_wait_ms(jump, alarms) for jump in up if (learner(jump.machine) is not AS_DEFAULT) is at_once]
        there = [wait for wait in waits if wait is not None]
        silent = len(waits) - len(there)
        told.append(row(f"jumps without an alarm, {which}", silent, "jumps", target=Target("<=", 0)))
        for share in (50, 99) if there else ():
            value = float(np.percentile(there, share))
            said = f"{len(there)} jumps; the longest {max(there):.0f} ms"
            target = SOON if at_once and share == 99 else None
            told.append(row(f"source change to alarm, {which}, p{share}", value, "ms", reference=said, target=target))
    caused = sum(_wait_ms(jump, alarms) is not None for jump in up)
    return [*told, row("alarms that no jump caused", len(alarms) - caused, "alarms")]


def _heard(work: Work) -> Jump:
    _, tag, by, source_ns, _ = work.server.heard(ANSWERS_S).split()
    return Jump(int(tag), float(by), int(source_ns))


def _take_notice(folder: Path) -> None:
    """Acknowledge all: one that comes back within half an hour, unnoticed, would be the same alarm."""
    with open_catalogue(historian_folder(folder)) as catalogue:
        for alarm in catalogue.alarms.page(limit=1_000, states=_UNNOTICED):
            acknowledge(catalogue.alarms, alarm.id, by="benchmark", comment="", time_ns=time.time_ns())


def _wait_ms(jump: Jump, alarms: Sequence[Alarm]) -> float | None:
    """From the jump to the first alarm of its machine before the next one could come."""
    mine = [a for a in alarms if a.asset == asset(jump.machine) and 0 <= a.row_ns - jump.source_ns < CLEARS_S * NS]
    return min(((a.active_ns - jump.source_ns) / 1e6 for a in mine), default=None)
