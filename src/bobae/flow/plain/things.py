"""What is in a plant that runs: lots, jobs, machines, groups."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bobae.flow.kernel import words as w


@dataclass(eq=False)
class Lot:
    """Pieces that go through the plant together."""

    name: int
    product: int
    pieces: int
    priority: int
    step: int
    due: int
    released: int
    arrived: int = 0
    visits: int = 0
    limit: tuple[int, int] | None = None  # the step that must begin, and until when
    location: int | None = None
    job: "Job | None" = None
    bonds: dict[int, int] = field(default_factory=dict)  # bond -> machine


@dataclass(eq=False)
class Job:
    """What a machine is doing, with the lots that it holds."""

    machine: "Machine"
    lots: list[Lot]
    end: int
    left: int = 0
    mark: int = 0
    over: bool = False


@dataclass(eq=False)
class Care:
    """One kind of maintenance of one machine."""

    number: int
    row: Any
    limit: int
    pieces: int = 0
    count: int = 0
    due: bool = False


@dataclass(eq=False)
class Failure:
    """One kind of failure of one machine."""

    number: int
    row: Any
    left: int = 0
    since: int = 0
    count: int = 0
    mark: int = 0
    holds: bool = False
    deferred: bool = False


@dataclass(eq=False)
class Machine:
    """One machine."""

    number: int
    group: "Group"
    failures: list[Failure]
    cares: list[Care]
    jobs: list[Job] = field(default_factory=list)  # in the order in which they began
    setup: int = -1
    run_left: int = 0
    down: int = 0
    care: Care | None = None
    closed: bool = False
    paused: int = 0
    state: int = w.IDLE
    slots: list[int] = field(default_factory=lambda: [0, 0])  # of a cascade: when its places are free
    listed: "list[Machine] | None" = None

    @property
    def takes_lots(self) -> bool:
        """Whether it would begin with another lot now."""
        whole = self.down == 0 and self.care is None and not any(care.due for care in self.cares) and not self.closed
        return whole and not any(job.over for job in self.jobs) and len(self.jobs) < self.group.row["slots"]

    @property
    def now_is(self) -> int:
        """The word for what it is doing."""
        if self.down:
            return w.DOWN
        if self.care is not None:
            return w.CARE
        if self.closed:
            return w.CLOSED
        if any(job.over for job in self.jobs):
            return w.BLOCKED
        return w.BUSY if self.jobs else w.IDLE


@dataclass(eq=False)
class Group:
    """Machines that stand in for each other, what waits for them, and what waits for room in front of them."""

    number: int
    row: Any
    machines: list[Machine] = field(default_factory=list)
    queue: list[Lot] = field(default_factory=list)
    waiting: deque[Lot] = field(default_factory=deque)
    taken: int = 0
    starved: bool = False
    idle: list[Machine] = field(default_factory=list)
    half: list[Machine] = field(default_factory=list)

    @property
    def has_room(self) -> bool:
        """Whether one more lot may come."""
        return bool(self.row["places"] < 0 or self.taken < self.row["places"])
