"""The pictures of a report: the score over time with faults and alarms, and what the sensors did in an alarm."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from bobae.core import Bools, Dataset, Floats, Role, say
from bobae.page import Band, Lane, Line, chart, number, sparkline, unit
from bobae.page.charts import Tone
from bobae.train.assess import find_roles
from bobae.train.outcome import EpisodeOutcome, Outcome
from bobae.train.proven import PARTS
from bobae.train.report.when import NS, When
from bobae.train.rows import rows_in_order

_TONES: dict[str, Tone] = {"fit": "learned", "calibrate": "set", "prove": "proved", "left_out": "left"}
_LOWEST_DRAWN = 0.01  # of the alarm limit; below that nobody asks
_AROUND = 1.5  # lengths of an alarm shown before and after it
_LEAST_ROWS = 40
_DRAWN_ROWS = 220


@dataclass(frozen=True)
class TagPicture:
    """What one sensor did in an alarm: its share of it, a picture, the farthest value and what is usual, in words."""

    name: str
    unit: str
    share: float
    drawn: Markup
    here: str
    low: str
    high: str


def timeline(outcome: Outcome, machine: int) -> Markup:
    """The score of one machine over time, its limit, known faults, alarms and the parts of the split."""
    series, when = outcome.series, When.of(outcome)
    mine = series.asset == machine
    name = series.assets[machine]
    x = when.x(series.time_ns[mine])
    score = np.clip(series.score[mine], _LOWEST_DRAWN, None)
    faults = tuple(_band(when, e.start_ns, e.end_ns, "fault", e.what) for e in outcome.events if e.asset == name)
    alarms = tuple(
        _band(when, e.start_ns, e.end_ns, "alarm", say("alarm {n}", n=e.number))
        for e in outcome.episodes
        if e.asset == name
    )
    below = [Lane(say("known faults"), faults)] if outcome.events else []
    below.append(Lane(say("alarms"), alarms))
    if series.moved[mine].any():
        below.append(Lane(say("normal has moved"), _stretches(x, series.moved[mine], "moved", say("normal has moved"))))
    below.append(Lane(say("used for"), _parts(outcome, x, series.part[mine])))
    return chart(
        [Line(x, score, fresh=series.fresh[mine]), Line(x, np.where(series.alarm[mine], score, np.nan), "alarm")],
        title=say("How unusual the machine was, over time"),
        said=say(
            "{faults} known faults and {alarms} alarms; the line crosses the dashed limit where the model alarms",
            faults=len(faults),
            alarms=len(alarms),
        ),
        bands=faults,
        below=below,
        limit=1.0,
        kind=when.kind,
        log=True,
        height=240,
    )


class Sensors:
    """The measured rows behind an outcome, ready to be drawn around an alarm."""

    def __init__(self, outcome: Outcome, dataset: Dataset) -> None:
        rows = rows_in_order(dataset if dataset.names(Role.FEATURE) else find_roles(dataset))
        self._data, self._series = rows.data, outcome.series
        self._matches = np.array_equal(rows.time_ns, outcome.series.time_ns)
        self._values: dict[str, Floats] = {}

    def pictures(self, episode: EpisodeOutcome, most: int = 3) -> list[TagPicture]:
        """The sensors that raised an alarm, most important first; none where the rows are not those of the outcome."""
        if not self._matches:
            return []
        return [self._picture(episode, tag, share) for tag, share in episode.top_tags[:most]]

    def _picture(self, episode: EpisodeOutcome, tag: str, share: float) -> TagPicture:
        series, values = self._series, self._column(tag)
        mine = series.asset == series.assets.index(episode.asset)
        inside = mine & (series.time_ns >= episode.start_ns) & (series.time_ns <= episode.end_ns)
        usual = values[mine & (series.part == PARTS.index("fit"))]
        usual = usual[~np.isnan(usual)] if np.any(~np.isnan(usual)) else values[mine & ~np.isnan(values)]
        low, middle, high = np.quantile(usual, (0.05, 0.5, 0.95)) if len(usual) else (np.nan,) * 3
        here = values[inside & ~np.isnan(values)]
        farthest = float(here[np.argmax(np.abs(here - middle))]) if len(here) else np.nan
        return TagPicture(
            name=tag,
            unit=unit(self._data.column(tag).unit),
            share=share,
            drawn=self._drawn(values, mine, inside, tag),
            here=number(farthest),
            low=number(float(low)),
            high=number(float(high)),
        )

    def _drawn(self, values: Floats, mine: Bools, inside: Bools, tag: str) -> Markup:
        rows = np.flatnonzero(mine)
        first, last = np.searchsorted(rows, np.flatnonzero(inside)[[0, -1]])
        around = max(_LEAST_ROWS, int((last - first + 1) * _AROUND))
        begin, end = max(0, first - around), min(len(rows), last + around + 1)
        shown = values[rows[begin:end]]
        places = np.linspace(0, len(shown), min(len(shown), _DRAWN_ROWS), endpoint=False).astype(np.int64)
        each = len(places) / len(shown)
        if len(places) < len(shown):  # the lowest and highest value of each place, so that no peak is lost
            shown = np.column_stack([np.fmin.reduceat(shown, places), np.fmax.reduceat(shown, places)]).ravel()
            each *= 2
        band = Band((first - begin) * each, (last - begin + 1) * each, "here")
        return sparkline(shown, title=tag, bands=[band], size=(300, 40))

    def _column(self, tag: str) -> Floats:
        if tag not in self._values:
            self._values[tag] = np.asarray(self._data.values(tag), dtype=np.float64)
        return self._values[tag]


def _parts(outcome: Outcome, x: Floats, part: np.ndarray) -> tuple[Band, ...]:
    titles = {p.part: str(p.title) for p in outcome.split.parts}
    return tuple(
        band
        for code, name in enumerate(PARTS)
        for band in _stretches(x, part == code, _TONES[name], titles.get(name, ""))
    )


def _stretches(x: Floats, inside: Bools, tone: Tone, label: str) -> tuple[Band, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    return tuple(Band(float(x[a]), float(x[b - 1]), tone, label) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _band(when: When, start_ns: int, end_ns: int, tone: Tone, label: str) -> Band:
    start, end = when.x(np.array([start_ns, end_ns + int(when.sampling_s * NS)]))
    return Band(float(start), float(end), tone, label)
