"""An hour of faults: 5,000 values a second from machines of three protocols, each minute one of them fails in some way.

python benchmarks/soak.py [--minutes 60] [--values-per-s 5000] [--seed 0]: writes benchmarks/results/soak.json. bobae
collects in a process of its own, as `bobae up` does, and each machine is one too, behind a network of its own where
root can make one. Every machine counts 1, 2, 3, ..., so that what is missing can be counted afterwards.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import results
from _soak.faults import Struck, strike
from _soak.figures import rows
from _soak.machines import Machine, machines
from _soak.watched import Watched, plant_of


def main() -> None:
    """Run, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--values-per-s", type=float, default=5000.0)
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--quick", action="store_true", help="two minutes")
    given = parser.parse_args()
    minutes = 2.0 if given.quick else given.minutes
    with tempfile.TemporaryDirectory(prefix="bobae-soak-") as folder:
        measured = soak(Path(folder), minutes, given.values_per_s, given.seed)
    results.show(measured)
    said = f"--minutes {minutes:g} --values-per-s {given.values_per_s:g} --seed {given.seed}"
    print(results.write("soak", f"python benchmarks/soak.py {said}", measured))


def soak(folder: Path, minutes: float, values_per_s: float, seed: int) -> list[dict[str, Any]]:
    """One run; judged once it has ended."""
    with ExitStack() as stack:
        made = machines(values_per_s)
        for machine in made:
            _put_to_work(machine, stack)
        plant = plant_of(made)
        with Watched(folder, plant) as watched:
            struck: list[Struck] = strike(made, folder, minutes=minutes, seed=seed, tell=print)
    return rows(folder, plant, watched, struck, values_per_s)


def _put_to_work(machine: Machine, stack: ExitStack) -> None:
    if machine.network is not None:
        stack.enter_context(machine.network)
    stack.callback(machine.kill)
    machine.start()


if __name__ == "__main__":
    main()
