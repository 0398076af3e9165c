"""The payloads of one topic taken apart: which tags stand together is worked out once, the values go into columns."""

import json
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson

from bobae.connectors.mqtt.addresses import Address, Step, walked
from bobae.connectors.mqtt.columns import BAD_DECODING, Columns
from bobae.connectors.mqtt.mapping import BAD, Mapping
from bobae.connectors.mqtt.times import all_ns, ns_of

LAST_USABLE = 0x4090_0000  # UncertainLastUsableValue: a value of which it is not known how old it is
_PLAIN = frozenset({int, float, bool})
_LARGEST = sys.float_info.max


class TopicReader:
    """Reads the messages of one topic for the tags that come from it.

    Args:
        tags: the position of each tag and its address, all of this topic.
        mapping: where time and quality stand.
        broken: told the positions of the tags that a payload should have had, and has otherwise.
    """

    def __init__(
        self, tags: Sequence[tuple[int, Address]], mapping: Mapping, broken: Callable[[Sequence[int]], None]
    ) -> None:
        self._positions = [position for position, _ in tags]
        self._bare = [position for position, address in tags if address.bare]
        together: dict[tuple[Any, ...], list[tuple[int, Address]]] = {}
        for position, address in tags:
            if not address.bare:
                together.setdefault((address.before, address.each, address.after[:-1]), []).append((position, address))
        self._groups = [_Group(members, mapping) for members in together.values()]
        self._broken = broken

    def read(self, payload: bytes, now_ns: int, rows: Columns, *, retained: bool = False) -> None:
        """Add what the payload says; a tag that it does not mention gets no row."""
        broken: list[int] = []
        try:
            for position in self._bare:
                rows.add_one(position, now_ns, _scalar(payload), LAST_USABLE if retained else 0)
            if self._groups:
                document, strict = _parsed(payload)
                for group in self._groups:
                    broken += group.read(document, now_ns, rows, retained=retained, strict=strict)
        except (ValueError, RecursionError):  # no UTF-8, no JSON, or JSON without end
            broken = self._positions
        if broken:
            for position in broken:
                rows.add_one(position, now_ns, None, BAD_DECODING)
            self._broken(broken)


def _parsed(payload: bytes) -> tuple[Any, bool]:
    """The JSON of a payload, and whether it is JSON as its standard has it: then every number is finite.

    Raises:
        ValueError, RecursionError: it is none.
    """
    try:
        return orjson.loads(payload), True
    except orjson.JSONDecodeError:  # Python's own reader takes NaN as well, which many machines send
        return json.loads(payload.decode()), False


def _scalar(payload: bytes) -> float | str:
    """A payload that is the value itself: a number, a flag, or else a text.

    Raises:
        ValueError: it is an array or an object, no text, or nothing.
    """
    written = payload.decode()
    try:
        value, _ = _parsed(payload)
    except (ValueError, RecursionError):
        value = written
    if _fits(value):
        return float(value)
    if not isinstance(value, str) or not value:
        raise ValueError(written)
    return value


def _fits(value: Any) -> bool:
    """Whether it is a number or a flag that float64 can hold."""
    return type(value) in _PLAIN and abs(value) <= _LARGEST


class _Group:
    """Tags whose values stand beside each other: in one object or array, or in each element of an array.

    Args:
        members: position and address of each tag; the addresses differ in their last step alone.
        mapping: where time and quality stand.
    """

    def __init__(self, members: Sequence[tuple[int, Address]], mapping: Mapping) -> None:
        place = members[0][1]
        self._before, self._each, self._after = place.before, place.each, place.after[:-1]
        steps: list[Step] = [address.after[-1] if address.after else None for _, address in members]
        self._members = [(position, step) for (position, _), step in zip(members, steps, strict=True)]
        self._positions = np.array([position for position, _ in members], dtype=np.int32)
        self._values = operator.itemgetter(*steps) if len(steps) > 1 else lambda holder: (holder[steps[0]],)
        self._mapping = mapping

    def read(self, document: Any, now_ns: int, rows: Columns, *, retained: bool, strict: bool) -> list[int]:
        """Add what stands there; tells the positions of which something stands there that cannot be."""
        try:
            found = walked(document, self._before)
            if not self._each:
                return self._one(document, found, now_ns, rows, retained=retained, strict=strict)
            if not isinstance(found, list):
                raise TypeError(found)
            return self._many(document, found, now_ns, rows)
        except (KeyError, IndexError):  # not told this time
            return []
        except (TypeError, ValueError, OverflowError):
            return [position for position, _ in self._members]

    def _one(
        self, document: Any, holder: Any, now_ns: int, rows: Columns, *, retained: bool, strict: bool
    ) -> list[int]:
        """A row for each tag that the object has."""
        time_ns, status = self._time(document, holder, rows), 0
        if self._mapping.quality is not None:
            status = self._mapping.status(self._mapping.quality.find(document, holder))
        if time_ns is None:
            status = LAST_USABLE if retained and status == 0 else status
            time_ns = now_ns
        elif time_ns < 0:  # a time that is none: the value is kept, and not trusted
            time_ns, status = now_ns, BAD_DECODING
        try:
            values = self._values(holder)
        except (KeyError, IndexError, TypeError):
            values = ()
        if strict and values and _PLAIN.issuperset(map(type, values)):
            rows.add(self._positions, time_ns, np.array(values, dtype=np.float64), status)
            return []
        return self._one_by_one(holder, time_ns, status, rows)

    def _one_by_one(self, holder: Any, time_ns: int, status: int, rows: Columns) -> list[int]:
        broken = []
        for position, step in self._members:
            try:
                value = walked(holder, (step,))
            except (KeyError, IndexError):
                continue
            if value is None:
                rows.add_one(position, time_ns, None, status if status >> 30 else BAD)
            elif isinstance(value, str) or _fits(value):
                rows.add_one(position, time_ns, value, status)
            else:
                broken.append(position)
        return broken

    def _many(self, document: Any, elements: list[Any], now_ns: int, rows: Columns) -> list[int]:
        """A row for each element and tag."""
        holders = [walked(element, self._after) for element in elements] if self._after else elements
        if not holders:
            return []
        place, broken = self._mapping.time, []
        if place is None or not place.beside:
            time_ns = self._time(document, None, rows)
            if time_ns is not None and time_ns < 0:
                raise ValueError(document)
            times = np.full(len(holders), now_ns if time_ns is None else time_ns)
        else:
            times = all_ns([walked(holder, place.steps) for holder in holders], self._mapping.time_unit)
            rows.newest_ns = max(rows.newest_ns, int(times.max()))
        status = self._each_status(document, holders)
        for position, step in self._members:
            values = holders if step is None else [holder[step] for holder in holders]
            if _PLAIN.issuperset(map(type, values)):
                numbers = np.array(values, dtype=np.float64)
                good = np.where(np.isfinite(numbers), status, np.uint32(BAD_DECODING))
                rows.add(np.full(len(numbers), position, dtype=np.int32), times, numbers, good)
            elif all(value is None or isinstance(value, str) or type(value) in _PLAIN for value in values):
                for value, at, code in zip(values, times.tolist(), status.tolist(), strict=True):
                    rows.add_one(position, at, value, code if value is not None or code >> 30 else BAD)
            else:
                broken.append(position)
        return broken

    def _each_status(self, document: Any, holders: Sequence[Any]) -> Any:
        place, mapping = self._mapping.quality, self._mapping
        if place is None:
            return np.zeros(len(holders), dtype=np.uint32)
        if not place.beside:
            return np.full(len(holders), mapping.status(place.find(document, None)), dtype=np.uint32)
        return np.array([mapping.status(place.find(document, holder)) for holder in holders], dtype=np.uint32)

    def _time(self, document: Any, holder: Any, rows: Columns) -> int | None:
        """The time that the payload says, ns UTC; None: none; below zero: one that is none."""
        if self._mapping.time is None:
            return None
        said = self._mapping.time.find(document, holder)
        if said is None:
            return None
        try:
            time_ns = ns_of(said, self._mapping.time_unit)
        except ValueError:
            return -1
        rows.newest_ns = max(rows.newest_ns, time_ns)
        return time_ns
