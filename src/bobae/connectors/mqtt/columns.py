"""Rows of many messages on their way into one `Readings`."""

from typing import Any

import numpy as np

from bobae.core import Floats, Ints, Readings, Statuses, Texts
from bobae.core.connector import Positions

BAD_DECODING = 0x8007_0000  # BadDecodingError: what came is not what was said to come


class Columns:
    """Grows part by part; arrays are copied once, at the end.

    Attributes:
        rows: how many there are.
        newest_ns: the newest time among those that the source gave itself; 0: none did.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.newest_ns = 0
        self._positions: list[Positions] = []
        self._times: list[Ints | int] = []
        self._values: list[Floats] = []
        self._status: list[Statuses | int] = []
        self._texts: dict[int, str] = {}

    def add(
        self,
        positions: Positions,
        time_ns: Ints | int,
        values: Floats,
        status: Statuses | int,
        texts: Texts | None = None,
    ) -> None:
        """One row for each position."""
        if texts is not None:
            self._texts |= {self.rows + int(i): texts[i] for i in np.flatnonzero(texts != None)}  # noqa: E711
        self._positions.append(positions)
        self._times.append(time_ns)
        self._values.append(values)
        self._status.append(status)
        self.rows += len(positions)

    def add_one(self, position: int, time_ns: int, value: float | str | None, status: int) -> None:
        """One row; a text has no number."""
        if isinstance(value, str):
            self._texts[self.rows] = value
        number = value if isinstance(value, (int, float)) else np.nan
        self.add(np.array([position], dtype=np.int32), time_ns, np.array([number], dtype=np.float64), status)

    def readings(self) -> Readings:
        """All of them, in the order they came."""
        return Readings(
            np.concatenate(self._positions),
            self._spread(self._times, np.int64),
            np.concatenate(self._values),
            self._spread(self._status, np.uint32),
            self._text_column(),
        )

    def _spread(self, parts: list[Any], kind: Any) -> Any:
        """Parts that are one number for all their rows, or one for each."""
        counts = [len(positions) for positions in self._positions]
        if all(isinstance(part, int) for part in parts):
            return np.repeat(np.array(parts, dtype=kind), counts)
        return np.concatenate([np.broadcast_to(part, n).astype(kind) for part, n in zip(parts, counts, strict=True)])

    def _text_column(self) -> Texts | None:
        if not self._texts:
            return None
        column: Texts = np.full(self.rows, None, dtype=object)
        column[list(self._texts)] = list(self._texts.values())
        return column
