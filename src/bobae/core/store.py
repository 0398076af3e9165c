"""What every store of samples promises, whatever stands behind it: appended once, kept for good, read back the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from bobae.core.dataset import Dataset, Floats, Ints
from bobae.core.samples import Samples, Tags
from bobae.core.status import Quality

if TYPE_CHECKING:
    import concurrent.futures

TagKind = Literal["number", "flag", "text"]
Aggregate = Literal["last", "mean", "min", "max", "sum", "count", "first"]


@dataclass(frozen=True)
class TagRow:
    """One tag as the store knows it.

    Attributes:
        id: its number, never given to another tag.
        path: 'area/line/work_unit.tag'.
        kind: 'number', 'flag' (0 or 1) or 'text'.
        unit: UCUM code, or None.
    """

    id: int
    path: str
    kind: TagKind = "number"
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class Frame:
    """Tags side by side on a grid of times.

    Row k stands for the time `time_ns[k]` and rests only on samples at or before it: its interval is
    (time_ns[k] - step_ns, time_ns[k]].

    Attributes:
        tags: paths, in the order asked for.
        aggs: which aggregates.
        time_ns: ns UTC (rows,).
        values: (tags, aggregates, rows), float64, NaN where there is none. A text is its number in `texts`.
        texts: every text that a number of a text tag can stand for.
    """

    tags: tuple[str, ...]
    aggs: tuple[Aggregate, ...]
    time_ns: Ints
    values: Floats
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """What is to be cut out of a store as a dataset: rows of a time grid, a column a tag.

    Attributes:
        tags: paths; their names without the asset become the columns' where these stay unique.
        t0_ns, t1_ns: rows at t0 + step, t0 + 2 step, ... up to t1, those without any value left out.
        step_ns: between rows; None: a row at each time that any tag of an asset has a sample, with what came just then.
        agg: of each interval; 'last' is carried on until a sample that does not count, or for `max_age_ns`.
        quality: which samples count.
        max_age_ns: how long a value is carried on; None: until the next sample.
        known_at_ns: only what had been received by then; None: all.
        settle_ns: each row only from what had been received so long after its time, as live scoring sees it; what was
            loaded from files counts as received when it was measured. None: all.
    """

    tags: tuple[str, ...]
    t0_ns: int
    t1_ns: int
    step_ns: int | None
    agg: Aggregate = "last"
    quality: Quality = Quality.GOOD
    max_age_ns: int | None = None
    known_at_ns: int | None = None
    settle_ns: int | None = None


class Ack(Protocol):
    """The promise that samples are on the disk, kept or broken once."""

    @property
    def durable(self) -> concurrent.futures.Future[int]:
        """Done when they are on the disk (its result is their sequence number), or failed with the reason."""
        ...


class NewestReader(Protocol):
    """Tells what a store ends with; all that a collector asks of one."""

    def tags(self) -> Sequence[TagRow]:
        """All tags, in the order of their numbers."""
        ...

    def last(self, tags: Sequence[str]) -> Samples:
        """The newest sample of each tag that has one, in the order asked for, whatever its status."""
        ...


class StoreReader(NewestReader, Protocol):
    """Reads samples; may be another process than the writer's. Times are ns UTC; tags are paths.

    Every method raises UnknownName for a tag that was never seen.
    """

    def raw(self, tags: Sequence[str], t0_ns: int, t1_ns: int, *, known_at_ns: int | None = None) -> Samples:
        """Every sample with t0 < time <= t1, tag by tag in time order, corrected ones in their last version."""
        ...

    def frame(
        self,
        tags: Sequence[str],
        t0_ns: int,
        t1_ns: int,
        step_ns: int,
        *,
        aggs: Sequence[Aggregate] = ("last",),
        quality: Quality = Quality.GOOD,
        max_age_ns: int | None = None,
        known_at_ns: int | None = None,
        settle_ns: int | None = None,
    ) -> Frame:
        """The tags on the grid t0 + step, t0 + 2 step, ... up to t1; the arguments are those of `Cut`."""
        ...

    def asof(self, tags: Sequence[str], times_ns: Ints, *, max_age_ns: int | None = None) -> Floats:
        """What each tag showed at each time (tags, times): its last good sample at or before, or NaN."""
        ...

    def cut(self, query: Cut) -> Dataset:
        """A dataset with a time column and a column a tag."""
        ...


class StoreWriter(Protocol):
    """Takes samples. One process writes at a time."""

    def tag_ids(self, tags: Sequence[TagRow]) -> Tags:
        """The number of each tag (its `id` is not looked at), given at its first mention. Kind and unit are kept."""
        ...

    def append(self, samples: Samples) -> Ack:
        """Take samples; safe from any thread. They are durable when the answer says so, at the next group commit.

        Raises:
            BadInput: an unknown tag number, or a time before 1970.
            Refused: the disk is full or the store is closed: nothing of these samples was kept, nothing older is lost.
        """
        ...
