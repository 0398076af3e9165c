"""Tags and samples: what there is, what it shows now, what it showed, and side by side on a grid."""

import json
import math
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Query, Response
from pydantic import BaseModel, Field

from bobae.api.gate import gated_router, needs
from bobae.api.plant import ThePlant
from bobae.api.questions import WhichFrame, WhichLast, WhichSamples, WhichTags
from bobae.api.times import all_rfc3339, rfc3339
from bobae.core import GAP_REASONS, BadInput, Floats, Frame, Samples, StoreReader, TagRow, seconds_of, text

MOST_CELLS = 200_000
_FIRST_LOOK_NS = 60 * 1_000_000_000
_LONGEST_LOOK_NS = 7 * 24 * 3600 * 1_000_000_000
_WORDS = (text("good"), text("uncertain"), text("bad"), text("bad"))  # by the two highest bits of a status

router = gated_router("samples")
Value = float | bool | str | None


class ToldTag(BaseModel):
    """One tag."""

    tag: str
    kind: Literal["number", "flag", "text"]
    unit: str | None = Field(description="UCUM code")


class TagPage(BaseModel):
    """A page of tags."""

    items: list[ToldTag]
    next: int | None = Field(description="`cursor` of the next page; null: that was all")


class ToldSample(BaseModel):
    """One sample; a number that JSON does not have is written 'Infinity' or '-Infinity'."""

    tag: str
    time: str
    value: Value = Field(description="null where there is none")
    status: int = Field(description="OPC UA status code")
    status_text: str = Field(description="the same in words")
    gap: str | None = Field(description="why there is no sample from here on")
    received: str | None


class SamplePage(BaseModel):
    """Samples, tag by tag in time order."""

    items: list[ToldSample]
    next: str | None = Field(default=None, description="`cursor` of the next page; null: that was all")


class FrameColumn(BaseModel):
    """One tag and one aggregate over all rows."""

    tag: str
    agg: str
    unit: str | None
    values: list[Value]


class ToldFrame(BaseModel):
    """Tags side by side; a row stands for the time between the row before and its own."""

    time: list[str]
    columns: list[FrameColumn]


@router.get("/tags")
@needs("plant.read")
def tags(plant: ThePlant, asked: Annotated[WhichTags, Query()]) -> TagPage:
    """All tags, in the order they were first seen."""
    after, wanted = -1 if asked.cursor is None else asked.cursor, asked.q.casefold()
    found = (row for row in plant.reader.tags() if row.id > after and wanted in row.path.casefold())
    rows = [row for row, _ in zip(found, range(asked.limit + 1), strict=False)]
    items = [ToldTag(tag=row.path, kind=row.kind, unit=row.unit) for row in rows[: asked.limit]]
    return TagPage(items=items, next=rows[asked.limit - 1].id if len(rows) > asked.limit else None)


@router.get("/samples/last", responses={200: {"model": SamplePage}})
@needs("plant.read")
def last(plant: ThePlant, asked: Annotated[WhichLast, Query()]) -> Response:
    """The newest sample of each tag that has one."""
    return _json({"items": _told(plant.reader, asked.tag, plant.reader.last(asked.tag)), "next": None})


@router.get("/samples", responses={200: {"model": SamplePage}})
@needs("plant.read")
def samples(plant: ThePlant, asked: Annotated[WhichSamples, Query()]) -> Response:
    """Every sample of one tag as it came, corrected ones in their last version."""
    begin = asked.t0_ns if asked.cursor is None else asked.cursor
    found = _first(plant.reader, asked.tag, begin, asked.t1_ns, limit=asked.limit + 1)
    page = found.rows(slice(asked.limit))
    following = rfc3339(int(page.time_ns[-1])) if len(found) > asked.limit else None
    return _json({"items": _told(plant.reader, [asked.tag], page), "next": following})


@router.get("/frame", responses={200: {"model": ToldFrame}})
@needs("plant.read")
def frame(plant: ThePlant, asked: Annotated[WhichFrame, Query()]) -> Response:
    """Tags side by side on a grid of times, column by column."""
    step_ns = round(seconds_of(asked.step) * 1e9)
    rows = (asked.t1_ns - asked.t0_ns) // max(step_ns, 1)
    if rows < 1:
        raise BadInput(
            "no row fits between {start} and {end} at steps of {step}; ask for a longer time or a shorter step",
            start=rfc3339(asked.t0_ns),
            end=rfc3339(asked.t1_ns),
            step=asked.step,
        )
    if (cells := rows * len(asked.tag) * len(asked.agg)) > MOST_CELLS:
        raise BadInput(
            "this frame would have {cells} cells, at most {most} are given at once; ask for fewer tags, a shorter time"
            " or a longer step",
            cells=f"{cells:,}",
            most=f"{MOST_CELLS:,}",
        )
    found = plant.reader.frame(asked.tag, asked.t0_ns, asked.t1_ns, step_ns, aggs=asked.agg)
    known = rows_of(plant.reader, asked.tag)
    columns = [
        {
            "tag": tag,
            "agg": agg,
            "unit": known[tag].unit,
            "values": _column(found, found.values[i, j], known[tag], agg),
        }
        for i, tag in enumerate(found.tags)
        for j, agg in enumerate(found.aggs)
    ]
    return _json({"time": all_rfc3339(found.time_ns), "columns": columns})


def _json(content: Any) -> Response:
    """Made here, in the thread that read, so that other requests are answered meanwhile."""
    return Response(json.dumps(content, ensure_ascii=False, allow_nan=False), media_type="application/json")


def rows_of(reader: StoreReader, wanted: list[str]) -> dict[str, TagRow]:
    """Those of the tags `wanted` that there are, by path."""
    return {row.path: row for row in reader.tags() if row.path in set(wanted)}


def _first(reader: StoreReader, tag: str, t0_ns: int, t1_ns: int, *, limit: int) -> Samples:
    """The first samples with t0 < time <= t1, looked for stretch by stretch: a year is not read for one page."""
    parts, look_ns, found = [reader.raw([tag], t0_ns, t0_ns)], _FIRST_LOOK_NS, 0
    while t0_ns < t1_ns and found < limit:
        until = min(t0_ns + look_ns, t1_ns)
        parts.append(reader.raw([tag], t0_ns, until))
        found += len(parts[-1])
        t0_ns, look_ns = until, min(2 * look_ns, _LONGEST_LOOK_NS)
    return Samples.joined(parts).rows(slice(limit))


def _told(reader: StoreReader, wanted: list[str], found: Samples) -> list[dict[str, Any]]:
    by_id = {row.id: row for row in rows_of(reader, wanted).values()}
    texts = [None] * len(found) if found.text is None else found.text.tolist()
    received = [None] * len(found) if found.receipt_ns is None else all_rfc3339(found.receipt_ns)
    columns = (found.tag.tolist(), all_rfc3339(found.time_ns), found.value.tolist(), found.status.tolist())
    return [
        {
            "tag": by_id[tag].path,
            "time": time,
            "value": written if by_id[tag].kind == "text" else _value(value, by_id[tag].kind),
            "status": status,
            "status_text": str(_WORDS[status >> 30]),
            "gap": str(GAP_REASONS[status]) if status in GAP_REASONS else None,
            "received": receipt,
        }
        for tag, time, value, status, written, receipt in zip(*columns, texts, received, strict=True)
    ]


def _value(value: float, kind: str) -> Value:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value > 0 if kind == "flag" else value


def _column(frame: Frame, values: Floats, row: TagRow, agg: str) -> list[Value]:
    if row.kind == "text" and agg in ("last", "first"):
        return [None if math.isnan(number) else frame.texts[int(number)] for number in values.tolist()]
    kind = row.kind if agg in ("last", "first") else "number"
    return [_value(value, kind) for value in np.asarray(values).tolist()]
