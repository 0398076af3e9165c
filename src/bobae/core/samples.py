"""Samples in bulk: which tag, when, what, whether to trust it, and when it was received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from bobae.core.dataset import Bools, Floats, Ints
from bobae.core.errors import BadInput
from bobae.core.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Tags = npt.NDArray[np.int32]
    Statuses = npt.NDArray[np.uint32]
    Texts = npt.NDArray[np.object_]
else:
    np = LazyModule("numpy")
    Tags = Statuses = Texts = Any


@dataclass(frozen=True, eq=False)
class Samples:
    """Many samples, column by column; each array is (rows,). In the order they came, unless said otherwise.

    Attributes:
        tag: the historian's number of the tag, int32.
        time_ns: source time, ns UTC, int64.
        value: float64; 0 and 1 for booleans; NaN where there is none (a text, a gap, a bad value without a number).
        status: OPC UA status code as it came, uint32.
        receipt_ns: when bobae received it, ns UTC, whole milliseconds, rounded up; None: the historian says
            when it takes them.
        text: strings or None, object; None where no sample is a text.

    Example:
        >>> import numpy as np
        >>> two = Samples.of([0, 1], [5, 5], [1.5, np.nan], status=[0, 0x80310000])
        >>> len(two), int(two.status[1]) >> 30
        (2, 2)
    """

    tag: Tags
    time_ns: Ints
    value: Floats
    status: Statuses
    receipt_ns: Ints | None = None
    text: Texts | None = None

    def __post_init__(self) -> None:
        rows = len(self.tag)
        for name in ("time_ns", "value", "status", "receipt_ns", "text"):
            column = getattr(self, name)
            if column is not None and len(column) != rows:
                raise BadInput(
                    "samples: {name} has {rows} values, tag has {wanted}", name=name, rows=len(column), wanted=rows
                )

    @classmethod
    def of(
        cls,
        tag: Sequence[int] | Tags,
        time_ns: Sequence[int] | Ints,
        value: Sequence[float] | Floats,
        *,
        status: Sequence[int] | Statuses | int = 0,
        receipt_ns: Sequence[int] | Ints | None = None,
        text: Sequence[str | None] | Texts | None = None,
    ) -> Self:
        """From anything that numpy can read, each column in its type."""
        tags = np.asarray(tag, dtype=np.int32)
        codes = np.asarray(status, dtype=np.uint32)
        return cls(
            tags,
            np.asarray(time_ns, dtype=np.int64),
            np.asarray(value, dtype=np.float64),
            np.full(len(tags), codes) if codes.ndim == 0 else codes,
            None if receipt_ns is None else np.asarray(receipt_ns, dtype=np.int64),
            None if text is None else np.asarray(text, dtype=object),
        )

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Self:
        """The samples of all parts, one after the other; a receipt time is kept if all parts have one."""
        if not parts:
            return cls.of([], [], [])
        receipts = [p.receipt_ns for p in parts if p.receipt_ns is not None]
        texts = [np.full(len(p), None, dtype=object) if p.text is None else p.text for p in parts]
        return cls(
            np.concatenate([p.tag for p in parts]),
            np.concatenate([p.time_ns for p in parts]),
            np.concatenate([p.value for p in parts]),
            np.concatenate([p.status for p in parts]),
            np.concatenate(receipts) if len(receipts) == len(parts) else None,
            np.concatenate(texts) if any(p.text is not None for p in parts) else None,
        )

    def __len__(self) -> int:
        return len(self.tag)

    def rows(self, chosen: Bools | Ints | slice) -> Samples:
        """Only the chosen rows."""
        return replace(
            self,
            tag=self.tag[chosen],
            time_ns=self.time_ns[chosen],
            value=self.value[chosen],
            status=self.status[chosen],
            receipt_ns=None if self.receipt_ns is None else self.receipt_ns[chosen],
            text=None if self.text is None else self.text[chosen],
        )
