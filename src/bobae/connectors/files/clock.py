"""The time column: which one it is, in which zone, and the known ways in which clocks are written wrongly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.connectors.files import counts
from bobae.connectors.files.columns import Field
from bobae.connectors.files.times import Times, parse
from bobae.core import BadInput, Bools, Finding, Ints, Kind, Role, text

_DAY = 86_400 * 10**9
_HOUR = 3600 * 10**9
_SURELY = re.compile(r"^(date ?)?time( ?stamp)?$|^timestamp|^date( ?time)?$|일시|시각|^ts$", re.IGNORECASE)
_START = re.compile(r"start|begin|creat|시작", re.IGNORECASE)


@dataclass(frozen=True)
class Clock:
    """The fields with their times settled, and what there is to tell about them."""

    fields: list[Field]
    findings: list[Finding]


def settle(fields: Sequence[Field], files: Ints, zone: str | None) -> Clock:
    """Choose the time column, bring every time to UTC and mend what is known to be wrong.

    Args:
        fields: all columns.
        files: which file each row came from (rows,).
        zone: IANA name of the zone of times that name none; None takes them as UTC.

    Raises:
        BadInput: there is no such zone.
    """
    _check(zone)
    findings: list[Finding] = []
    fields = _joined(_agreed(fields, findings), findings)
    fields = [_from_numbers(field, findings) for field in fields]
    if not any(field.kind is Kind.TIME for field in fields):
        fields = _relative(fields, files, findings)
    chosen = _choose(fields, files)
    out = []
    for field in fields:
        if field is chosen:
            mended = replace(field, times=_midnights(field, files, findings))
            field = replace(_to_utc(mended, files, zone, findings), role=Role.TIME)
        elif field.kind is Kind.TIME:
            field = replace(_to_utc(field, files, zone, []), reason=text("another time beside the time column"))
        out.append(field)
    return Clock(out, findings)


def _check(zone: str | None) -> None:
    try:
        if zone is not None:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            "no time zone is called {zone!r}; write it like Asia/Seoul or Europe/Berlin", zone=zone
        ) from error


def _agreed(fields: Sequence[Field], findings: list[Finding]) -> list[Field]:
    """Where one column cannot tell day from month, another one of the same form may; else it is told."""
    sure = [field.times for field in fields if field.times is not None and not field.times.ambiguous]
    orders = {times.order for times in sure if times.order}
    out = []
    for field in fields:
        times = field.times
        if times is not None and field.form is not None and times.ambiguous:
            if len(orders) == 1:
                field = replace(field, times=parse(field.values, field.form, order=next(iter(orders))))
            else:
                findings.append(_day_or_month(field, times.order))
        out.append(field)
    return out


def _day_or_month(field: Field, order: str) -> Finding:
    orders = {"dmy": text("day/month/year"), "mdy": text("month/day/year")}
    said = text(
        "{column}: nothing in the file tells day from month ('{example}'); it was read as {order}",
        column=field.name,
        example=next((cell.as_py() for cell in field.values if cell.is_valid), ""),
        order=orders.get(order, text("year/month/day")),
    )
    return Finding("day_or_month", "warning", said, (field.name,))


def _joined(fields: Sequence[Field], findings: list[Finding]) -> list[Field]:
    """A date column and a clock column become one."""
    dates = [f for f in fields if f.form and f.form.date and not f.form.clock]
    clocks = [f for f in fields if f.form and not f.form.date]
    if not clocks:
        return list(fields)
    if not dates:  # a clock alone says nothing of the day
        texts = [replace(f, kind=Kind.TEXT, times=None, reason=text("a time of day without its date")) for f in clocks]
        return [texts[clocks.index(f)] if f in clocks else f for f in fields]
    date, clock = dates[0], clocks[0]
    name = f"{date.name} {clock.name}"
    said = text("{date} and {clock} together are the time", date=date.name, clock=clock.name)
    findings.append(Finding("date_and_clock", "info", said, (name,)))
    joined = replace(date, name=name, times=_sum(date.times, clock.times))
    return [joined if f is date else f for f in fields if f is not clock]


def _sum(date: Times | None, clock: Times | None) -> Times | None:
    if date is None or clock is None:
        return date
    valid = date.valid & clock.valid
    return replace(date, ns=np.where(valid, date.ns + clock.ns, 0), valid=valid)


def _from_numbers(field: Field, findings: list[Finding]) -> Field:
    count = counts.calendar(field)
    if count is None:
        return field
    said = text("the numbers in {column} are {how}; they were read as times", column=field.name, how=count.how)
    findings.append(Finding("time_as_number", "info", said, (field.name,)))
    return Field(field.name, Kind.TIME, field.values, times=count.times)


def _relative(fields: Sequence[Field], files: Ints, findings: list[Finding]) -> list[Field]:
    """Without a real time, the first column of numbers that runs on like a clock will do."""
    out = list(fields)
    for i, field in enumerate(fields):
        lapse = counts.lapse(field, files)
        if lapse is not None:
            said = text(
                "{column} counts {unit} from an unknown start; it serves as the time, but its dates mean nothing",
                column=field.name,
                unit=field.unit or "s",
            )
            findings.append(Finding("relative_time", "warning", said, (field.name,)))
            out[i] = Field(field.name, Kind.TIME, field.values, times=replace(lapse, zoned=lapse.valid))
            break
    return out


def _choose(fields: Sequence[Field], files: Ints) -> Field | None:
    """The time column: the one that is there and runs on, named like a time, the leftmost."""
    candidates = [field for field in fields if field.times is not None]

    def merit(field: Field) -> tuple[bool, bool, bool, float]:
        assert field.times is not None
        filled = float(field.times.valid.mean()) if len(field.times.valid) else 0.0
        steps = np.diff(field.times.ns)[(np.diff(files) == 0) & field.times.valid[1:] & field.times.valid[:-1]]
        onward = bool(len(steps) == 0 or np.mean(steps >= 0) > 0.9)
        return filled > 0.5, bool(_SURELY.search(field.name)), onward or bool(_START.search(field.name)), filled

    return max(candidates, key=merit, default=None)


def _midnights(field: Field, files: Ints, findings: list[Finding]) -> Times | None:
    """Rows of 00:00 that stand last of a day but carry its date belong to the next day."""
    times = field.times
    if times is None or len(times.ns) < 3:
        return times
    back = np.zeros(len(times.ns), dtype=bool)
    back[1:] = (np.diff(times.ns) < 0) & (np.diff(files) == 0) & times.valid[1:] & times.valid[:-1]
    before = np.roll(times.ns, 1)
    after = np.append(times.ns[1:], np.iinfo(np.int64).max)
    after[:-1][np.diff(files) != 0] = np.iinfo(np.int64).max
    wrong = back & (times.ns % _DAY == 0) & (times.ns // _DAY == before // _DAY) & (before % _DAY >= 20 * _HOUR)
    wrong &= after >= times.ns + _DAY  # the log goes on in the next day, it does not begin the same day anew
    if not wrong.any() or wrong.sum() < 0.8 * back.sum():
        return times
    said = text(
        "{n} rows of midnight in {column} carry the date of the day before; they were moved to the next day",
        n=int(wrong.sum()),
        column=field.name,
    )
    findings.append(Finding("midnight_date", "warning", said, (field.name,), int(wrong.sum())))
    return replace(times, ns=np.where(wrong, times.ns + _DAY, times.ns))


def _to_utc(field: Field, files: Ints, zone: str | None, findings: list[Finding]) -> Field:
    times = field.times
    if times is None:
        return field
    local = times.valid & ~times.zoned
    ns = times.ns
    if local.any():
        if zone is not None:
            ns = np.where(local, _localised(ns, local, zone), ns)
        else:
            findings.append(_no_zone(field, times, files))
    values = pa.array(ns, mask=~times.valid).cast(pa.timestamp("ns", "UTC"))
    return replace(field, kind=Kind.TIME, values=pa.chunked_array([values]), times=times)


def _localised(ns: Ints, local: Bools, zone: str) -> Ints:
    """Local times as UTC; in the hour that comes twice in autumn, the second pass begins where time steps back."""
    naive = pa.array(ns, mask=~local).cast(pa.timestamp("ns"))
    early, late = (
        pc.fill_null(
            pc.assume_timezone(naive, zone, ambiguous=which, nonexistent="earliest").cast(pa.int64()), 0
        ).to_numpy()
        for which in ("earliest", "latest")
    )
    twice = early != late
    if not twice.any():
        return np.asarray(early)
    out = early.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], twice.astype(np.int8), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        back = np.flatnonzero(np.diff(ns[start:end]) < 0)
        if len(back):
            out[start + back[0] + 1 : end] = late[start + back[0] + 1 : end]
    return np.asarray(out)


def _no_zone(field: Field, times: Times, files: Ints) -> Finding:
    if (times.valid & times.zoned).any():
        said = text(
            "some times in {column} name their zone and others do not; those were taken as UTC: give the time zone",
            column=field.name,
        )
        return Finding("time_zone_needed", "problem", said, (field.name,))
    steps = np.diff(times.ns)[(np.diff(files) == 0) & times.valid[1:] & times.valid[:-1]]
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    # a clock set back by an hour shows as one step of an hour less the usual step
    set_back = np.abs(steps + _HOUR - usual) <= max(usual, 60 * 10**9) / 10
    if usual < _HOUR and 0 < set_back.sum() <= 5:
        said = text(
            "{column} names no time zone and its clock was set back by an hour: give the time zone, "
            "so that the hour that comes twice is told apart",
            column=field.name,
        )
        return Finding("time_zone_needed", "warning", said, (field.name,), int(set_back.sum()))
    said = text(
        "{column} names no time zone; it was taken as UTC, which matters only where summer time is kept or another "
        "source is joined",
        column=field.name,
    )
    return Finding("no_time_zone", "info", said, (field.name,))
