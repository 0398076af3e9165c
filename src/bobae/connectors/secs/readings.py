"""Event reports and traces as columns: what each wish gets out of a message, and when it was true."""

import datetime as dt
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.connectors.secs.items import Item, Malformed
from bobae.connectors.secs.plan import Plan, Positions, Report
from bobae.connectors.secs.times import NS, moment_ns, resolution_ns
from bobae.core import Floats, Gap, Ints, Readings, Statuses, Texts

NO_VALUE = 0x80B1_0000  # BadNoData: the equipment knows the variable, but has no value
_PLAIN = frozenset({float, int, bool})


def identity(item: Item) -> str:
    """An id as it stands in plant.yaml."""
    return str(item)


def columns(values: Sequence[Item]) -> tuple[Floats, Statuses, Texts | None]:
    """Values, statuses and texts of some items; what is neither number nor flag nor text is bad.

    Example:
        >>> columns([1, True, "LOT-1", []])
        (array([ 1.,  1., nan, nan]), array([         0,          0,          0, 2159083520], dtype=uint32), array([None, None, 'LOT-1', None], dtype=object))
    """  # noqa: E501
    if set(map(type, values)) <= _PLAIN:
        numbers = np.array(values, dtype=np.float64)
        return numbers, np.where(np.isnan(numbers), np.uint32(NO_VALUE), np.uint32(0)), None
    numbers = np.full(len(values), np.nan)
    statuses = np.zeros(len(values), dtype=np.uint32)
    texts: Texts = np.full(len(values), None, dtype=object)
    for i, item in enumerate(values):
        if isinstance(item, (bool, int, float)):
            numbers[i] = item
            statuses[i] = NO_VALUE if item != item else 0
        elif isinstance(item, str):
            texts[i] = item
        elif isinstance(item, bytes) and len(item) == 1:
            numbers[i] = item[0]
        else:
            statuses[i] = Gap.WRONG_KIND if item else NO_VALUE
    return numbers, statuses, texts


def spread(values: Sequence[Item], where: Sequence[Positions], time_ns: int) -> Readings | None:
    """Readings of one moment: each value at each of its positions; None where nobody wants one."""
    numbers, statuses, texts = columns(values)
    index = np.repeat(np.arange(len(values)), [len(positions) for positions in where])
    if not len(index):
        return None
    position = np.array([one for positions in where for one in positions], dtype=np.int32)
    return Readings(
        position,
        np.full(len(index), time_ns),
        numbers[index],
        statuses[index],
        None if texts is None else texts[index],
    )


def joined(parts: Sequence[Readings]) -> Readings:
    """Readings one after the other; all are past, or none is."""
    if len(parts) == 1:
        return parts[0]
    texts = None
    if any(one.text is not None for one in parts):
        texts = np.concatenate(
            [np.full(len(one.position), None, dtype=object) if one.text is None else one.text for one in parts]
        )
    return Readings(
        np.concatenate([one.position for one in parts]),
        np.concatenate([one.time_ns for one in parts]),
        np.concatenate([one.value for one in parts]),
        np.concatenate([one.status for one in parts]),
        texts,
        parts[0].past,
    )


@dataclass(frozen=True)
class _Taken:
    """What is taken out of one report: which of its values, for which positions."""

    width: int
    clock: int | None
    pick: Callable[[Sequence[Item]], tuple[Item, ...]]
    positions: Any


class Events:
    """Reads event reports (S6F11).

    Args:
        plan: who wants what.
        reports: number -> what is in it.
        clock: the variable that holds the time, or None.
    """

    def __init__(self, plan: Plan, reports: Mapping[str, Report], clock: str | None) -> None:
        self._plan, self._reports, self._clock = plan, reports, clock
        self._known: dict[tuple[Item, Item], _Taken | None] = {}

    def read(
        self, item: Item, zone: dt.tzinfo, now_ns: int, *, happened: bool = True
    ) -> tuple[Readings | None, int | None]:
        """What an event report tells, and the time that it says; one that was only asked for has not happened.

        Raises:
            Malformed: it is no event report, or another report than was defined.
        """
        event, reports = (item[1], item[2]) if isinstance(item, list) and len(item) == 3 else (None, None)
        if not isinstance(reports, list):
            raise Malformed("no event report")
        values: list[Item] = []
        positions: list[Any] = []
        said_ns: int | None = None
        for report in reports:
            number, shown = report if isinstance(report, list) and len(report) == 2 else (None, None)
            if not isinstance(shown, list):
                raise Malformed("no event report")
            taken = self._taken(event, number)
            if taken is None:
                continue
            if len(shown) != taken.width:
                raise Malformed(f"report {identity(number)} has {len(shown)} values instead of {taken.width}")
            if taken.clock is not None and said_ns is None:
                said_ns = moment_ns(shown[taken.clock], zone)
            values += taken.pick(shown)
            positions.append(taken.positions)
        if happened and (own := self._plan.events.get(identity(event))):
            values += [1.0] * len(own)
            positions.append(np.array(own, dtype=np.int32))
        if not values:
            return None, said_ns
        numbers, statuses, texts = columns(values)
        time_ns = now_ns if said_ns is None else said_ns
        position = positions[0] if len(positions) == 1 else np.concatenate(positions)
        return Readings(position, np.full(len(values), time_ns), numbers, statuses, texts), said_ns

    def knows(self, item: Item) -> bool:
        """Whether every report in a message is one that bobae has defined, or been told of."""
        reports = item[2] if isinstance(item, list) and len(item) == 3 and isinstance(item[2], list) else []
        return all(not isinstance(one, list) or not one or identity(one[0]) in self._reports for one in reports)

    def _taken(self, event: Item, number: Item) -> _Taken | None:
        key = (_hashable(event), _hashable(number))
        if key not in self._known:
            self._known[key] = self._compiled(identity(event), identity(number))
        return self._known[key]

    def _compiled(self, event: str, number: str) -> _Taken | None:
        report = self._reports.get(number)
        if report is None:
            return None
        wanted = [
            (i, position)
            for i, variable in enumerate(report.variables)
            for position in self._plan.reported.get((event, variable), ())
        ]
        clock = report.variables.index(self._clock) if self._clock in report.variables else None
        indexes = [i for i, _ in wanted]
        return _Taken(
            len(report.variables), clock, _picker(indexes), np.array([at for _, at in wanted], dtype=np.int32)
        )


def _hashable(item: Item) -> Item:
    return repr(item) if isinstance(item, list) else item


def _picker(indexes: Sequence[int]) -> Callable[[Sequence[Item]], tuple[Item, ...]]:
    if len(indexes) > 1:
        picked: Callable[[Sequence[Item]], tuple[Item, ...]] = operator.itemgetter(*indexes)
        return picked
    return lambda values: tuple(values[i] for i in indexes)


class Trace:
    """Reads the samples of one trace (S6F1).

    The time of a sample is that of its message (STIME), less one period for each later one in it. Where STIME is
    coarser than the period, samples follow one another by the period as long as STIME does not contradict.

    Args:
        number: of the trace, as the equipment sends it.
        where: positions for each of its variables, in order.
        period_ns: between samples.
    """

    def __init__(self, number: str, where: Sequence[Positions], period_ns: int) -> None:
        self.number = number
        self._width = len(where)
        self._pick = np.repeat(np.arange(self._width), [len(positions) for positions in where])
        self._position = np.array([one for positions in where for one in positions], dtype=np.int32)
        self._period_ns = period_ns
        self._begin_ns: int | None = None  # when sample 0 would have been

    def read(self, item: Item, zone: dt.tzinfo, now_ns: int) -> tuple[Readings, int | None]:
        """The samples in a message, and the time that it says.

        Raises:
            Malformed: it holds something else than whole samples.
        """
        _, last, written, values = item if isinstance(item, list) and len(item) == 4 else [None] * 4
        if not isinstance(last, int) or not isinstance(values, list) or not values or len(values) % self._width:
            raise Malformed(f"no samples of the {self._width} variables of trace {self.number}")
        count = len(values) // self._width
        said_ns = moment_ns(written, zone)
        end_ns = self._end_ns(last, said_ns, written, now_ns)
        times: Ints = end_ns - self._period_ns * np.arange(count - 1, -1, -1, dtype=np.int64)
        numbers, statuses, texts = columns(values)
        index = (self._pick + self._width * np.arange(count)[:, np.newaxis]).ravel()
        rows = Readings(
            np.tile(self._position, count),
            np.repeat(times, len(self._position)),
            numbers[index],
            statuses[index],
            None if texts is None else texts[index],
        )
        return rows, said_ns

    def _end_ns(self, last: int, said_ns: int | None, written: Item, now_ns: int) -> int:
        """When the last sample in a message was taken."""
        if said_ns is None:
            low, high, begin = now_ns - NS, now_ns, now_ns
        else:
            low, high, begin = said_ns, said_ns + resolution_ns(written) - 1, said_ns
        expected = begin if self._begin_ns is None else self._begin_ns + last * self._period_ns
        if not low <= expected <= high:
            expected = begin if high - low < self._period_ns else min(max(expected, low), high)
        self._begin_ns = expected - last * self._period_ns
        return expected
