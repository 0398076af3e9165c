"""The limits of one tag: which values may be written, by how much at once, how often, and what counts as the same."""

import math
from dataclasses import dataclass
from typing import Any

from bobae.core import BadInput, Refused, Tag, Text, WriteAllowed, seconds_of, text
from bobae.registry.catalogue import Value

HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True)
class Limits:
    """What plant.yaml allows for one tag.

    Attributes:
        path: of the tag.
        source, address: where its device has it.
        unit: of its numbers.
        write: what is allowed.

    Example:
        >>> from bobae.core import Tag, WriteAllowed
        >>> oven = Tag(unit="Cel", source="plc", address="1", write=WriteAllowed(range=(100, 140), step=5))
        >>> limits = Limits.of("line1/oven.setpoint", oven)
        >>> limits.value("125"), limits.objection(125.0), str(limits.objection(150.0))
        (125.0, None, '150 Cel is outside of what may be written, 100 to 140')
        >>> str(limits.too_far(125.0, shown=118.0))
        'from 118 Cel to 125 Cel is more than the 5 that are allowed at once'
    """

    path: str
    source: str
    address: str
    unit: str | None
    write: WriteAllowed

    @classmethod
    def of(cls, path: str, tag: Tag) -> "Limits":
        """Those of one tag.

        Raises:
            Refused: plant.yaml does not allow it, or does not say where the tag is.
        """
        if tag.write is None or tag.source is None or tag.address is None:
            raise Refused(
                "{tag} is not written to: plant.yaml does not allow it (`write` of the tag); nothing was done", tag=path
            )
        return cls(path, tag.source, str(tag.address), tag.unit, tag.write)

    @property
    def dead_man_s(self) -> float | None:
        """How long an order holds without renewal, in seconds; None: for good."""
        return None if self.write.dead_man is None else seconds_of(self.write.dead_man)

    @property
    def read_back_s(self) -> float:
        """How soon the device must show what was written, in seconds."""
        return seconds_of(self.write.read_back)

    @property
    def approvals(self) -> int:
        """How many persons must agree; never fewer than two."""
        return max(2, self.write.approvals)

    def value(self, given: Any) -> Value:
        """What somebody wrote as the value it means here: a number, or one of `allowed`.

        Raises:
            BadInput: it is neither.
        """
        if self.write.range is not None:
            try:
                number = math.nan if isinstance(given, bool) else float(given)
            except (TypeError, ValueError):
                number = math.nan
            if math.isfinite(number):
                return number
            raise BadInput("{tag} takes numbers; {given!r} is none", tag=self.path, given=given)
        for value in self.write.allowed:
            if same_kind(value, given) and value == given:
                return value
        for value in self.write.allowed:  # as typed on a command line
            if isinstance(given, str) and shown_as(value).casefold() == given.casefold():
                return value
        allowed = ", ".join(map(shown_as, self.write.allowed))
        raise BadInput("{tag} takes one of {allowed}; not {given!r}", tag=self.path, allowed=allowed, given=given)

    def objection(self, value: Value) -> Text | None:
        """Why the value may not be written, whatever the device shows; None: it may."""
        if self.write.range is None:
            if any(same_kind(value, one) and value == one for one in self.write.allowed):
                return None
            return text("{value} is not among the values that may be written", value=self.told(value))
        low, high = self.write.range
        if not isinstance(value, bool | str) and low <= value <= high:
            return None
        return text(
            "{value} is outside of what may be written, {low} to {high}",
            value=self.told(value),
            low=shown_as(low),
            high=shown_as(high),
        )

    def too_far(self, value: Value, *, shown: Value) -> Text | None:
        """Why the value may not follow on the one that the device shows; None: it may."""
        if not same_kind(value, shown):
            return text(
                "the device shows {shown}, which is of another kind than {value}",
                shown=self.told(shown),
                value=self.told(value),
            )
        if self.write.range is None:
            return None
        if not isinstance(value, bool | str) and not isinstance(shown, bool | str):
            step = self.write.step or 0.0
            # a hair more, so that 0.3 may follow on 0.2 with a step of 0.1
            if abs(value - shown) <= step * (1 + 1e-9):
                return None
        return text(
            "from {shown} to {value} is more than the {step} that are allowed at once",
            shown=self.told(shown),
            value=self.told(value),
            step=shown_as(self.write.step or 0.0),
        )

    @property
    def tolerance(self) -> float:
        """How far a number that the device shows may be off."""
        return (self.write.step or 0.0) / 10 if self.write.tolerance is None else self.write.tolerance

    def told(self, value: Value | None) -> str:
        """A value with its unit."""
        return told(value, self.unit)


def same(one: Value | None, other: Value | None, tolerance: float) -> bool:
    """Whether the device shows what it should: within the tolerance for numbers, else exactly."""
    if one is None or other is None or not same_kind(one, other):
        return False
    if isinstance(one, bool | str) or isinstance(other, bool | str):
        return one == other
    return abs(one - other) <= tolerance


def same_kind(one: Any, other: Any) -> bool:
    """Whether both are numbers, both flags, or both texts."""
    return _kind(one) is _kind(other)


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def told(value: Value | None, unit: str | None) -> str:
    """A value with its unit; '-' where there is none."""
    if value is None:
        return "-"
    return shown_as(value) if unit is None or isinstance(value, bool | str) else f"{shown_as(value)} {unit}"


def shown_as(value: Value) -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:.10g}"
