"""What every twin must keep: a seed, a state that can be stopped and copied, one physics at any pace."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import pytest

from bobae.core import Floats, Ints


class Readings(Protocol):
    """What a twin's sensors gave: times (rows,) in ns UTC and values (rows, tags)."""

    @property
    def time_ns(self) -> Ints:
        """When each row was true."""
        ...

    @property
    def values(self) -> Floats:
        """The readings, NaN where none came."""
        ...


class Twin(Protocol):
    """An executable model of a machine: seeded, stepped, stopped and taken up again."""

    @property
    def time_ns(self) -> int:
        """Its own time."""
        ...

    def step(self, dt_s: float) -> Readings:
        """Take it on once and read its sensors."""
        ...

    def run(self, rows: int, *, step_s: float) -> Readings:
        """Take it on so many times."""
        ...

    def snapshot(self) -> dict[str, np.ndarray]:
        """All that it needs to be taken up again."""
        ...

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Go back to a snapshot."""
        ...


class TwinContract:
    """Inherit it and give the fixture `new`: a function of a seed that makes the twin."""

    STEP_S = 1.0
    WARM_UP_S = 120_000.0  # far enough into its life that something moves
    WARM_UP_STEP_S = 20.0

    @pytest.fixture
    def new(self) -> Callable[[int], Twin]:
        """Makes a twin from a seed."""
        raise NotImplementedError("give the fixture `new` in your test class")

    @pytest.fixture
    def warm(self, new: Callable[[int], Twin]) -> Callable[[int], Twin]:
        """Makes a twin from a seed and runs it for a while."""

        def made(seed: int) -> Twin:
            twin = new(seed)
            twin.run(round(self.WARM_UP_S / self.WARM_UP_STEP_S), step_s=self.WARM_UP_STEP_S)
            return twin

        return made

    def test_the_same_seed_gives_the_same_readings(self, warm: Callable[[int], Twin]) -> None:
        assert _bytes(warm(1), self.STEP_S) == _bytes(warm(1), self.STEP_S)

    def test_another_seed_gives_other_readings(self, warm: Callable[[int], Twin]) -> None:
        assert _bytes(warm(1), self.STEP_S) != _bytes(warm(2), self.STEP_S)

    def test_something_moves(self, warm: Callable[[int], Twin]) -> None:
        values = warm(1).run(200, step_s=self.STEP_S).values
        assert (np.nanstd(values, axis=0) > 0).any()

    def test_stepping_gives_the_rows_of_a_run(self, warm: Callable[[int], Twin]) -> None:
        twin = warm(1)
        stepped = np.concatenate([twin.step(self.STEP_S).values for _ in range(30)])
        assert stepped.tobytes() == warm(1).run(30, step_s=self.STEP_S).values.tobytes()

    def test_its_clock_keeps_step_with_its_rows(self, new: Callable[[int], Twin]) -> None:
        twin = new(1)
        begin = twin.time_ns
        rows = twin.run(5, step_s=self.STEP_S)
        assert list(rows.time_ns - begin) == [round(self.STEP_S * 1e9) * n for n in range(1, 6)]
        assert twin.time_ns == rows.time_ns[-1]

    def test_a_snapshot_is_plain_arrays_and_takes_it_back(self, warm: Callable[[int], Twin]) -> None:
        twin = warm(1)
        kept = twin.snapshot()
        assert all(isinstance(a, np.ndarray) and a.dtype != object for a in kept.values())
        first = _bytes(twin, self.STEP_S)
        twin.restore(kept)
        assert _bytes(twin, self.STEP_S) == first

    def test_a_snapshot_can_be_taken_up_by_another_twin_of_the_same_seed(
        self, new: Callable[[int], Twin], warm: Callable[[int], Twin]
    ) -> None:
        twin, other = warm(1), new(1)
        other.restore(twin.snapshot())
        assert _bytes(other, self.STEP_S) == _bytes(twin, self.STEP_S)


def _bytes(twin: Twin, step_s: float) -> bytes:
    return twin.run(50, step_s=step_s).values.tobytes()
