"""The page of growth: a table with a column a size, and pictures of it, from `benchmarks/results/growth.json`."""

import math
from html import escape
from typing import Any

PANELS = {
    "CPU µs a sample": ("durable append, of a sample", "sealing, of a sample"),
    "CPU ms a question": (
        "opening the store",
        "newest sample of all tags",
        "live row of all tags",
        "an hour of the 100 tags of five machines",
        "an hour of 100 tags from everywhere",
    ),
    "memory, MB": ("memory of the process that collects", "memory of a process that reads"),
}
TONES = ("#3b7dd8", "#d9822b", "#2e9e6b", "#b8479b", "#7a6bd1")
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 300, 180, 44, 26, 24, 24
KEY = 16  # a line of the key below a panel

Found = dict[str, dict[int, dict[str, Any]]]  # figure -> tags -> row


def page(result: dict[str, Any]) -> str:
    """The pictures and the table of a result file, as they stand in a Markdown document."""
    found: Found = {}
    for row in result["rows"]:
        figure, tags = row["figure"].removesuffix(" tags").rsplit(", ", 1)
        found.setdefault(figure, {})[int(tags.replace(",", ""))] = row
    return f"{pictures(found)}\n\n{table(found)}\n"


def table(found: Found) -> str:
    """A row a figure, a column a size."""
    sizes = list(next(iter(found.values())))
    lines = ["| | unit | " + " | ".join(f"{tags:,} tags" for tags in sizes) + " |", "|---|---|" + "--:|" * len(sizes)]
    for figure, by_tags in found.items():
        unit = next(iter(by_tags.values()))["unit"]
        lines.append(f"| {figure} | {unit} | " + " | ".join(_number(by_tags[tags]["value"]) for tags in sizes) + " |")
    return "\n".join(lines)


def pictures(found: Found) -> str:
    """One small chart beside the other, both axes in powers of ten."""
    keys = max(len(figures) for figures in PANELS.values())
    high = HEIGHT + 6 + KEY * keys
    drawn = [
        _panel(title, {figure: found[figure] for figure in figures}, WIDTH * number)
        for number, (title, figures) in enumerate(PANELS.items())
    ]
    said = (
        "What one sample, one question and the memory cost, from 100 to 100,000 tags; the table below has the numbers."
    )
    begins = f'<div><svg viewBox="0 0 {WIDTH * len(PANELS)} {high}" role="img" font-size="11" fill="currentColor">'
    return "\n".join([begins, f"<title>Growth</title><desc>{said}</desc>", *drawn, "</svg></div>"])


def _panel(title: str, lines: Found, left: int) -> str:
    sizes = [math.log10(tags) for tags in next(iter(lines.values()))]
    values = [math.log10(row["value"]) for by_tags in lines.values() for row in by_tags.values()]
    low, high = math.floor(min(values)), math.ceil(max(values))
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(log_tags: float, log_value: float) -> tuple[float, float]:
        across = (log_tags - sizes[0]) / ((sizes[-1] - sizes[0]) or 1.0)
        up = (log_value - low) / ((high - low) or 1)
        return left + LEFT + across * wide, TOP + (1.0 - up) * tall

    drawn = [f'<text x="{left + LEFT}" y="14" font-weight="bold">{escape(title)}</text>']
    for power in range(low, high + 1):
        x, y = place(sizes[0], power)
        drawn.append(f'<path d="M{x:.0f} {y:.1f}h{wide}" stroke="currentColor" stroke-opacity=".2"/>')
        drawn.append(f'<text x="{x - 5:.0f}" y="{y + 4:.1f}" text-anchor="end">{_number(10.0**power)}</text>')
    for size in sizes:
        x, y = place(size, low)
        drawn.append(f'<text x="{x:.0f}" y="{y + 15:.1f}" text-anchor="middle">{10**size:,.0f}</text>')
    for number, (figure, by_tags) in enumerate(lines.items()):
        points = [place(math.log10(tags), math.log10(row["value"])) for tags, row in by_tags.items()]
        way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        y = HEIGHT + KEY * (number + 1) - 6
        drawn.append(f'<path d="{way}" fill="none" stroke="{TONES[number]}" stroke-width="2"/>')
        drawn.append(f'<path d="M{left + 8} {y - 4}h14" stroke="{TONES[number]}" stroke-width="2"/>')
        drawn.append(f'<text x="{left + 28}" y="{y}">{escape(figure)}</text>')
    return "\n".join(drawn)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
