"""Connectors: each beside its bare client library, 10,000 OPC UA nodes, 10,000 Sparkplug tags with 1,000 models.

python benchmarks/connect.py [--quick] [--only NAME ...]: writes benchmarks/results/connect.json. With --only the other
rows are kept from the last time. Servers run in processes of their own.
"""

import argparse
import importlib
import json

import results

PARTS = ("opcua", "mqtt", "sparkplug", "modbus", "secs", "many")


def main() -> None:
    """Measure, print the table, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer values and rounds, a tenth of the machines")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only these parts")
    given = parser.parse_args()
    made = {part: importlib.import_module(f"_connect.{part}").rows(given.quick) for part in given.only}
    file = results.RESULTS / "connect.json"
    kept = json.loads(file.read_text("utf-8"))["rows"] if file.is_file() and len(made) < len(PARTS) else []
    measured = {one["figure"] for part in made.values() for one in part}
    rows = [one for one in kept if one["figure"] not in measured] + [one for part in made.values() for one in part]
    results.show(rows)
    print(results.write("connect", f"python benchmarks/connect.py{' --quick' if given.quick else ''}", rows))


if __name__ == "__main__":
    main()
