"""What chaos is tried on: a connector with a source of its own that can be broken in every way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from bobae.collect import Patience
from bobae.core import LiveConnector
from bobae.testing.live_connector import LiveSource

HASTY = Patience(retry_s=0.1, longest_retry_s=0.5, refused_s=0.5, silent_s=1.0)


class ChaosSource(LiveSource, Protocol):
    """A `LiveSource` that counts by itself, counts who comes, and can become another.

    Its class takes host, port and prefix (what stands before the server's command) where it is reached by a network.
    """

    def __enter__(self) -> Self:
        """Start it."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and leave nothing."""
        ...

    def connector(self, folder: Path | None = None, **settings: Any) -> LiveConnector:
        """A fresh connector to it; without settings one that finds silence out within two seconds."""
        ...

    def ramp(self, every_ms: int) -> None:
        """Count 1, 2, 3, ... up on `number` from now on, one each `every_ms`, by itself; 0: no more."""
        ...

    def counts(self) -> tuple[int, int]:
        """Connections or sessions accepted, and requests served, since it was started."""
        ...

    def replace(self) -> None:
        """Come back as another: it has no `number` any more, but all else."""
        ...

    def restore(self) -> None:
        """Come back as it was."""
        ...


class SecuredSource(ChaosSource, Protocol):
    """One that is encrypted."""

    def change(self) -> None:
        """Come back with another certificate."""
        ...

    def trust(self, keeps: Path) -> None:
        """Do what a person does who trusts the new one; `keeps` is the source's own folder."""
        ...


@dataclass(frozen=True)
class Subject:
    """A connector to try.

    Attributes:
        name: for the matrix.
        make: the class of its source; it stands at the top of its module, so that another process finds it.
        secured: the class of a source that is encrypted; None: it never is.
        keep_alive_s: how often an idle source gives a sign of life, with the settings below.
        every_ms: how fast the ramp counts: slower than the source is looked at.
        outage_s: how long faults last: longer than silence stays unnoticed.
        resumes: whether the connector has the ability 'resume': nothing is missing then, whatever happens.
        networked: whether it is reached by a network.
        timed: whether its samples say when they were true.
        shared: whether the class of the source connects to the server as well: then nobody knows whose a connection is.
        unnoticed_s: of a source that is polled: a stretch shorter than this need not be told.
        settings: of the connector.
        patience: of the collector.
    """

    name: str
    make: Callable[..., Any]
    secured: Callable[..., Any] | None = None
    keep_alive_s: float = 5.0  # of the tests' hasty settings it is less, but they run where others work as well
    every_ms: int = 100
    outage_s: float = 3.0
    resumes: bool = False
    networked: bool = True
    timed: bool = True
    shared: bool = False
    unnoticed_s: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    patience: Patience = HASTY

    @property
    def maker(self) -> str:
        """Where another process finds the source's class."""
        return f"{self.make.__module__}:{self.make.__qualname__}"
