"""One fault a minute, drawn by a seeded die, and how soon collecting went on after each."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from _soak.machines import Machine
from _soak.watched import first_tag
from bobae.app.plant_store import historian_folder
from bobae.historian import Store, open_store

_LASTS_S = (1.0, 12.0)  # from unnoticed to long
_FIRST_S, _EACH_S = 20.0, 60.0
_LONGEST_S = 45.0
_STOPPED_S, _RUNNING_S = 0.3, 0.1  # of a slow machine


@dataclass(frozen=True)
class Struck:
    """One fault that is over.

    Attributes:
        resume_s: from its end to the first new value in the historian; infinite: none came.
    """

    machine: str
    fault: str
    lasted_s: float
    resume_s: float


def kill(machine: Machine, lasts_s: float) -> None:
    """And start again."""
    machine.kill()
    time.sleep(lasts_s)
    machine.start()


def freeze(machine: Machine, lasts_s: float) -> None:
    """And thaw."""
    machine.freeze()
    time.sleep(lasts_s)
    machine.thaw()


def slow(machine: Machine, lasts_s: float) -> None:
    """It stands still three quarters of the time."""
    until = time.monotonic() + lasts_s
    while time.monotonic() < until:
        freeze(machine, _STOPPED_S)
        time.sleep(_RUNNING_S)


def black_hole(machine: Machine, lasts_s: float) -> None:
    """Packets vanish."""
    assert machine.network is not None
    machine.network.black()
    time.sleep(lasts_s)
    machine.network.back()


def half_open(machine: Machine, lasts_s: float) -> None:
    """Killed and started again while packets vanish."""
    assert machine.network is not None
    machine.network.black()
    machine.kill()
    machine.start()
    time.sleep(lasts_s)
    machine.network.back()


def strike(
    machines: Sequence[Machine], folder: Path, *, minutes: float, seed: int, tell: Callable[[str], None]
) -> list[Struck]:
    """One fault each minute until the time is over; the last quarter of a minute is quiet."""
    dice, began, struck = random.Random(seed), time.monotonic(), []
    faults = [kill, freeze, slow]
    if all(machine.network is not None for machine in machines):
        faults += [black_hole, half_open]
    with open_store(historian_folder(folder)) as reader:
        due = began + _FIRST_S
        while due + 0.75 * _EACH_S <= began + max(60.0 * minutes, _FIRST_S + 0.75 * _EACH_S):
            time.sleep(max(0.0, due - time.monotonic()))
            machine, fault, lasts_s = dice.choice(machines), dice.choice(faults), dice.uniform(*_LASTS_S)
            fault(machine, lasts_s)
            resume_s = _resumed(reader, machine, time.time_ns())
            struck.append(Struck(machine.name, fault.__name__, lasts_s, resume_s))
            tell(f"{time.monotonic() - began:6.0f} s: {machine.name}: {fault.__name__} for {lasts_s:.1f} s, "
                 f"resumed after {resume_s:.2f} s")  # fmt: skip
            due += _EACH_S
    time.sleep(max(0.0, began + 60.0 * minutes - time.monotonic()))
    return struck


def _resumed(reader: Store, machine: Machine, healed_ns: int) -> float:
    """Until there is a value of after the fault."""
    began = time.monotonic()
    while time.monotonic() - began < _LONGEST_S:
        newest = reader.last([first_tag(machine)])
        if len(newest) and newest.time_ns[0] > healed_ns and newest.status[0] >> 30 == 0:
            return time.monotonic() - began
        time.sleep(0.02)
    return float("inf")
