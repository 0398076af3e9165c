"""A month of the demo press lived through: alarms, answers, retraining, money; with and without each.

python benchmarks/month.py [--quick]: writes benchmarks/results/month.json. The press has collected for three weeks
and trained its model. In the month eight faults come that maintenance writes down; the flow meter reads a little high
nine times; and in the night after the tenth day the oil thermometer is replaced by one that shows 5 degrees more, so
that the model fits no longer. An operator acknowledges after ten minutes and says what each alarm was. Each variation
lives the same month.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import results
from _month.replay import Mechanisms, Month, learned, lived
from _month.world import World

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
    parser.add_argument("--quick", action="store_true", help="twelve days, all of it only")
    given = parser.parse_args()
    days = 12 if given.quick else 28
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        learned(folder, World(days))
        for name, mechanisms in VARIATIONS.items() if not given.quick else [("all of it", Mechanisms())]:
            rows += told(name, lived(folder, days, mechanisms))
    results.show(rows)
    print(results.write("month", f"python benchmarks/month.py{' --quick' if given.quick else ''}", rows))


def told(name: str, month: Month) -> list[dict[str, Any]]:
    """The rows of one variation."""
    assert month.figures is not None
    false = sum(found is None for _, found in month.calls)
    faults = month.found + month.missed
    late = float(np.median(month.late_s)) / 60 if month.late_s else None
    rows = [
        _row(name, "calls", len(month.calls), "", f"{month.crossings} times the score went over the limit"),
        _row(name, "false calls", false, "", "the budget is 4 in four weeks"),
        _row(name, "faults found", month.found, f"of {faults}", None),
        _row(name, "late, middle one", late, "min", None),
        _row(
            name, "cost of the month", month.cost / 1e6, "M KRW", f"{month.quiet_cost / 1e6:g} M KRW without any alarm"
        ),
        _row(name, "limit at the end", month.factor, "x", "the proved one"),
        _row(name, "stands for more than a day at once", month.figures.most_stale, "alarms", "ISA-18.2: fewer than 5"),
        _row(name, "most calls in ten minutes", month.figures.most_in_ten_minutes, "", "ISA-18.2: 10"),
    ]
    if month.worth is not None:
        saved = month.worth.saved
        row = _row(name, "saved by the ledger", saved.value / 1e6, "M KRW", None)
        rows.append(row | {"low": saved.low / 1e6, "high": saved.high / 1e6})
    print(name)
    for step in month.steps:
        print("  ", step)
    return rows


def _row(name: str, figure: str, value: float | None, unit: str, reference: str | None) -> dict[str, Any]:
    return {
        "figure": f"{name}: {figure}",
        "value": value,
        "low": None,
        "high": None,
        "unit": unit,
        "reference": reference,
    }


if __name__ == "__main__":
    main()
