"""The messages of one broker as a live source: subscribed to, decoded, and acknowledged once they are on the disk."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bobae.connectors.mqtt.addresses import Address
from bobae.connectors.mqtt.broker import Broker
from bobae.connectors.mqtt.browse import Seen
from bobae.connectors.mqtt.columns import Columns
from bobae.connectors.mqtt.decode import TopicReader
from bobae.connectors.mqtt.login import client_id_of
from bobae.connectors.mqtt.packets import Message
from bobae.connectors.mqtt.settings import MqttSettings
from bobae.core import BadInput, Deliver, Gap, Offered, Readings, Rejected, Wish, text

_log = logging.getLogger("bobae.mqtt")
_NO_ADDRESS = 0x8033_0000  # BadNodeIdInvalid
_NOT_ALLOWED = 0x801F_0000  # BadUserAccessDenied
_CATCH_UP_S = 30.0  # a broker has sent what it kept by then
_ON_TIME_S = 5.0  # a message younger than this is of now
_MS = 1_000_000


class MqttSource:
    """The topics of one broker; used once.

    Args:
        settings: the broker and how its messages are read.
        folder: where the client id is kept, by which the broker knows us again; None: it does not.

    Example:
        >>> from bobae.connectors.mqtt.settings import checked
        >>> MqttSource(checked({"url": "mqtt://10.0.0.7"})).alive_ns
        0
    """

    def __init__(self, settings: MqttSettings, folder: Path | None = None) -> None:
        self._settings = settings
        # what was kept for us without a time of its own could not be placed in time
        kept = settings.qos == 1 and settings.mapping.time is not None
        self._broker = Broker(settings.login, client_id=client_id_of(settings.login, folder), keep=kept)
        self._readers: dict[str, TopicReader] = {}
        self._wishes: Sequence[Wish] = ()
        self._told: set[int] = set()
        self._spoken: set[str] = set()  # topics of which messages have come that were not retained
        self._deliver: Deliver | None = None
        self._opened_ns = 0
        self._newest_ns = 0
        self._catching_up = self._offline = False
        self._outstanding: list[int] = []  # the messages that were delivered last and are not on the disk yet

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
        await self._broker.open()
        self._opened_ns, self._catching_up = time.time_ns(), self._broker.session

    async def browse(self) -> Sequence[Offered]:
        """Every value in the messages that come within `browse_s`, retained ones among them."""
        seen = Seen(self._settings.mapping)
        self._broker.listen(seen.take)
        await self._broker.subscribe([self._settings.browse], qos=0)
        watching = asyncio.create_task(self._broker.watch())
        await asyncio.wait({watching}, timeout=self._settings.browse_s)
        if watching.done():
            watching.result()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return seen.offered()

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have the wishes delivered from now on, and what the broker has kept for us before.

        Raises:
            Unreachable: the connection broke.
        """
        tags, rejected = _by_topic(wishes)
        self._wishes, self._deliver = wishes, deliver
        self._readers = {
            topic: TopicReader(members, self._settings.mapping, self._tell_broken) for topic, members in tags.items()
        }
        self._broker.listen(self._take)
        first = [] if self._settings.availability is None else [self._settings.availability]
        topics = [*first, *(topic for topic in tags if topic not in first)]
        given = await self._broker.subscribe(topics, qos=self._settings.qos)
        for topic, allowed in zip(topics, given, strict=True):
            if not allowed:
                why = text("the broker does not allow bobae to read {topic}", topic=topic)
                rejected += [Rejected(wishes[at], _NOT_ALLOWED, why) for at, _ in tags.get(topic, [])]
        return rejected

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection is lost, or silent for `keepalive_s`.
        """
        await self._broker.watch()

    @property
    def alive_ns(self) -> int:
        """When the broker last sent anything, ns UTC."""
        return self._broker.alive_ns

    async def close(self) -> None:
        """Let go; what is not acknowledged is sent again with the next connection."""
        await self._broker.close()
        self._deliver = None

    def _take(self, messages: Sequence[Message]) -> None:
        now_ns, parts = time.time_ns(), [(Columns(), Columns())]
        for message in messages:
            retained, sent = parts[-1]
            reader = self._readers.get(message.topic)
            if not message.retained:
                self._spoken.add(message.topic)
            # a retained message after others of its topic is in what the broker had kept, or older
            stale = message.retained and (self._offline or message.topic in self._spoken)
            if reader is not None and not stale:
                rows = retained if message.retained else sent
                reader.read(message.payload, now_ns, rows, retained=message.retained)
            if message.topic == self._settings.availability and self._goes(message.payload):
                parts += [(self._gap(max(now_ns, sent.newest_ns + _MS)), Columns()), (Columns(), Columns())]
        told = []
        for retained, sent in parts:
            self._newest_ns = max(self._newest_ns, sent.newest_ns)
            told += [retained.readings()] if retained.rows else []
            if sent.rows:
                told.append(replace(sent.readings(), past=self._is_past(sent.newest_ns, now_ns)))
        self._hand_on(told, [message.number for message in messages if message.number is not None])

    def _hand_on(self, told: Sequence[Readings], numbers: list[int]) -> None:
        """Deliver; the messages are acknowledged with the last of it, since what is kept is kept in order."""
        if self._deliver is None:
            return
        for readings in told[:-1]:
            self._deliver(readings)
        if told and numbers:
            self._outstanding = numbers
            self._deliver(told[-1], lambda: self._kept(numbers))
        elif told:
            self._deliver(told[-1])
        elif self._outstanding:  # nothing to keep; but the order of acknowledgements is that of the messages
            self._outstanding += numbers
        else:
            self._broker.acknowledge(numbers)

    def _kept(self, numbers: list[int]) -> None:
        if self._outstanding is numbers:
            self._outstanding = []
        self._broker.acknowledge(numbers)

    def _is_past(self, newest_ns: int, now_ns: int) -> bool:
        """Whether it is what the broker had kept while we were away."""
        if self._catching_up:
            late = 0 < newest_ns < self._opened_ns - _ON_TIME_S * 1e9
            self._catching_up = late and now_ns < self._opened_ns + _CATCH_UP_S * 1e9
        return self._catching_up

    def _goes(self, payload: bytes) -> bool:
        """Note whether the machine is there; tells whether it has just gone."""
        before, self._offline = self._offline, payload.decode(errors="replace").strip() == self._settings.offline
        return self._offline and not before

    def _gap(self, at_ns: int) -> Columns:
        """Rows that say that there is nothing of any tag from then on."""
        rows, positions = Columns(), np.arange(len(self._wishes), dtype=np.int32)
        nothing = np.full(len(positions), np.nan)
        rows.add(positions, max(at_ns, self._newest_ns + _MS), nothing, int(Gap.NO_COMMUNICATION))
        return rows

    def _tell_broken(self, positions: Sequence[int]) -> None:
        for position in positions:
            if position not in self._told:
                self._told.add(position)
                wish = self._wishes[position]
                said = text(
                    "{tag}: what came at {address} is not as plant.yaml says; kept as bad, and not told again",
                    tag=wish.path,
                    address=wish.address,
                )
                _log.warning("%s", said)


def _by_topic(wishes: Sequence[Wish]) -> tuple[dict[str, list[tuple[int, Address]]], list[Rejected]]:
    """Position and address of each tag, by topic; and those whose address is none."""
    tags: dict[str, list[tuple[int, Address]]] = {}
    rejected = []
    for position, wish in enumerate(wishes):
        try:
            address = Address.parsed(wish.address)
        except BadInput as error:
            rejected.append(Rejected(wish, _NO_ADDRESS, error.text))
            continue
        tags.setdefault(address.topic, []).append((position, address))
    return tags, rejected
