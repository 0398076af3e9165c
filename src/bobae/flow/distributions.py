"""The distributions that a plant names, each kept once."""

from typing import Any

import numpy as np

from bobae.core import Floats
from bobae.flow import layout
from bobae.flow.kernel import words as w
from bobae.flow.layout import NONE, Records, filled
from bobae.flow.times import Time, time


class Distributions:
    """Numbers for distributions, in the order in which they were first asked for."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._rows: list[dict[str, float]] = []
        self._values: list[float] = []

    def written(self, text: str | None) -> int:
        """The number of what is written; NONE where nothing is."""
        return NONE if text is None else self.number(time(text))

    def number(self, found: Time) -> int:
        """The number of a distribution."""
        key = (found.kind, found.parameters)
        if key not in self._numbers:
            self._numbers[key] = len(self._rows)
            if found.kind == w.EMPIRICAL:
                self._rows.append(
                    {"kind": found.kind, "values": len(self._values), "a": 0.0, "b": 0.0, "c": found.mean}
                )
                self._values += [len(found.parameters), *found.parameters]
            else:
                a, b, c = (*found.parameters, 0.0, 0.0)[:3]
                c = c if found.kind == w.TRIANGULAR else found.mean
                self._rows.append({"kind": found.kind, "values": NONE, "a": a, "b": b, "c": c})
        return self._numbers[key]

    def tables(self) -> tuple[Records, Floats]:
        """The records, and the values of empirical ones: how many, then the values."""
        return filled(layout.DISTRIBUTION, self._rows), np.array(self._values or [0.0])
