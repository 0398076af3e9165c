"""The edge nodes behind one broker as a live source: bobae is their primary host application."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from gmqtt import Message as Outgoing

from bobae.connectors.mqtt.broker import Broker
from bobae.connectors.mqtt.packets import Message
from bobae.connectors.mqtt.sparkplug.births import Key
from bobae.connectors.mqtt.sparkplug.node import REORDER_NS, EdgeNode
from bobae.connectors.mqtt.sparkplug.payload import kind_of, rebirth_command
from bobae.connectors.mqtt.sparkplug.rows import Rows
from bobae.connectors.mqtt.sparkplug.settings import SparkplugSettings
from bobae.connectors.mqtt.sparkplug.wire import scan
from bobae.core import Deliver, Gap, Offered, Readings, Rejected, Wish, text

_log = logging.getLogger("bobae.sparkplug")
_SPACE = "spBv1.0"
_HEARD = frozenset({"NBIRTH", "NDEATH", "NDATA", "DBIRTH", "DDEATH", "DDATA"})
_NO_ADDRESS, _WRONG_TYPE = 0x8033_0000, 0x8074_0000  # BadNodeIdInvalid, BadTypeMismatch
_LOOK_S = 0.05


@dataclass(frozen=True)
class Route:
    """Where the messages of one topic go; no node: nowhere."""

    node: str
    kind: str
    device: str = ""


class SparkplugSource:
    """Edge nodes and their devices; used once.

    Example:
        >>> from bobae.connectors.mqtt.sparkplug.settings import checked
        >>> SparkplugSource(checked({"url": "mqtt://10.0.0.7"})).endpoint
        'mqtt://10.0.0.7:1883'
    """

    def __init__(self, settings: SparkplugSettings) -> None:
        self._settings = settings
        self._born_ms = time.time_ns() // 1_000_000
        self._state = f"{_SPACE}/STATE/{settings.host_id}"
        will = Outgoing(self._state, self._online(False), qos=1, retain=True)
        self._broker = Broker(settings.login, client_id=settings.login.client_id, will=will)
        self._wishes: Sequence[Wish] = ()
        self._nodes: dict[str, EdgeNode] = {}
        self._routes: dict[str, Route] = {}
        self._deliver: Deliver | None = None
        self._also: list[tuple[int, int]] = []  # further tags of a metric: (the first one's position, its own)
        self._all = False  # whether every edge node counts, or only those that are wished for
        self._timer: asyncio.TimerHandle | None = None

    @property
    def endpoint(self) -> str:
        """The address of the broker."""
        return self._settings.login.endpoint

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            Unreachable: nobody answers.
            Refused: wrong login or certificate.
        """
        await asyncio.to_thread(scan, b"")  # compiled before anything can come, the first time on a machine
        await self._broker.open()

    async def browse(self) -> Sequence[Offered]:
        """Every metric of the edge nodes whose births come within `browse_s`."""
        self._all = True
        self._broker.listen(self._take)
        await self._greet([f"{_SPACE}/#"])
        watching = asyncio.create_task(self._broker.watch())
        await asyncio.wait({watching}, timeout=self._settings.browse_s)
        if watching.done():
            watching.result()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        offered = [
            metric.offered(name)
            for name, node in self._nodes.items()
            for metric in node.births.metrics.values()
            if metric.name != "bdSeq" and not metric.name.startswith("Node Control/")
        ]
        return sorted(offered, key=lambda one: one.address)

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have the wishes delivered from now on; edge nodes that are up are asked for what they have now.

        Raises:
            Unreachable: the connection broke.
        """
        wanted, self._also, rejected = _by_node(wishes)
        self._wishes, self._deliver = wishes, deliver
        self._nodes = {name: EdgeNode(metrics) for name, metrics in wanted.items()}
        self._broker.listen(self._take)
        topics = [topic for name in self._nodes for topic in _topics(name)]
        allowed = await self._greet(topics)
        await self._births(self._settings.birth_s / 3)  # many are born again by themselves
        for node in self._nodes.values():
            node.wants_rebirth = not node.born
        self._ask()
        await self._births(self._settings.birth_s)
        refused = {topic for topic, yes in zip(topics, allowed, strict=True) if not yes}
        for name, metrics in wanted.items():
            rejected += self._unfit(name, metrics, refused)
        return rejected

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the broker is lost, or silent for `keepalive_s`.
        """
        await self._broker.watch()

    @property
    def alive_ns(self) -> int:
        """When the broker last sent anything, ns UTC."""
        return self._broker.alive_ns

    async def close(self) -> None:
        """Tell the edge nodes that their host is gone, and let go."""
        if self._timer is not None:
            self._timer.cancel()
        if self._broker.is_open:
            self._broker.publish(self._state, self._online(False), qos=1, retain=True)
        await self._broker.close()
        self._deliver = None

    async def _greet(self, topics: Sequence[str]) -> list[bool]:
        """Listen, then tell the edge nodes that their host is there: in this order (Sparkplug 3.0, 5.2)."""
        _, *allowed = await self._broker.subscribe([self._state, *topics])
        self._broker.publish(self._state, self._online(True), qos=1, retain=True)
        return allowed

    async def _births(self, patience_s: float) -> None:
        """Wait until all edge nodes and devices are born."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline and not all(node.complete for node in self._nodes.values()):
            await asyncio.sleep(_LOOK_S)

    def _take(self, messages: Sequence[Message]) -> None:
        now_ns, rows = time.time_ns(), Rows()
        for message in messages:
            route = self._routes.get(message.topic) or self._routed(message.topic)
            node = self._nodes.get(route.node)
            if node is not None:
                node.take(route.kind, route.device, message.payload, now_ns, rows)
            elif route.kind == "STATE" and not message.retained:
                self._contradicted(message.payload)
        self._broker.acknowledge([message.number for message in messages if message.number is not None])
        self._hand_on(rows)
        if self._timer is None and any(node.waiting for node in self._nodes.values()):
            self._timer = asyncio.get_running_loop().call_later(REORDER_NS / 1e9, self._look)

    def _look(self) -> None:
        """See to what has waited long enough: messages that were overtaken, edge nodes that are to be asked."""
        self._timer = None
        now_ns, rows = time.time_ns(), Rows()
        for node in self._nodes.values():
            node.look(now_ns, rows)
        self._hand_on(rows)
        if any(node.waiting for node in self._nodes.values()):
            self._timer = asyncio.get_running_loop().call_later(_LOOK_S, self._look)

    def _hand_on(self, rows: Rows) -> None:
        rows.settle()
        if self._deliver is not None:
            if rows.past.rows:
                self._deliver(replace(self._for_all(rows.past.readings()), past=True))
            if rows.live.rows:
                self._deliver(self._for_all(rows.live.readings()))
        self._ask()

    def _for_all(self, told: Readings) -> Readings:
        """The readings, and once more for each further tag of the same metric."""
        for first, further in self._also:
            same = np.flatnonzero(told.position == first)
            rows = np.r_[np.arange(len(told.position)), same]
            position = told.position[rows]
            position[len(told.position) :] = further
            text_column = None if told.text is None else told.text[rows]
            told = Readings(position, told.time_ns[rows], told.value[rows], told.status[rows], text_column)
        return told

    def _ask(self) -> None:
        """Ask edge nodes for their births where that is needed."""
        now_ns = time.time_ns()
        for name, node in self._nodes.items():
            if node.wants_rebirth and self._broker.is_open and node.ask(now_ns):
                group, edge = name.split("/")
                self._broker.publish(f"{_SPACE}/{group}/NCMD/{edge}", rebirth_command(now_ns // 1_000_000))

    def _routed(self, topic: str) -> Route:
        parts = topic.split("/")
        route = Route("", "")
        if topic == self._state:
            route = Route("", "STATE")
        elif len(parts) in (4, 5) and parts[2] in _HEARD and (parts[2][0] == "D") == (len(parts) == 5):
            route = Route(f"{parts[1]}/{parts[3]}", parts[2], parts[4] if len(parts) == 5 else "")
            if self._all:
                self._nodes.setdefault(route.node, EdgeNode({}))
        self._routes[topic] = route
        return route

    def _contradicted(self, payload: bytes) -> None:
        """Somebody, or our own will of before, says that we are offline: say that we are not (Sparkplug 3.0, 5.3)."""
        try:
            online = json.loads(payload).get("online")
        except (ValueError, AttributeError):
            online = None
        if online is False and self._broker.is_open:
            self._broker.publish(self._state, self._online(True), qos=1, retain=True)

    def _online(self, online: bool) -> bytes:
        return json.dumps({"online": online, "timestamp": self._born_ms}).encode()

    def _unfit(self, name: str, metrics: dict[Key, int], refused: set[str]) -> list[Rejected]:
        """The wishes that an edge node cannot fulfil; one that is not born yet may still."""
        found = []
        node = self._nodes[name]
        further = [(key, at) for key, first in metrics.items() for one, at in self._also if one == first]
        for key, position in [*metrics.items(), *further]:
            wish, metric = self._wishes[position], node.births.metrics.get(key)
            if refused.intersection(_topics(name)):
                why = text("the broker does not allow bobae to read {topic}", topic=f"{_SPACE}/{name}")
                found.append(Rejected(wish, 0x801F_0000, why))
            elif node.born and metric is None:
                why = text("the edge node {node} has no metric {address}", node=name, address=wish.address)
                found.append(Rejected(wish, Gap.NO_SUCH_NODE, why))
            elif metric is not None and kind_of(metric.datatype) is None:
                why = text("{address} holds neither a number nor a flag nor a text", address=wish.address)
                found.append(Rejected(wish, _WRONG_TYPE, why))
        return found


def _topics(node: str) -> list[str]:
    """All that an edge node and its devices publish."""
    group, edge = node.split("/")
    return [f"{_SPACE}/{group}/+/{edge}", f"{_SPACE}/{group}/+/{edge}/+"]


Wanted = dict[str, dict[Key, int]]


def _by_node(wishes: Sequence[Wish]) -> tuple[Wanted, list[tuple[int, int]], list[Rejected]]:
    """The metrics that are wanted of each edge node, further wishes for the same, and those whose address is none."""
    wanted: Wanted = {}
    also: list[tuple[int, int]] = []
    rejected: list[Rejected] = []
    for position, wish in enumerate(wishes):
        place, colon, name = wish.address.partition(":")
        parts = place.split("/")
        if not colon or not name or len(parts) not in (2, 3) or not all(parts) or any(c in place for c in "+#"):
            why = text(
                "{address!r} is no Sparkplug address; write group/edge:metric, or group/edge/device:metric",
                address=wish.address,
            )
            rejected.append(Rejected(wish, _NO_ADDRESS, why))
            continue
        key = (parts[2] if len(parts) == 3 else "", name)
        first = wanted.setdefault("/".join(parts[:2]), {}).setdefault(key, position)
        if first != position:
            also.append((first, position))
    return wanted, also, rejected
