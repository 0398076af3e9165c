"""What the time column tells: how often rows come, where they are missing, doubled or run backward."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import Finding, Floats, Ints, Role, text
from bobae.frames import in_time_order
from bobae.page import duration, moment, percent
from bobae.train.assess.grid import full_grid
from bobae.train.assess.look import NS, Look, finding
from bobae.train.assess.profile import codes

_HOUR = 3600.0
_GAP, _GAP_IRREGULAR = 1.5, 20.0  # usual steps without a row, where rows come regularly or not


@dataclass(frozen=True)
class TimeSpan:
    """The time the rows cover.

    Attributes:
        column: name of the time column.
        first, last: ISO 8601, UTC; None where time is counted from an unknown start.
        covered_s: seconds from first to last row, added up over machines and runs.
        sampling_s: the usual step.
        regularity: 'regular', 'irregular' or 'by_exception' (a row only when something changed).
        gaps: steps longer than one and a half usual ones (twenty where rows come irregularly).
        longest_gap_s, left_out_s: the longest of them, and what all of them leave out.
        duplicates, backward, missing: rows with a time seen before, with a step back, without a time.
    """

    column: str
    first: str | None
    last: str | None
    covered_s: float
    sampling_s: float | None
    regularity: str
    gaps: int
    longest_gap_s: float
    left_out_s: float
    duplicates: int
    backward: int
    missing: int

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Seen:
    """A look at the rows, with the time they cover (None without a time column)."""

    look: Look
    span: TimeSpan | None


def time_span(look: Look) -> TimeSpan | None:
    """The time the rows cover, or None without a time column."""
    column, time = look.dataset.name_of(Role.TIME), look.time_ns
    if column is None or time is None or not look.timed.any():
        return None
    steps, positive, step = look.steps_s, _ordered_steps(look), look.sampling_s or np.nan
    regularity = _regularity(look, positive)
    longer = step * (_GAP if regularity == "regular" else _GAP_IRREGULAR)
    long = positive[positive > longer] if look.sampling_s else positive[:0]
    there = time[look.timed]
    dates = (_iso(int(there.min())), _iso(int(there.max()))) if look.has_dates else (None, None)
    return TimeSpan(
        column=column,
        first=dates[0],
        last=dates[1],
        covered_s=float(positive.sum()),
        sampling_s=look.sampling_s,
        regularity=regularity,
        gaps=len(long),
        longest_gap_s=float(long.max()) if len(long) else 0.0,
        left_out_s=float((long - step).sum()) if len(long) else 0.0,
        duplicates=_duplicates(look),
        backward=int(np.count_nonzero(steps < 0)),
        missing=int(np.count_nonzero(~look.timed)),
    )


def clock_findings(look: Look, span: TimeSpan | None) -> list[Finding]:
    """All that is odd about time, or its absence."""
    if span is None:
        return _undated(look)
    found = [_sampling(span)] if span.sampling_s else []
    if not look.has_dates and not any(f.code == "relative_time" for f in look.dataset.findings):
        said = text("{column} counts from an unknown start: steps are known, dates are not", column=span.column)
        found.append(finding("time_without_date", "info", said, span.column))
    if span.missing:
        said = text("rows without a time: {n}; they are left out wherever time matters", n=f"{span.missing:,}")
        found.append(finding("time_missing", "warning", said, span.column, rows=span.missing))
    if span.duplicates:
        said = text("rows with a time that their machine or run already had: {n}", n=f"{span.duplicates:,}")
        found.append(finding("time_duplicate", "warning", said, span.column, rows=span.duplicates))
    if span.backward:
        found.append(_backward(look, span))
    return found + _gaps(look, span)


def _undated(look: Look) -> list[Finding]:
    said = text("there is no time column: nothing can be said about when, how early or how often")
    found = [finding("time_none", "warning", said)]
    alike = look.neighbours_alike
    if alike > 0.2 and len(look.features) > 1 and not full_grid(look):
        said = text(
            "the rows are in some order of time although no date is written: each row resembles the one before"
            " (correlation {r}); the order is kept, and rows are never mixed for a test",
            r=f"{alike:.2f}",
        )
        found.append(finding("ordered_undated", "warning", said))
    return found


def _sampling(span: TimeSpan) -> Finding:
    step = duration(span.sampling_s or 0.0)
    if span.regularity == "regular":
        return finding("sampling_regular", "info", text("a row every {step}", step=step), span.column)
    if span.regularity == "by_exception":
        said = text("rows come only when a value has changed (half of them within {step})", step=step)
        return finding("sampling_by_exception", "info", said, span.column)
    said = text("rows come irregularly, most often every {step}", step=step)
    return finding("sampling_irregular", "warning", said, span.column)


def _backward(look: Look, span: TimeSpan) -> Finding:
    back = look.steps_s[look.steps_s < 0]
    step, largest = look.sampling_s or 0.0, duration(float(-back.min()))
    hours = np.abs(back - step + _HOUR) < 1.0
    if len(back) <= 4 and hours.any():
        place = int(np.flatnonzero(look.steps_s < 0)[np.flatnonzero(hours)[0]])
        said = text(
            "the clock was set back an hour at {when}: the hour after it is there twice",
            when=moment(int((look.time_ns if look.time_ns is not None else np.zeros(1))[place])),
        )
        return finding("clock_change", "warning", said, span.column, rows=len(back))
    said = text("places where time goes back: {n}, at most by {largest}", n=f"{len(back):,}", largest=largest)
    return finding("time_goes_back", "warning", said, span.column, rows=len(back))


def _gaps(look: Look, span: TimeSpan) -> list[Finding]:
    if not span.gaps or span.regularity == "by_exception" or look.time_ns is None:
        return []
    share = span.left_out_s / span.covered_s if span.covered_s else 0.0
    level = "warning" if share > 0.05 or span.longest_gap_s > 20 * (span.sampling_s or np.inf) else "info"
    said = text(
        "gaps without rows: {n}, the longest {longest}; together {share} of the time",
        n=f"{span.gaps:,}",
        longest=duration(span.longest_gap_s),
        share=percent(share),
    )
    return [finding("time_gaps", level, said, span.column, rows=span.gaps)]


def _ordered_steps(look: Look) -> Floats:
    """Positive seconds between rows of one clock once they are put in order."""
    time, clocks = _timed(look)
    order = in_time_order(time, clocks)
    steps = np.diff(time[order])[np.diff(clocks[order]) == 0] / NS
    return np.asarray(steps[steps > 0])


def _duplicates(look: Look) -> int:
    """Rows whose time, machine and lot were all there before."""
    time, clocks = _timed(look)
    if (lot := look.dataset.name_of(Role.LOT)) is not None:
        lots, names = codes(look.dataset, lot)
        clocks = clocks * len(names) + lots[look.timed]
    order = in_time_order(time, clocks)
    return int(np.count_nonzero((np.diff(time[order]) == 0) & (np.diff(clocks[order]) == 0)))


def _timed(look: Look) -> tuple[Ints, Ints]:
    time = look.time_ns if look.time_ns is not None else np.zeros(0, dtype=np.int64)
    return time[look.timed], look.clocks[look.timed]


def _regularity(look: Look, positive: Floats) -> str:
    if not len(positive) or look.sampling_s is None:
        return "irregular"
    near = np.abs(positive - look.sampling_s) <= 0.1 * look.sampling_s
    if np.mean(near) >= 0.8:
        return "regular"
    spread = np.quantile(positive, 0.9) / np.quantile(positive, 0.1)
    return "by_exception" if spread >= 10 and _mostly_empty(look) else "irregular"


def _mostly_empty(look: Look) -> bool:
    """Whether most cells of the measured columns hold nothing, as when each row reports one tag."""
    missing = [look.known[name].missing for name in look.features]
    return len(missing) > 1 and float(np.mean(missing)) > 0.4 * len(look.dataset)


def _iso(time_ns: int) -> str:
    return str(np.datetime64(time_ns, "ns").astype("datetime64[ms]")) + "Z"
