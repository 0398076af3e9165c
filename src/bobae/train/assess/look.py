"""What every check looks at: the rows with their roles, each column's profile, and the rows' own clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bobae.core import Bools, Dataset, Finding, Floats, Ints, Role, Text
from bobae.frames import in_time_order, sampling_s
from bobae.train.assess.blocks import clock_groups, dataset_file
from bobae.train.assess.profile import Profile, correlation, profiles, sampled_rows, with_columns
from bobae.train.assess.rest import at_rest
from bobae.train.assess.roles import find_roles

NS = 1_000_000_000
_AT_ONCE = 60  # sensors judged together; more say nothing new


@dataclass(frozen=True, eq=False)
class Look:
    """A dataset whose roles are found, with what several checks need worked out once."""

    dataset: Dataset
    known: Mapping[str, Profile]

    @classmethod
    def at(cls, dataset: Dataset, chosen: Mapping[Role, str] | None = None) -> "Look":
        """The dataset with its roles found."""
        known = profiles(dataset)
        found = find_roles(dataset, chosen=chosen, known=known)
        return cls(found, with_columns(known, found))

    def of(self, *roles: Role) -> list[Profile]:
        """The profiles of the columns with these roles."""
        return [p for p in self.known.values() if p.column.role in roles]

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The measured columns that hold more than two different values."""
        return tuple(p.column.name for p in self.of(Role.FEATURE) if p.distinct > 2)

    @cached_property
    def target(self) -> Profile | None:
        """The outcome, or the first of several marks of one outcome."""
        return next(iter(self.of(Role.TARGET)), None)

    @cached_property
    def time_ns(self) -> Ints | None:
        """The time column, missing times taken out of play by `timed`."""
        return self.dataset.time_ns()

    @cached_property
    def timed(self) -> Bools:
        """Which rows have a time."""
        name = self.dataset.name_of(Role.TIME)
        if name is None:
            return np.zeros(len(self.dataset), dtype=np.bool_)
        return np.asarray(self.dataset.table.column(name).is_valid().to_numpy(), dtype=np.bool_)

    @cached_property
    def has_dates(self) -> bool:
        """Whether the time column holds dates, not seconds from an unknown start."""
        name = self.dataset.name_of(Role.TIME)
        read_so = any(f.code == "relative_time" and name in f.columns for f in self.dataset.findings)
        return name is not None and not read_so and bool(np.isnan(self.known[name].low))

    @cached_property
    def clocks(self) -> Ints:
        """Rows that share one running clock."""
        return clock_groups(self.dataset)

    @cached_property
    def steps_s(self) -> Floats:
        """Seconds from each row to the next of the same clock, as the rows stand (rows - 1,); NaN across clocks."""
        if self.time_ns is None:
            return np.full(max(len(self.dataset) - 1, 0), np.nan)
        steps = np.diff(self.time_ns) / NS
        apart = (np.diff(self.clocks) != 0) | ~self.timed[1:] | ~self.timed[:-1]
        return np.where(apart, np.nan, steps)

    @cached_property
    def sampling_s(self) -> float | None:
        """The usual step between rows."""
        if self.time_ns is None:
            return None
        order = in_time_order(self.time_ns, self.clocks)
        return sampling_s(self.time_ns[order], self.clocks[order])

    @cached_property
    def standing_still(self) -> Bools:
        """Rows in which the machine seems switched off; none where nothing tells which rows follow on which (rows,)."""
        if self.time_ns is None and self.lots is None:
            return np.zeros(len(self.dataset), dtype=np.bool_)
        return at_rest(self.dataset, self.known, self.features)

    @cached_property
    def lots(self) -> str | None:
        """The column whose values are independent of each other: lot, else file, else machine."""
        for name in (self.dataset.name_of(Role.LOT), dataset_file(self.dataset), self.dataset.name_of(Role.ASSET)):
            if name is not None and self.known[name].distinct > 1 and self.known[name].column.role is not Role.IGNORED:
                return name
        return None

    @cached_property
    def neighbours_alike(self) -> float:
        """Middle correlation of a row with the next, over the measured columns; 0 without any."""
        if not self.features or len(self.dataset) < 30:
            return 0.0
        rows = sampled_rows(len(self.dataset) - 1)
        rows = rows[self.clocks[rows] == self.clocks[rows + 1]]
        found = []
        for name in self.features[:_AT_ONCE]:
            values = self.dataset.values(name)
            before, after = values[rows], values[rows + 1]
            pair = ~np.isnan(before) & ~np.isnan(after)
            before, after = before[pair], after[pair]
            if len(before) > 30:
                low, high = np.quantile(before, (0.01, 0.99))
                before, after = np.clip(before, low, high), np.clip(after, low, high)
                if np.ptp(before) > 0 and np.ptp(after) > 0:
                    found.append(correlation(before, after))
        return float(np.median(found)) if found else 0.0


def finding(code: str, level: str, said: Text, *columns: str, rows: int | None = None) -> Finding:
    """A `Finding` written in one line."""
    return Finding(code, level, said, columns, rows)
