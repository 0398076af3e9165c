"""One self-contained page: words, numbers, pictures and style in a single file that asks nothing of a network."""

from bobae.page.charts import Band, Lane, Line, bar, chart, histogram, lanes, sparkline
from bobae.page.numbers import duration, moment, money, number, percent, unit
from bobae.page.render import page

__all__ = [
    "Band",
    "Lane",
    "Line",
    "bar",
    "chart",
    "duration",
    "histogram",
    "lanes",
    "moment",
    "money",
    "number",
    "page",
    "percent",
    "sparkline",
    "unit",
]
