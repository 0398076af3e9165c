"""One line of Modbus devices as a live source: opened, browsed, read again and again, watched."""

import asyncio
from collections.abc import Sequence

from bobae.connectors.modbus.address import Place, parsed
from bobae.connectors.modbus.browse import offered
from bobae.connectors.modbus.failures import said, status_of
from bobae.connectors.modbus.line import Line
from bobae.connectors.modbus.polling import Polling
from bobae.connectors.modbus.settings import ModbusSettings
from bobae.core import BadInput, Deliver, Offered, Rejected, Unreachable, Wish, text

_NO_ADDRESS = 0x8033_0000  # BadNodeIdInvalid


class ModbusConnector:
    """Modbus devices behind one address or on one serial line; used once.

    Example:
        >>> from bobae.connectors.modbus.settings import checked
        >>> ModbusConnector(checked({"url": "tcp://10.0.0.9"})).endpoint
        'tcp://10.0.0.9:502'
    """

    def __init__(self, settings: ModbusSettings) -> None:
        self._settings = settings
        self._line = Line(settings)
        self._polling: asyncio.Task[None] | None = None

    @property
    def endpoint(self) -> str:
        """The address of the line."""
        return self._settings.where.url

    async def open(self) -> None:
        """Connect.

        Raises:
            Unreachable: nobody answers, or another program has the serial line.
        """
        await self._line.open()

    async def browse(self) -> Sequence[Offered]:
        """What answers: of a SunSpec device its named values, of others the numbers that can be read."""
        return await offered(self._line, self._settings)

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Read all once, then every `poll_s`; what changed is delivered.

        Raises:
            Unreachable: no device answers, or the connection broke.
        """
        places, rejected = _places(wishes)
        polling = Polling(self._line, self._settings, wishes, places, deliver)
        if places:
            refused = await polling.first()
            rejected += [_refused(wishes[at], code) for at, code in sorted(refused.items())]
        self._polling = asyncio.create_task(polling.run())
        return rejected

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection has ended, or no device answers.
        """
        lost = self._line.lost
        if self._polling is None or lost is None:
            raise Unreachable("the connection to {url} is not open", url=self.endpoint)
        await asyncio.wait({self._polling, lost}, return_when=asyncio.FIRST_COMPLETED)
        if lost.done():
            raise self._line.gone()
        self._polling.result()

    @property
    def alive_ns(self) -> int:
        """When an answer last came, ns UTC; that the connection was made counts too."""
        return self._line.alive_ns

    async def close(self) -> None:
        """Let go of the line."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        await self._line.close()


def _places(wishes: Sequence[Wish]) -> tuple[dict[int, Place], list[Rejected]]:
    """Where each wish has its value, and those whose address is none."""
    places: dict[int, Place] = {}
    rejected: list[Rejected] = []
    for position, wish in enumerate(wishes):
        try:
            places[position] = parsed(wish.address)
        except BadInput as error:
            rejected.append(Rejected(wish, _NO_ADDRESS, error.text))
    return places, rejected


def _refused(wish: Wish, code: int) -> Rejected:
    why = text("{address} cannot be read: {why}", address=wish.address, why=said(code))
    return Rejected(wish, status_of(code), why)
