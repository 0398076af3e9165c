"""A trend as wide as a screen: of each column of pixels the lowest and the highest value, and what is known of it.

The answer is packed as `packing` says. Its header has `from_ms`, `step_ms` (of a column; milliseconds since 1970),
`rows` (columns of pixels), `quality_known` (whether bad samples can be told from none: not where only one-minute rows
are left) and `tags`: `[{"tag", "kind", "unit", "texts"}]`. For tag number i it has the columns

- `low i`, `high i` (f64): the lowest and highest good value, or the value that is carried on; NaN where none is known.
  A flag is 0 or 1; a text is its place in `texts`, which lists those that occur.
- `state i` (u8): 0 nothing is known: a gap; 1 good samples; 2 none came, the last good one is carried on; 3 good
  samples and others; 4 only samples that are not good.
"""

import time
from typing import Annotated, Any, NamedTuple

import numpy as np
from fastapi import Query, Response
from pydantic import Field

from bobae.api.gate import gated_router, needs
from bobae.api.packing import packed
from bobae.api.plant import ThePlant
from bobae.api.questions import From, Nothing, To
from bobae.api.samples import rows_of
from bobae.core import Aggregate, BadInput, Floats, Quality, Statuses, StoreReader, TagRow

NOTHING, MEASURED, CARRIED, MIXED, NOT_GOOD = range(5)
MEDIA_TYPE = "application/vnd.bobae.packed"
_MS, _MINUTE_NS = 1_000_000, 60_000_000_000
router = gated_router("samples")


class WhichTrend(Nothing):
    """Parameters of /trend."""

    tag: list[str] = Field(min_length=1, max_length=20, description="path of a tag; may be given many times")
    t0_ns: From
    t1_ns: To
    width: int = Field(default=1000, ge=10, le=4000, description="columns of pixels, at the most")


class Span(NamedTuple):
    """Columns of time: `rows` of `step_ns` from `t0_ns` on."""

    t0_ns: int
    step_ns: int
    rows: int

    @property
    def t1_ns(self) -> int:
        """The end of the last."""
        return self.t0_ns + self.step_ns * self.rows

    @classmethod
    def over(cls, t0_ns: int, t1_ns: int, width: int, *, least_ns: int = _MS) -> "Span":
        """At most `width` columns that cover t0 to t1, of whole milliseconds; of whole minutes where they are longer.

        Example:
            >>> Span.over(0, 10_000_000_000, 10)
            Span(t0_ns=0, step_ns=1000000000, rows=10)
        """
        wanted = max(-(-(t1_ns - t0_ns) // width), least_ns)
        whole = _MINUTE_NS if wanted >= _MINUTE_NS else _MS
        begin = t0_ns // whole * whole
        step = -(-max(-(-(t1_ns - begin) // width), least_ns) // whole) * whole
        return cls(begin, step, -(-(t1_ns - begin) // step))


@router.get("/trend", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
@needs("plant.read")
def trend(plant: ThePlant, asked: Annotated[WhichTrend, Query()]) -> Response:
    """Tags over any time, thinned to the pixels that show them without losing a peak or a gap; see api/trend.py."""
    if asked.t1_ns <= asked.t0_ns:
        raise BadInput("a trend needs a time that ends after it begins; ask for 'from' before 'to'")
    plant.reader.last(asked.tag)  # says it where one is unknown
    known = rows_of(plant.reader, asked.tag)
    span = Span.over(asked.t0_ns, asked.t1_ns, asked.width)
    try:
        lines = [_line(plant.reader, known[tag], span, quality_known=True) for tag in asked.tag]
    except BadInput:  # only one-minute rows are left of some of it
        span = Span.over(asked.t0_ns, asked.t1_ns, asked.width, least_ns=_MINUTE_NS)
        lines = [_line(plant.reader, known[tag], span, quality_known=False) for tag in asked.tag]
    return Response(_packed(span, [known[tag] for tag in asked.tag], lines), media_type=MEDIA_TYPE)


class Line(NamedTuple):
    """One tag, column by column, as the module says; `quality_known` as in the header."""

    low: Floats
    high: Floats
    state: Statuses
    texts: list[str]
    quality_known: bool


def _line(reader: StoreReader, row: TagRow, span: Span, *, quality_known: bool) -> Line:
    aggs: list[Aggregate] = ["last", "count"] if row.kind == "text" else ["last", "count", "min", "max"]
    asked = ([row.path], span.t0_ns, span.t1_ns, span.step_ns)
    frame = reader.frame(*asked, aggs=aggs)
    last, count = frame.values[0, 0], np.nan_to_num(frame.values[0, 1])
    low, high = (last, last) if row.kind == "text" else (frame.values[0, 2], frame.values[0, 3])
    came = count
    if quality_known:
        came = np.nan_to_num(reader.frame(*asked, aggs=["count"], quality=Quality.ALL).values[0, 0])
    yet_to_come = span.t0_ns + span.step_ns * np.arange(span.rows) >= time.time_ns()
    state = np.select(
        [(count > 0) & (came > count), count > 0, came > 0, ~np.isnan(last) & ~yet_to_come],
        [MIXED, MEASURED, NOT_GOOD, CARRIED],
        NOTHING,
    )
    shown = np.isin(state, (MEASURED, MIXED, CARRIED))
    low = np.where(shown, np.where(state == CARRIED, last, low), np.nan)
    high = np.where(shown, np.where(state == CARRIED, last, high), np.nan)
    if row.kind != "text":
        return Line(low, high, state, [], quality_known)
    occurring, place = np.unique(low, return_inverse=True)  # NaN sorts last
    texts = [frame.texts[int(number)] for number in occurring[~np.isnan(occurring)]]
    numbers = np.where(np.isnan(low), np.nan, place)
    return Line(numbers, numbers, state, texts, quality_known)


def _packed(span: Span, rows: list[TagRow], lines: list[Line]) -> bytes:
    told = [
        {"tag": row.path, "kind": row.kind, "unit": row.unit, "texts": line.texts}
        for row, line in zip(rows, lines, strict=True)
    ]
    columns: dict[str, tuple[str, Any]] = {}
    for i, line in enumerate(lines):
        columns |= {f"low {i}": ("f64", line.low), f"high {i}": ("f64", line.high), f"state {i}": ("u8", line.state)}
    header = {
        "from_ms": span.t0_ns // _MS,
        "step_ms": span.step_ns // _MS,
        "rows": span.rows,
        "quality_known": all(line.quality_known for line in lines),
        "tags": told,
    }
    return packed(header, columns)
