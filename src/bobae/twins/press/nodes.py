"""The press's variables as an OPC UA server shows them: one each tag, with unit, range, status and source time."""

import logging
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from asyncua import Server, ua
from asyncua.common.node import Node

from bobae.core import UnknownName
from bobae.twins.press.plant import SOURCE, node_id
from bobae.twins.press.press import Rows
from bobae.twins.press.shifts import MODE_WORDS, RECIPES
from bobae.twins.press.tags import TAGS, WORDS, PressTag

NAMESPACE = "urn:bobae:press"
INJECT = node_id("inject")
Inject = Callable[[str, float, float], int]

# UCUM code -> UNECE common code and the sign that people read; OPC UA numbers a unit by the letters of its common code
# (Part 8, 5.6.3)
_UNITS = {
    "bar": ("BAR", "bar"),
    "A": ("AMP", "A"),
    "L/min": ("L2", "L/min"),
    "Cel": ("CEL", "°C"),
    "%": ("P1", "%"),
    "mm/s": ("C16", "mm/s"),
    "m/s2": ("MSK", "m/s²"),
    "kN": ("B47", "kN"),
    "s": ("SEC", "s"),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PressServer:
    """An OPC UA server with the press below Objects/Press1.

    Args:
        url: where it answers, such as opc.tcp://127.0.0.1:4840/press.
        language: what product and state are told in, 'ko' or 'en', as in the press's log files.
    """

    def __init__(self, url: str, language: str) -> None:
        self._url = url
        self._language = language
        self.server = Server()

    async def build(self, inject: Inject) -> None:
        """Make all nodes; `inject(kind, after_s, grows_s)` begins a fault and says when, ns UTC."""
        logging.getLogger("asyncua").setLevel(logging.ERROR)  # it warns at every start that loopback is not encrypted
        await self.server.init()
        self.server.set_endpoint(self._url)
        self.server.set_server_name("bobae press")
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await self.server.register_namespace(NAMESPACE)
        press = await self.server.nodes.objects.add_object(_id(f"ns={index};s={SOURCE}"), f"{index}:Press1")
        for tag in TAGS:
            node = await press.add_variable(_id(node_id(tag.name)), f"{index}:{tag.name}", math.nan)
            await _describe(node, tag)
        for name in WORDS:
            await press.add_variable(_id(node_id(name)), f"{index}:{name}", "")
        await press.add_method(_id(INJECT), f"{index}:inject", _answering(inject), *_SIGNATURE)

    async def show(self, rows: Rows) -> None:
        """Let every variable take the values of some rows, one row after the other."""
        for k, time_ns in enumerate(rows.time_ns.tolist()):
            values = [_reading(value) for value in rows.values[k].tolist()]
            words = (RECIPES[rows.product[k]].title[self._language], MODE_WORDS[self._language][rows.mode[k]])
            values += [(ua.Variant(word, ua.VariantType.String), ua.StatusCodes.Good) for word in words]
            at = _EPOCH + timedelta(microseconds=time_ns // 1000)
            for name, (value, status) in zip(_NAMES, values, strict=True):
                shown = ua.DataValue(value, ua.StatusCode(ua.UInt32(status)), at, datetime.now(UTC))
                await self.server.write_attribute_value(_id(node_id(name)), shown)


_NAMES = (*(tag.name for tag in TAGS), *WORDS)
_SIGNATURE = (
    [
        ua.Argument("kind", ua.NodeId(ua.ObjectIds.String)),
        ua.Argument("after_s", ua.NodeId(ua.ObjectIds.Double)),
        ua.Argument("grows_s", ua.NodeId(ua.ObjectIds.Double)),
    ],
    [ua.Argument("begins", ua.NodeId(ua.ObjectIds.DateTime))],
)


def _id(written: str) -> ua.NodeId:
    return ua.NodeId.from_string(written)


async def _describe(node: Node, tag: PressTag) -> None:
    common, sign = _UNITS[tag.unit]
    number = int.from_bytes(common.encode(), "big")
    unit = ua.EUInformation(
        "http://www.opcfoundation.org/UA/units/un/cefact", number, ua.LocalizedText(sign), ua.LocalizedText(tag.unit)
    )
    await node.add_property(_id(f"{node_id(tag.name)}.EngineeringUnits"), "0:EngineeringUnits", unit)
    await node.add_property(_id(f"{node_id(tag.name)}.EURange"), "0:EURange", ua.Range(float(tag.low), float(tag.high)))
    for language, title in tag.title.items():
        await node.write_attribute(ua.AttributeIds.DisplayName, ua.DataValue(ua.LocalizedText(title, language)))


def _reading(value: float) -> tuple[ua.Variant, int]:
    bad = math.isnan(value)
    status = ua.StatusCodes.BadSensorFailure if bad else ua.StatusCodes.Good
    return ua.Variant(value, ua.VariantType.Double), status


def _answering(inject: Inject) -> Callable[..., object]:
    async def answer(_parent: ua.NodeId, *given: ua.Variant) -> object:
        try:
            begins_ns = inject(*(one.Value for one in given))
        except (UnknownName, TypeError):
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadInvalidArgument))
        return [ua.Variant(_EPOCH + timedelta(microseconds=begins_ns // 1000), ua.VariantType.DateTime)]

    return answer
