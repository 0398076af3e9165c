"""Runs all parts and writes the table."""

import sys

from results import write

from _twin import fab, growth, line


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    rows = [*line.rows(quick), *fab.rows(quick), *growth.rows(quick)]
    command = "python benchmarks/twin.py" + (" --quick" if quick else "")
    print(write("twin", command, rows))
    for row in rows:
        print(f"{row['figure']}: {row['value']:.4g} {row.get('unit') or ''}", row.get("target") or "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
