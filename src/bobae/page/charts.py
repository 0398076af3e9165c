"""Pictures as SVG inside the page: lines over time with bands, lanes of stretches, bars, small multiples.

All text is escaped; every picture has a title and a description for those who cannot see it. A million rows are drawn
as the highest and lowest value of each pixel column, so that no peak is lost.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from markupsafe import Markup, escape

from bobae.core import Bools, Floats, Ints
from bobae.page.axes import AxisKind, Mark, marks, padded
from bobae.page.numbers import number

Tone = Literal["main", "soft", "here", "alarm", "fault", "limit", "moved", "learned", "set", "proved", "left"]

_WIDTH, _LEFT, _LEFT_OF_LANES, _RIGHT, _BOTTOM, _TOP = 920, 56, 132, 12, 24, 10
_LANE, _APART = 22, 8
_NAME = 18  # letters of a lane's name that fit
_COLUMNS = 700  # pixel columns across which rows are thinned


@dataclass(frozen=True, eq=False)
class Line:
    """Values over x (both (rows,)); `fresh` marks rows to which no line is drawn from the row before."""

    x: Floats
    y: Floats
    tone: Tone = "main"
    fresh: Bools | None = None


@dataclass(frozen=True)
class Band:
    """A stretch along x, with what it is."""

    start: float
    end: float
    tone: Tone
    label: str = ""


@dataclass(frozen=True)
class Lane:
    """One row of a strip: its name and its stretches."""

    name: str
    bands: tuple[Band, ...]


def chart(
    lines: Sequence[Line],
    *,
    title: str,
    said: str,
    bands: Sequence[Band] = (),
    below: Sequence[Lane] = (),
    limit: float | None = None,
    kind: AxisKind = "time",
    log: bool = False,
    height: int = 220,
) -> Markup:
    """Lines over a common x axis, with bands behind, a limit across and lanes of stretches below.

    Args:
        lines: what to draw; x in seconds since 1970 for kind 'time'.
        title: what it shows.
        said: what can be seen in it, for those who cannot.
        bands: stretches behind the lines.
        below: named stretches under the lines, along the same axis.
        limit: a level to draw across.
        kind: what x is.
        log: whether each step up is ten times more; values at or below zero are left out.
        height: of the lines, in units of the drawing.
    """
    left = _LEFT_OF_LANES if below else _LEFT
    xs, ys = _all(line.x for line in lines), _all(_logged(line.y, log) for line in lines)
    level = None if limit is None else float(_logged(np.array([limit]), log)[0])
    low, high = padded(ys if level is None else np.append(ys, level))
    lanes_from = height - _BOTTOM + (_APART if below else 0)
    floor = lanes_from + _LANE * len(below)
    across = _Scale(_lowest(xs), _highest(xs), left, _WIDTH - _RIGHT)
    up = _Scale(low, high, height - _BOTTOM, _TOP)
    drawn = [_band(band, across, (_TOP, height - _BOTTOM - _TOP)) for band in bands]
    drawn += [_level(up.at(m.at), m.label, left) for m in _levels(low, high, log)]
    drawn += [_tick(across.at(m.at), m.label, floor) for m in marks(across.low, across.high, kind, 7)]
    drawn += [
        f'<path class="line {line.tone}" d="{_path(replace(line, y=_logged(line.y, log)), across, up)}"/>'
        for line in lines
    ]
    if level is not None:
        drawn.append(f'<path class="limit" d="M{left} {_n(up.at(level))}H{_WIDTH - _RIGHT}"/>')
    drawn += [piece for i, lane in enumerate(below) for piece in _lane(lane, across, lanes_from + _LANE * i)]
    return _svg(_WIDTH, floor + _BOTTOM, title, said, drawn)


def lanes(rows: Sequence[Lane], *, span: tuple[float, float], title: str, said: str, kind: AxisKind = "time") -> Markup:
    """Stretches of several things along one axis, one lane each."""
    floor = _LANE * len(rows)
    across = _Scale(span[0], span[1], _LEFT_OF_LANES, _WIDTH - _RIGHT)
    drawn = [_tick(across.at(m.at), m.label, floor) for m in marks(*span, kind, 7)]
    drawn += [piece for i, lane in enumerate(rows) for piece in _lane(lane, across, _LANE * i)]
    return _svg(_WIDTH, floor + _BOTTOM, title, said, drawn)


def sparkline(values: Floats, *, title: str, bands: Sequence[Band] = (), size: tuple[int, int] = (220, 36)) -> Markup:
    """A small line without axes over the position of the values; bands count positions."""
    width, height = size
    low, high = padded(values)
    across, up = _Scale(0, max(len(values) - 1, 1), 1, width - 1), _Scale(low, high, height - 3, 3)
    drawn = [_band(band, across, (0, height), least=1.5) for band in bands]
    line = Line(np.arange(len(values), dtype=np.float64), values)
    drawn.append(f'<path class="line main" d="{_path(line, across, up, columns=width)}"/>')
    return _svg(width, height, title, "", drawn, css="spark")


def histogram(values: Floats, *, title: str, bins: int = 24, size: tuple[int, int] = (120, 36)) -> Markup:
    """How often each range of values occurs."""
    width, height = size
    there = values[np.isfinite(values)]
    counts, _ = np.histogram(there, bins=bins) if len(there) else (np.zeros(bins), None)
    top = max(float(counts.max()), 1.0)
    wide = width / bins
    drawn = [
        _rect("column", i * wide, height - height * n / top, max(wide - 1, 0.5), height * n / top)
        for i, n in enumerate(counts)
        if n
    ]
    return _svg(width, height, title, "", drawn, css="spark")


def bar(share: float, *, tone: Tone = "main", title: str = "") -> Markup:
    """A bar filled to `share` of its length, 0 to 1."""
    filled = 0.0 if not np.isfinite(share) else min(max(share, 0.0), 1.0) * 100
    drawn = [_rect("ground", 0, 0, 100, 8), _rect(f"fill {tone}", 0, 0, filled, 8)]
    return _svg(100, 8, title, "", drawn, css="bar")


@dataclass(frozen=True)
class _Scale:
    """A straight line from values to places in the drawing."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        wide = self.high - self.low or 1.0
        return self.first + (value - self.low) / wide * (self.last - self.first)

    def all(self, values: Floats) -> Floats:
        wide = self.high - self.low or 1.0
        return np.asarray(self.first + (values - self.low) / wide * (self.last - self.first))


def _path(line: Line, across: _Scale, up: _Scale, columns: int = _COLUMNS) -> str:
    x, y = across.all(line.x), up.all(line.y)
    if not len(x):
        return ""
    there = np.isfinite(x) & np.isfinite(y)
    fresh = np.concatenate(([True], ~there[:-1]))  # a hole breaks the line
    if line.fresh is not None:
        fresh |= line.fresh.astype(np.bool_)
    segment, x, y = np.cumsum(fresh)[there], x[there], y[there]
    # nobody sees a break narrower than a pixel
    segment = np.cumsum(np.append(True, (np.diff(segment) != 0) & (np.abs(np.diff(x)) >= 1))[: len(x)]).astype(np.int64)
    if len(x) > 2 * columns:
        kept = thinned(x, y, segment, columns)
        x, y, segment = x[kept], y[kept], segment[kept]
    starts = np.append(True, np.diff(segment) != 0)[: len(x)]
    alone = starts & np.append(starts[1:], True)[: len(x)]
    parts = []
    for a, b, begins, single in zip(x.tolist(), y.tolist(), starts.tolist(), alone.tolist(), strict=True):
        parts.append(f"{'M' if begins else 'L'}{_n(a)} {_n(b)}" + ("h.01" if single else ""))
    return "".join(parts)


def thinned(x: Floats, y: Floats, segment: Ints, columns: int) -> Ints:
    """Row numbers of the lowest and highest y of each pixel column and segment, in order: no peak is lost."""
    wide = (x[-1] - x[0] if len(x) and x[-1] > x[0] else np.ptp(x)) or 1.0
    column = np.floor((x - x.min()) / wide * columns)
    begins = np.concatenate(([0], np.flatnonzero((np.diff(column) != 0) | (np.diff(segment) != 0)) + 1))
    ends = np.append(begins[1:], len(x))
    order = np.lexsort((y, np.repeat(np.arange(len(begins)), ends - begins)))
    return np.unique(np.concatenate((order[begins], order[ends - 1])))


def _band(band: Band, across: _Scale, place: tuple[float, float], least: float = 1.0) -> str:
    start, end = across.at(band.start), across.at(band.end)
    start, end = max(start, min(across.first, across.last)), min(end, max(across.first, across.last))
    if end - start < least:
        start, end = (start + end - least) / 2, (start + end + least) / 2
    said = f"<title>{escape(band.label)}</title>" if band.label else ""
    return _rect(f"band {band.tone}", start, place[0], end - start, place[1], said=said)


def _rect(css: str, x: float, y: float, width: float, height: float, *, said: str = "") -> str:
    where = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<rect class="{css}" {where}>{said}</rect>'


def _lane(lane: Lane, across: _Scale, y: float) -> list[str]:
    name = lane.name if len(lane.name) <= _NAME else lane.name[: _NAME - 1] + "…"
    return [
        f'<text class="lane" x="{_n(across.first - 8)}" y="{_n(y + 15)}">{escape(name)}</text>',
        _rect("ground", across.first, y + 3, across.last - across.first, _LANE - 6),
        *(_band(band, across, (y + 3, _LANE - 6), least=2.0) for band in lane.bands),
    ]


def _levels(low: float, high: float, log: bool) -> list[Mark]:
    if not log:
        return marks(low, high, "number", 4)
    powers = range(math.ceil(low), math.floor(high) + 1)
    return [Mark(power, number(10.0**power)) for power in powers if len(powers) <= 6 or power % 2 == 0]


def _level(y: float, label: str, left: float) -> str:
    return (
        f'<path class="grid" d="M{left} {_n(y)}H{_WIDTH - _RIGHT}"/>'
        f'<text class="level" x="{_n(left - 6)}" y="{_n(y + 4)}">{escape(label)}</text>'
    )


def _tick(x: float, label: str, floor: float) -> str:
    return (
        f'<path class="grid" d="M{_n(x)} {_n(floor)}v4"/>'
        f'<text class="tick" x="{_n(x)}" y="{_n(floor + 18)}">{escape(label)}</text>'
    )


def _svg(width: int, height: int, title: str, said: str, drawn: Sequence[str], *, css: str = "chart") -> Markup:
    words = f"<title>{escape(title)}</title>" + (f"<desc>{escape(said)}</desc>" if said else "")
    stretch = ' preserveAspectRatio="none"' if css == "bar" else ""
    # every piece above is a number, one of our own class names, or escaped
    return Markup(
        f'<svg class="{css}" viewBox="0 0 {width} {height}" role="img"{stretch}>{words}{"".join(drawn)}</svg>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _all(parts: Iterable[Floats]) -> Floats:
    return np.concatenate([*parts, np.zeros(0)])


def _logged(values: Floats, log: bool) -> Floats:
    return np.log10(np.where(values > 0, values, np.nan)) if log else values


def _lowest(values: Floats) -> float:
    there = values[np.isfinite(values)]
    return float(there.min()) if len(there) else 0.0


def _highest(values: Floats) -> float:
    there = values[np.isfinite(values)]
    return float(there.max()) if len(there) else 1.0
