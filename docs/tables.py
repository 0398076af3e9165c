"""Puts the measured figures into the documents: tables between markers, made from `benchmarks/results/*.json`.

In a document, `<!-- figures: anomaly -->` and `<!-- end -->` stand around the table of `results/anomaly.json`;
`<!-- figures: anomaly targets + SKAB F1, always alarming -->` keeps the rows with a target, and those named after the
plus sign (by semicolons between). `<!-- matrix: chaos -->` stands before a matrix of the figures named 'column: row',
`<!-- growth -->` before the pictures and the table of `results/growth.json`.
`--check` only says whether the documents are current.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import growth

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
MARKED = re.compile(r"(<!-- figures: (\w+)( targets)?(?: \+ (.*?))? -->\n).*?(<!-- end -->)", re.DOTALL)
MATRIX = re.compile(r"(<!-- matrix: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
GROWTH = re.compile(r"(<!-- growth -->\n).*?(<!-- end -->)", re.DOTALL)


def table(name: str, only_targets: bool, named: set[str]) -> str:
    """The rows of one benchmark as a Markdown table; '' before it has been run."""
    result = _result(name)
    if result is None:
        return ""
    rows = ["| figure | measured | reference | target | |", "|---|--:|--:|--:|---|"]
    for row in result["rows"]:
        if only_targets and row.get("target") is None and row["figure"] not in named:
            continue
        met = {True: "met", False: "**missed**", None: ""}[row.get("met")]
        cells = (_measured(row), _said(row.get("reference"), None), _said(row.get("target"), None), met)
        rows.append(f"| {row['figure']} | {' | '.join(cells)} |")
    return "\n".join([*rows, "", _measured_on(result)]) + "\n"


def matrix(name: str) -> str:
    """The rows of one benchmark, each named 'column: row', side by side; '' before it has been run."""
    result = _result(name)
    if result is None:
        return ""
    cells = {tuple(row["figure"].split(": ", 1)): row for row in result["rows"]}
    columns, names = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    rows = [f"| | {' | '.join(columns)} |", f"|---|{'--:|' * len(columns)}"]
    rows += [f"| {row} | {' | '.join(_cell(cells.get((column, row))) for column in columns)} |" for row in names]
    return "\n".join([*rows, "", _measured_on(result)]) + "\n"


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "–"
    if row["low"] == row["high"]:  # measured once
        row = row | {"low": None}
    return _measured(row) if row.get("met") is not False else f"**{_measured(row)}: {row['reference']}**"


def _result(name: str) -> dict[str, Any] | None:
    path = ROOT / "benchmarks" / "results" / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _measured_on(result: dict[str, Any]) -> str:
    machine = result["machine"]
    return f"`{result['command']}` on {machine['cores']} cores, {machine['memory_gb']:.0f} GB, {result['date'][:10]}."


def _said(value: Any, unit: str | None) -> str:
    number = "" if value is None else str(value)
    if isinstance(value, float):
        number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{number} {unit}".strip() if unit else number


def _measured(row: dict[str, Any]) -> str:
    said = _said(row["value"], row.get("unit"))
    if row.get("low") is None or row.get("high") is None:
        return said
    return f"{said} ({_said(row['low'], None)} to {_said(row['high'], None)})"


def with_tables(document: str) -> str:
    """The same document with every marked table made anew."""
    made = MARKED.sub(lambda m: m[1] + table(m[2], bool(m[3]), set((m[4] or "").split("; "))) + m[5], document)
    made = MATRIX.sub(lambda m: m[1] + matrix(m[2]) + m[3], made)
    return GROWTH.sub(lambda m: m[1] + _growth() + m[2], made)


def _growth() -> str:
    result = _result("growth")
    return "" if result is None else f"{growth.page(result)}\n{_measured_on(result)}\n"


def main() -> int:
    """Write the tables, or with `--check` name the documents that are not current."""
    stale = []
    for path in DOCUMENTS:
        written = path.read_text("utf-8")
        if with_tables(written) != written:
            stale.append(path)
    for path in stale:
        if "--check" in sys.argv[1:]:
            print(f"{path.relative_to(ROOT)} is not current: run python docs/tables.py")
        else:
            path.write_text(with_tables(path.read_text("utf-8")), encoding="utf-8")
            print(f"{path.relative_to(ROOT)} written")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
