"""The steps of a route, and what ties them to each other: rework, one machine for two steps, queue-time limits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bobae.core import BadInput, UnknownName
from bobae.flow import layout
from bobae.flow.layout import NONE
from bobae.flow.production import Step
from bobae.flow.times import microseconds


class Route:
    """One route's steps, with what ties them to each other."""

    def __init__(self, product: str, steps: Sequence[Step], first: int) -> None:
        self._product, self._steps, self._first = product, steps, first

    def rows(self, row_of: Callable[[Step], dict[str, Any]]) -> list[dict[str, Any]]:
        """Each step's own fields, from `row_of`, and what ties it to the others."""
        rows = [
            {
                "bound": NONE,
                "keeps": NONE,
                "limit_step": NONE,
                "limit": 0,
                "rework_step": NONE,
                **row_of(step),
            }
            for step in self._steps
        ]
        for i, step in enumerate(self._steps):
            if step.rework > 0.0 or step.rework_to is not None:
                rows[i]["rework_step"] = self._first + self._other(i, step.rework_to, "rework_to", before=True)
            if step.limit is not None:
                rows[i]["limit_step"] = self._first + self._other(i, step.limit_to, "limit_to", before=False)
                rows[i]["limit"] = round(microseconds(step.limit))
        self._bind(rows)
        left_lot = left_piece = 0.0
        for row in reversed(rows):
            left_lot += row["share"] * row["mean_lot"]
            left_piece += row["share"] * row["mean_piece"]
            row["left_lot"], row["left_piece"] = round(left_lot), round(left_piece)
        return rows

    def _bind(self, rows: list[dict[str, Any]]) -> None:
        """A bond is free again for another pair once its later step is behind."""
        busy: list[int] = []  # until which step each bond is needed
        for i, step in enumerate(self._steps):
            if step.same_machine_for is None:
                continue
            later = self._other(i, step.same_machine_for, "same_machine_for", before=False)
            if step.machines != self._steps[later].machines:
                raise BadInput(
                    "product {product}, step {step}: {later} is not done by {machines}, so not by the same machine",
                    product=self._product,
                    step=step.name or i + 1,
                    later=step.same_machine_for,
                    machines=step.machines,
                )
            if rows[later]["bound"] != NONE:
                raise BadInput(
                    "product {product}, step {step}: {later} is tied to the machine of another step already; it cannot "
                    "be done by both",
                    product=self._product,
                    step=step.name or i + 1,
                    later=step.same_machine_for,
                )
            bond = next((k for k, until in enumerate(busy) if until < i), len(busy))
            busy[bond : bond + 1] = [later]
            rows[i]["keeps"] = rows[later]["bound"] = bond
        if len(busy) > layout.BONDS:
            raise BadInput(
                "product {product} ties more than {most} pairs of steps to one machine at once",
                product=self._product,
                most=layout.BONDS,
            )

    def _other(self, i: int, key: str | int | None, field: str, *, before: bool) -> int:
        if key is None:
            raise BadInput(
                "product {product}, step {step}: say which step with {field}",
                product=self._product,
                step=self._steps[i].name or i + 1,
                field=field,
            )
        other = step_number(self._steps, key, self._product)
        named = {"product": self._product, "step": self._steps[i].name or i + 1, "field": field, "key": key}
        if before and other > i:
            raise BadInput("product {product}, step {step}: {field} names {key}, which comes after it", **named)
        if not before and other <= i:
            raise BadInput("product {product}, step {step}: {field} names {key}, which does not come after it", **named)
        return other


def step_number(steps: Sequence[Step], key: str | int, product: str) -> int:
    """Which step a name or a number from 1 means, counted from 0."""
    if isinstance(key, int):
        if not 1 <= key <= len(steps):
            raise BadInput(
                "product {product} has {count} steps, there is none with the number {key}",
                product=product,
                count=len(steps),
                key=key,
            )
        return key - 1
    names = {step.name: i for i, step in enumerate(steps) if step.name is not None}
    if key not in names:
        raise UnknownName.among(
            "product {product} has no step '{name}'; nearest: {nearest}", name=key, known=names, product=product
        )
    return names[key]


def known(names: Mapping[str, int], name: str, section: str) -> int:
    """The number that a name of a section has."""
    if name not in names:
        raise UnknownName.among(
            "there is no '{name}' in `{section}`; nearest: {nearest}", name=name, known=names, section=section
        )
    return names[name]
