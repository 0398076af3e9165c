"""Alarms told to people elsewhere, through Apprise: at least once, whoever cannot be reached is tried again."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from bobae.app.kept import kept_of
from bobae.app.settings import Settings
from bobae.core import (
    BadInput,
    BobaeError,
    LazyModule,
    Missing,
    Plant,
    Receiver,
    Text,
    UnknownName,
    Unreachable,
    current_language,
    speaking,
    text,
)
from bobae.monitor.notify import Message, due
from bobae.registry.catalogue import Catalogue, Notice

_APPRISE = {"apprise": LazyModule("apprise")}
_LOOK_S = 1.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 10.0, 600.0
_MOST = 1_000
_HOUR_NS = 3600 * 1_000_000_000
_log = logging.getLogger("bobae.app")

Send = Callable[[str, str, str], None]


def send(url: str, title: str, body: str) -> None:
    """Hand one message to whoever is behind an address.

    Raises:
        Missing: Apprise is not installed.
        BadInput: the address is none.
        Unreachable: it was not taken; it can be tried again.
    """
    try:
        courier = _APPRISE["apprise"].Apprise()
    except ModuleNotFoundError as error:
        raise Missing(
            "telling people of alarms needs {package}: pip install 'bobae[notify]'", package=error.name
        ) from error
    if not courier.add(url):
        raise BadInput("the address begins with {kind}, and is none that Apprise understands", kind=url.split(":")[0])
    if not courier.notify(title=title, body=body):
        raise Unreachable("the message was not taken at {kind}; it is tried again", kind=url.split(":")[0])


def address_of(receiver: Receiver, folder: Path) -> str:
    """The address itself, where the plant file only says where it is kept.

    Raises:
        BadInput: it is not there.
    """
    kind, _, where = receiver.url.partition(":")
    if kind == "env":
        if not (found := os.environ.get(where)):
            raise BadInput("the environment variable {name} is empty; put the receiver's address into it", name=where)
        return found
    if kind == "file":
        try:
            return (folder / where).read_text("utf-8").strip()
        except OSError as error:
            raise BadInput(
                "cannot read {path}: {reason}", path=folder / where, reason=error.strerror or error
            ) from error
    return receiver.url


class Notifying:
    """Tells every receiver of a plant what is due, each by itself: one that cannot be reached holds up no other.

    A message is noted once it was taken. Killed between the two, bobae sends it again: at least once.

    Args:
        folder: of the plant.
        plant: its receivers.
        catalogue: its alarms, and who was told.
        clock: now, ns UTC.
        sends: hands a message over.
    """

    def __init__(
        self,
        folder: Path,
        plant: Plant,
        catalogue: Catalogue,
        *,
        clock: Callable[[], int] = time.time_ns,
        sends: Send = send,
    ) -> None:
        self._folder, self._plant, self._catalogue = folder, plant, catalogue
        self._clock, self._sends = clock, sends
        self._failed: dict[str, tuple[int, int]] = {}  # receiver -> how often in a row, and when it may be tried again

    def step(self, name: str) -> bool:
        """Tell one receiver what is due; whether a message was taken.

        Raises:
            BobaeError: it was not; it is tried again later.
        """
        receiver, now = self._plant.notify[name], self._clock()
        if now < self._failed.get(name, (0, 0))[1]:
            return False
        notices = self._catalogue.notices
        if notices.messages_since(name, now - _HOUR_NS) >= receiver.at_most_per_hour:
            return False
        raised, over = notices.untold(name, limit=_MOST), notices.over(name, limit=_MOST)
        message = due(receiver, raised, over, now_ns=now)
        if message is None:
            return False
        try:
            title, body = self._written(receiver, message)
            self._sends(address_of(receiver, self._folder), title, body)
        except BobaeError:
            times = self._failed.get(name, (0, 0))[0] + 1
            wait_s = min(_FIRST_WAIT_S * 2 ** (times - 1), _LONGEST_WAIT_S)
            self._failed[name] = times, now + round(wait_s * 1e9)
            raise
        self._failed.pop(name, None)
        notices.note(
            [Notice(name, alarm.id, "raised", now, now) for alarm in message.raised]
            + [Notice(name, alarm.id, "over", now, now) for alarm in message.over]
        )
        return True

    def _written(self, receiver: Receiver, message: Message) -> tuple[str, str]:
        with speaking(receiver.language or self._plant.language or current_language()):
            return f"[bobae] {message.title}", "\n".join(str(line) for line in message.lines)

    async def run(self) -> None:
        """Tell all until cancelled; what goes wrong is logged once a receiver, until it is over."""
        async with asyncio.TaskGroup() as tasks:
            for name in self._plant.notify:
                tasks.create_task(self._run(name))

    async def _run(self, name: str) -> None:
        wrong = ""
        while True:
            try:
                await asyncio.to_thread(self.step, name)
                wrong = "" if name not in self._failed else wrong
            except BobaeError as error:
                if str(error) != wrong:
                    wrong = str(error)
                    _log.error("%s", not_told(name, error.text))
            await asyncio.sleep(_LOOK_S)


def not_told(name: str, why: Text) -> Text:
    """Why a receiver was not told."""
    return text("{receiver} was not told: {why}", receiver=name, why=why)


def tell_receiver(place: Path, settings: Settings, name: str) -> None:
    """Send one receiver of the plant that `place` belongs to a message, to see whether it arrives.

    Raises:
        UnknownName: the plant has no such receiver.
        BadInput, Missing, Unreachable: it could not be sent.
    """
    plant = settings.plant
    known = {} if plant is None else plant.notify
    if plant is None or name not in known:
        raise UnknownName.among(
            "no receiver is called {name!r} under `notify`; nearest: {nearest}", name=name, known=known
        )
    receiver = known[name]
    with speaking(receiver.language or plant.language or current_language()):
        body = str(text("a message from bobae, to see whether it arrives"))
    send(address_of(receiver, kept_of(place).parent), "[bobae]", body)
