"""A month of the demo press lived through: alarms, answers, retraining, money; with and without each.

python benchmarks/month.py [--quick]: writes benchmarks/results/month.json. The press has collected for three weeks
and trained its model. In the month eight faults come that maintenance writes down; the flow meter reads a little high
nine times; and in the night after the tenth day the oil thermometer is replaced by one that shows 5 degrees more, so
that the model fits no longer. An operator acknowledges after ten minutes and says what each alarm was. Each variation
lives the same months, one for each seed of the press; a figure is their mean, with the lowest and the highest.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import results

from bobae.app.month.replay import Mechanisms, Month, learned, lived
from bobae.app.month.world import World

VARIATIONS = {
    "all of it": Mechanisms(),
    "without answers": Mechanisms(answers=False),
    "without retraining": Mechanisms(retrains=False),
    "without a look at drift": Mechanisms(drift=False),
    "without either": Mechanisms(answers=False, retrains=False),
}


def main() -> None:
    """Live the month four times, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="twelve days, all of it only, one seed")
    parser.add_argument("--seeds", type=int, default=2, help="how many presses")
    given = parser.parse_args()
    days, seeds = (12, 1) if given.quick else (28, given.seeds)
    variations = {"all of it": Mechanisms()} if given.quick else VARIATIONS
    months: dict[str, list[Month]] = {name: [] for name in variations}
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as place:
            os.environ["BOBAE_HOME"] = f"{place}/home"
            learned(Path(place, "plant"), World(days, seed))
            for number, (name, mechanisms) in enumerate(variations.items()):
                plant = shutil.copytree(Path(place, "plant"), Path(place, f"lived-{number}"))
                month = lived(plant, World(days, seed), mechanisms)
                months[name].append(month)
                print(f"{name}, seed {seed}", *month.steps, sep="\n   ", flush=True)
    rows = [row for name, lived_through in months.items() for row in told(name, lived_through)]
    results.show(rows)
    print(
        results.write("month", f"python benchmarks/month.py{' --quick' if given.quick else f' --seeds {seeds}'}", rows)
    )


def told(name: str, months: Sequence[Month]) -> list[dict[str, Any]]:
    """The rows of one variation."""
    faults, crossings = months[0].found + months[0].missed, fmean(month.crossings for month in months)
    quiet = fmean(month.quiet_cost for month in months) / 1e6

    def row(
        figure: str, of: Callable[[Month], float | None], unit: str, reference: str | None = None
    ) -> dict[str, Any]:
        values = [value for month in months if (value := of(month)) is not None]
        ends = {"low": min(values, default=None), "high": max(values, default=None)}
        said = {"figure": f"{name}: {figure}", "value": fmean(values) if values else None}
        return said | ends | {"unit": unit, "reference": reference}

    return [
        row("calls", lambda m: len(m.calls), "", f"{crossings:g} times the score went over the limit"),
        row("false calls", lambda m: m.false, "", "the budget is 4 in four weeks"),
        row("faults found", lambda m: m.found, f"of {faults}"),
        row("late, middle one", lambda m: float(np.median(m.late_s)) / 60 if m.late_s else None, "min"),
        row("cost of the month", lambda m: m.cost / 1e6, "M KRW", f"{quiet:g} M KRW without any alarm"),
        row("limit at the end", lambda m: m.factor, "x", "the proved one"),
        row("stands for more than a day at once", _stale, "alarms", "ISA-18.2: fewer than 5"),
        row("most calls in ten minutes", _at_once, "", "ISA-18.2: 10"),
        row("saved by the ledger", lambda m: None if m.worth is None else m.worth.saved.value / 1e6, "M KRW"),
    ]


def _stale(month: Month) -> float | None:
    return None if month.figures is None else month.figures.most_stale


def _at_once(month: Month) -> float | None:
    return None if month.figures is None else month.figures.most_in_ten_minutes


if __name__ == "__main__":
    main()
