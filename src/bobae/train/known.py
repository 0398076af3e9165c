"""Known faults: a column of 0/1 marks, or a maintenance log. Both are a person's work, so both are coarse."""

from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Bools, Dataset, Kind, Role
from bobae.evidence.episodes import NS, Event, Windows, events_from_marks, inside_events, near_events
from bobae.train.rows import Rows

NORMAL_WORDS = frozenset(
    ("0", "0.0", "normal", "ok", "good", "pass", "healthy", "false", "no", "none", "정상", "양품", "합격")
)
KIND_NAMES = frozenset(("kind", "type", "category", "구분", "종류", "유형", "분류"))
PLANNED = ("planned", "scheduled", "preventive", "routine", "계획", "예방", "정기")
LOG_EARLY_S = 24 * 3600.0  # a log says when somebody acted, which is after the fault began


@dataclass(frozen=True)
class LoggedFault:
    """One line of a maintenance log: from when to when (ns UTC), what it was, and on which asset ('' for any).

    `exact` says that the beginning is that of the fault, and not of the work on it.
    """

    start_ns: int
    end_ns: int
    what: str = ""
    asset: str = ""
    exact: bool = False


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of faults in the rows.

    Attributes:
        labelled: whether anybody said which rows are faults.
        events: the known faults in time order.
        marks: rows inside a fault (rows,).
        near: rows inside or near a fault, which are neither learned from nor counted as normal (rows,).
        windows: how forgiving the match of alarms and faults is.
    """

    labelled: bool
    events: tuple[Event, ...]
    marks: Bools
    near: Bools
    windows: Windows


def known_faults(rows: Rows, log: tuple[LoggedFault, ...] | None = None) -> Known:
    """The known faults of these rows, from the log if there is one, else from the target column if there is one.

    Raises:
        BadInput: the target column is not a mark of faults.
    """
    windows = Windows.usual(rows.sampling_s)
    if log is not None:
        if not all(fault.exact for fault in log):
            windows = Windows(windows.hold_off_s, max(windows.early_s, LOG_EARLY_S), windows.late_s)
        events = _from_log(log, rows)
    elif (name := rows.data.name_of(Role.TARGET)) is not None:
        marks = fault_marks(rows.data, name)
        events = events_from_marks(marks.astype(np.float64), rows.time_ns, rows.machine, hold_off_s=windows.early_s)
    else:
        none = np.zeros(len(rows), dtype=np.bool_)
        return Known(False, (), none, none, windows)
    inside = inside_events(events, rows.time_ns, rows.machine)
    near = near_events(events, rows.time_ns, rows.machine, windows) >= 0
    return Known(True, tuple(events), inside, near, windows)


def fault_marks(data: Dataset, name: str) -> Bools:
    """Rows that the column marks as faults (rows,): not zero, or not a word for normal; missing is no mark.

    Raises:
        BadInput: it holds measurements, or words of which none means normal.
    """
    column = data.column(name)
    values = data.values(name)
    if column.kind in (Kind.NUMBER, Kind.FLAG):
        seen = np.unique(values[np.isfinite(values)])
        if len(seen) > 20 or (len(seen) and 0 not in seen):
            raise BadInput(
                "the column {name!r} does not mark faults: it must be 0 in normal running and another number in a "
                "fault, and it holds {values}",
                name=name,
                values=", ".join(f"{v:g}" for v in seen[:5]),
            )
        return np.asarray(np.nan_to_num(values) != 0, dtype=np.bool_)
    words = np.array(["" if v is None else str(v).strip().lower() for v in values], dtype=object)
    normal = np.isin(words, [*NORMAL_WORDS, ""])
    if not normal.any():
        raise BadInput(
            "the column {name!r} does not mark faults: none of its values means normal running (such as 0, ok, "
            "normal); it holds {values}",
            name=name,
            values=", ".join(sorted(set(words))[:5]),
        )
    return ~normal


def read_log(log: Dataset) -> tuple[LoggedFault, ...]:
    """A maintenance log as a table: the first time column is the start, the second, if any, the end.

    The asset column, if a column has that role, says which machine; the first other column of words says what it was,
    beside a column of kinds ('kind', 'type', '구분' ...). Lines of a kind that is planned work are no faults.

    Raises:
        BadInput: no column holds times.
    """
    times = [c.name for c in log.columns if c.kind is Kind.TIME]
    if not times:
        raise BadInput("the log {origin} has no column with dates and times", origin=log.origin or "-")
    asset = log.name_of(Role.ASSET)
    words = [c.name for c in log.columns if c.kind in (Kind.TEXT, Kind.CATEGORY) and c.name != asset]
    kind = next((name for name in words if name.strip().lower() in KIND_NAMES), None)
    said = next((name for name in words if name != kind), kind)
    start = log.values(times[0])
    end = log.values(times[1]) if len(times) > 1 else start
    faults = [
        LoggedFault(int(s), int(max(s, e)), what, who)
        for s, e, what, who, sort in zip(
            start, end, _words(log, said), _words(log, asset), _words(log, kind), strict=True
        )
        if not any(word in sort.lower() for word in PLANNED)
    ]
    return tuple(sorted(faults, key=lambda fault: (fault.start_ns, fault.asset)))


def _words(log: Dataset, name: str | None) -> list[str]:
    values = log.values(name) if name is not None else [None] * len(log)
    return ["" if value is None else str(value) for value in values]


def _from_log(log: tuple[LoggedFault, ...], rows: Rows) -> list[Event]:
    events = []
    for fault in log:
        for machine, name in enumerate(rows.machines):
            mine = rows.time_ns[rows.machine == machine]
            covered = len(mine) and mine[0] <= fault.end_ns and fault.start_ns - LOG_EARLY_S * NS <= mine[-1]
            if covered and fault.asset in ("", name):
                events.append(Event(fault.start_ns, fault.end_ns, machine, fault.what))
    return events
