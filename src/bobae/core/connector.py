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
    """

    path: str
    address: str
    deadband: float | None = None


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
    """

    position: Positions
    time_ns: Ints
    value: Floats
    status: Statuses
    text: Texts | None = None


@dataclass(frozen=True)
class Rejected:
    """A wish that the source cannot fulfil; the others are read all the same."""

    wish: Wish
    status: int
    why: Text


Deliver = Callable[[Readings], None]  # called in the event loop; must not wait


@runtime_checkable
class LiveConnector(Protocol):
    """One connection to one source, used once: when it breaks, the collector opens a fresh one.

    A connector plugin of the ability 'subscribe' exports `connector(settings) -> LiveConnector`, which raises BadInput
    for settings that cannot be; nothing is opened there.
    """

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
        """Have the wishes delivered from now on, the value they have now first; says which cannot be.

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


Settings = Mapping[str, Any]
