"""What a connector to a live source promises: it reads and says when it cannot; who collects with it tries again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bobae.core.dataset import Floats, Ints
from bobae.core.language import Text
from bobae.core.samples import Statuses, Texts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Positions = npt.NDArray[np.int32]
else:
    Positions = Any


@dataclass(frozen=True)
class Wish:
    """One tag that is to be read: where the source has it, and how.

    Attributes:
        path: the tag, for messages.
        address: where the source has it, such as an OPC UA node id.
        deadband: the smallest change worth sending, in the tag's unit; None: every change.
        since_ns: up to when the store has it, ns UTC; None: it has nothing of it. A source that keeps what it once sent
            goes on from there; the others need not look at it.
    """

    path: str
    address: str
    deadband: float | None = None
    since_ns: int | None = None


@dataclass(frozen=True)
class Offered:
    """One variable that a source has to offer.

    Attributes:
        address: as it stands in plant.yaml.
        path: browse names from the top, joined by '/'.
        kind: 'number', 'flag' or 'text'; None: something else (an array, a structure).
        unit: UCUM code if the source says one.
        range: (low, high) if the source says one.
    """

    address: str
    path: str
    kind: str | None = None
    unit: str | None = None
    range: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Readings:
    """What arrived together; arrays are (rows,).

    Attributes:
        position: which wish each is for.
        time_ns: source time, ns UTC.
        value: float64, NaN where there is no number.
        status: OPC UA status code, uint32.
        text: strings or None; None where no reading is a text.
        past: whether they tell of long ago, because the source had kept them: they are stored at their times and say
            nothing of now.
    """

    position: Positions
    time_ns: Ints
    value: Floats
    status: Statuses
    text: Texts | None = None
    past: bool = False


@dataclass(frozen=True)
class Rejected:
    """A wish that the source cannot fulfil; the others are read all the same."""

    wish: Wish
    status: int
    why: Text


class Deliver(Protocol):
    """Takes what arrived; called in the event loop, never waits.

    A reading without a value whose status is one of `Gap` says that there is nothing of its tag from then on: that is
    how a connector tells that a part of its source is gone (a device behind a gateway, an edge node behind a broker).
    """

    def __call__(self, readings: Readings, kept: Callable[[], None] | None = None) -> None:
        """Take them.

        Args:
            readings: what arrived together.
            kept: called in the event loop once they are on the disk, and never if they had to be given up. A source
                that can be told is told then, not before.
        """
        ...


@runtime_checkable
class LiveConnector(Protocol):
    """One connection to one source, used once: when it breaks, the collector opens a fresh one.

    A connector plugin of the ability 'subscribe' exports `connector(settings, folder=None) -> LiveConnector`, which
    raises BadInput for settings that cannot be; nothing is opened there. `folder` is the source's own: what lies there
    outlives a restart (a certificate, how far a folder has been read); None: nothing does.

    A plugin with the ability 'resume' besides delivers afterwards what happens while nobody listens (files, tables):
    nothing of it is ever missing, so the collector writes no gaps for it.
    """

    @property
    def endpoint(self) -> str:
        """What it connects to, as a person would write it; two sources with the same one share a device."""
        ...

    async def open(self) -> None:
        """Connect.

        Raises:
            Unreachable: nobody answers; try again later.
            Refused: the source will not have us (wrong certificate or login): trying again alone does not help.
        """
        ...

    async def browse(self) -> Sequence[Offered]:
        """Everything that the source has to offer."""
        ...

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have the wishes delivered from now on, the value they have now first; says which cannot be had.

        Positions in what is delivered are those of `wishes`.

        Raises:
            Unreachable: the connection broke.
        """
        ...

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection is lost or has gone silent: no sign of life for longer than it should be.
        """
        ...

    @property
    def alive_ns(self) -> int:
        """When the source last gave a sign of life, ns UTC; 0 before the first."""
        ...

    async def close(self) -> None:
        """Let go of everything, whatever state it is in; never raises for a connection that is already gone."""
        ...


@runtime_checkable
class HistoryReader(LiveConnector, Protocol):
    """A live connector whose source keeps what it showed, so that an outage can be filled afterwards."""

    async def history(self, wishes: Sequence[Wish], until_ns: int, deliver: Deliver) -> Sequence[int]:
        """Deliver, as past, what the source has kept of each wish from its `since_ns` to `until_ns`.

        The value that held at `since_ns` comes too, with its own time at or before that.

        Returns:
            The positions of those wishes whose history is whole: what was not delivered did not happen.

        Raises:
            Unreachable: the connection broke.
        """
        ...


@runtime_checkable
class Writer(Protocol):
    """One connection to one device that can change what it does; used for one order.

    A plugin of the ability 'write' exports `writer(settings, folder=None) -> Writer`. It knows nothing of who may do
    what: that is settled before it is opened.
    """

    async def open(self) -> None:
        """Connect; raises Unreachable or Refused as a live connector does."""
        ...

    async def read(self, address: str) -> float | bool | str:
        """What the device shows at the address now, in the tag's own unit.

        Raises:
            Unreachable: the connection broke.
            Refused: the device does not give it, or it is not good.
        """
        ...

    async def write(self, address: str, value: float | bool | str) -> None:
        """Have the device show `value`; back when it has confirmed.

        Raises:
            Unreachable: the connection broke: whether it was written is not known.
            Refused: the device does not take it.
        """
        ...

    async def close(self) -> None:
        """Let go of everything; never raises for a connection that is already gone."""
        ...


Settings = Mapping[str, Any]
