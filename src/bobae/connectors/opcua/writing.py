"""One order to a server: what a variable shows now, and having it show something else."""

import math
from pathlib import Path

from asyncua import ua

from bobae.connectors.opcua.addresses import Place, places
from bobae.connectors.opcua.decode import cell
from bobae.connectors.opcua.elements import element_of
from bobae.connectors.opcua.failures import told
from bobae.connectors.opcua.nodes import Nodes
from bobae.connectors.opcua.session import Session
from bobae.connectors.opcua.settings import OpcUaSettings
from bobae.core import Refused, Unreachable, Wish
from bobae.core.pace import Pace

_WHOLE = {  # numbers that a type of whole numbers can hold
    ua.VariantType.SByte: range(-(2**7), 2**7),
    ua.VariantType.Byte: range(2**8),
    ua.VariantType.Int16: range(-(2**15), 2**15),
    ua.VariantType.UInt16: range(2**16),
    ua.VariantType.Int32: range(-(2**31), 2**31),
    ua.VariantType.UInt32: range(2**32),
    ua.VariantType.Int64: range(-(2**63), 2**63),
    ua.VariantType.UInt64: range(2**64),
}


class OpcUaWriter:
    """One connection for one order.

    Args:
        settings: of the source.
        folder: of the source.

    Example:
        >>> OpcUaWriter(OpcUaSettings("opc.tcp://10.0.0.7:4840"), None).endpoint
        'opc.tcp://10.0.0.7:4840'
    """

    def __init__(self, settings: OpcUaSettings, folder: Path | None) -> None:
        self._settings = settings
        self._folder = folder
        self._open: Session | None = None

    @property
    def endpoint(self) -> str:
        """The address of the server."""
        return self._settings.url

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            Unreachable: nobody answers.
            Refused: wrong login or certificate.
        """
        self._open = Session(self._settings, self._folder)
        await self._open.enter()

    async def read(self, address: str) -> float | bool | str:
        """What the server shows at the address now.

        Raises:
            Unreachable: the connection broke.
            Refused: the server does not give it, it is not good, or neither number, flag nor text.
        """
        with told(self.endpoint):
            place = await self._place(address)
            shown = await self._shown(place)
        if shown.StatusCode is not None and not shown.StatusCode.is_good():
            raise Refused("what {address} shows is not good ({status})", address=address, status=shown.StatusCode.name)
        value = element_of(None if shown.Value is None else shown.Value.Value, place.element)
        number, written, _ = cell(value, 0)
        if isinstance(value, bool):
            return value
        if written is None and math.isnan(number):
            raise Refused("{address} holds neither a number nor a flag nor a text", address=address)
        return number if written is None else written

    async def write(self, address: str, value: float | bool | str) -> None:
        """Have the server show `value`, as the type that the variable has; back when it has confirmed.

        Raises:
            Unreachable: the connection broke: whether it was written is not known.
            Refused: the server does not take it.
        """
        with told(self.endpoint):
            place = await self._place(address)
            if place.element:
                raise Refused("{address} is an element of an array; only single values are written", address=address)
            kind = await self._kind(place)
            if not _fits(value, kind):
                raise Refused(
                    "{value!r} is no {kind}, which {address} holds", value=value, kind=kind.name, address=address
                )
            new = ua.DataValue(ua.Variant(int(value) if kind in _WHOLE else value, kind))
            (status,) = await self._session().uaclient.write_attributes([place.node], [new])
        if not status.is_good():
            why = status.name
            raise Refused(
                "the server does not take {value!r} for {address} ({why})", value=value, address=address, why=why
            )

    async def close(self) -> None:
        """Let go of everything."""
        session, self._open = self._open, None
        if session is not None:
            await session.leave(broken=False)

    def _session(self) -> Session:
        if self._open is None or self._open.uaclient.protocol is None:
            raise Unreachable("the connection to {url} is not open", url=self.endpoint)
        return self._open

    async def _place(self, address: str) -> Place:
        nodes = Nodes(self._session(), Pace(self._settings.requests_per_s))
        found, rejected = await places(nodes, [Wish(address, address)])
        if rejected:
            raise Refused("{address} cannot be had: {why}", address=address, why=rejected[0].why)
        return found[0]

    async def _shown(self, place: Place) -> ua.DataValue:
        return await self._session().get_node(place.node).read_data_value(raise_on_bad_status=False)

    async def _kind(self, place: Place) -> ua.VariantType:
        """The type that the variable has now; where it shows nothing, the one that it is declared to have."""
        shown = (await self._shown(place)).Value
        if shown is None or shown.VariantType == ua.VariantType.Null:
            return await self._session().get_node(place.node).read_data_type_as_variant_type()
        return shown.VariantType


def _fits(value: float | bool | str, kind: ua.VariantType) -> bool:
    if isinstance(value, (bool, str)):
        return bool(kind == (ua.VariantType.Boolean if isinstance(value, bool) else ua.VariantType.String))
    if kind in _WHOLE:
        return float(value).is_integer() and int(value) in _WHOLE[kind]
    return bool(kind in (ua.VariantType.Double, ua.VariantType.Float))
