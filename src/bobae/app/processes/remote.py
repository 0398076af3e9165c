"""The keeper from another process: samples handed over, acknowledged when they are on the disk, lost without it."""

import concurrent.futures
import contextlib
import itertools
import queue
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bobae.app.processes.wire import Address, Message, error_of, received_from, samples_message, samples_of
from bobae.core import Refused, Samples, TagRow, Tags, Unreachable

_ANSWERS_S = 30.0  # a keeper that starts anew is waited for
_AGAIN_S = 0.1


class _Away(Refused):
    def __init__(self) -> None:
        super().__init__("what keeps the samples is being started again; nothing is lost")


@dataclass(frozen=True)
class Promise:
    """Kept when the keeper says so; broken when it is lost before, and then the rows are to be handed over again."""

    durable: concurrent.futures.Future[Any]


class RemoteKeeper:
    """The keeper's store, to hand samples to and to ask what it ends with; any thread may use it.

    A thread of its own keeps the connection: it is made again when it is lost. What was not acknowledged by then is
    refused, so that whoever handed it over does so again; rows that come twice are one row.

    Args:
        address: where the keeper listens.
        follow: hear how far everything is committed.
    """

    def __init__(self, address: Address, *, follow: bool = False) -> None:
        self._address, self._follow = address, follow
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._waiting: dict[int, concurrent.futures.Future[Any]] = {}
        self._out: queue.SimpleQueue[bytes] | None = None  # of the connection that stands; None: there is none
        self._link: socket.socket | None = None
        self._committed_ns = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep_connected, name="keeper", daemon=True)
        self._thread.start()

    @property
    def committed_ns(self) -> int:
        """Every sample received up to this time is on the disk and can be read, ns UTC; 0: not heard yet."""
        return self._committed_ns

    @property
    def unsaved(self) -> int:
        """Messages that are not answered yet."""
        with self._lock:
            return len(self._waiting)

    def tag_ids(self, tags: Sequence[TagRow]) -> Tags:
        """The number of each tag, given at its first mention."""
        answer = self._asked({"do": "tag_ids", "tags": [asdict(tag) for tag in tags]})
        return np.array(answer.head["ids"], dtype=np.int32)

    def tags(self) -> Sequence[TagRow]:
        """All tags, in the order of their numbers."""
        return tuple(TagRow(**row) for row in self._asked({"do": "tags"}).head["tags"])

    def last(self, tags: Sequence[str]) -> Samples:
        """The newest sample of each tag that has one, in the order asked for, whatever its status."""
        return samples_of(self._asked({"do": "last", "paths": list(tags)}))

    def append(self, samples: Samples) -> Promise:
        """Take samples; see core.StoreWriter.

        Raises:
            Refused: there is no connection now.
        """
        return Promise(self._sent(samples_message({"do": "append"}, samples)))

    def settled(self, within_s: float) -> bool:
        """Whether all that was handed over was answered in time."""
        with self._lock:
            waiting = list(self._waiting.values())
        return not concurrent.futures.wait(waiting, within_s).not_done

    def close(self) -> None:
        """Let go; what is not acknowledged is refused."""
        self._closed.set()
        link = self._link
        if link is not None:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _asked(self, head: dict[str, Any]) -> Message:
        """The answer; a keeper that is away is waited for.

        Raises:
            Unreachable: it does not answer in time.
        """
        until = time.monotonic() + _ANSWERS_S
        while True:
            try:
                answer: Message = self._sent(Message(head)).result(max(until - time.monotonic(), 0.0))
                return answer
            except (Refused, TimeoutError) as error:
                if self._closed.is_set() or time.monotonic() >= until:
                    raise Unreachable("what keeps the samples does not answer; run bobae doctor") from error
                if isinstance(error, Refused) and not isinstance(error, _Away):
                    raise
            self._closed.wait(_AGAIN_S)

    def _sent(self, message: Message) -> concurrent.futures.Future[Any]:
        number = next(self._numbers)
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()
        packed = Message({**message.head, "number": number}, message.body).packed()
        with self._lock:
            if self._out is None:
                raise _Away
            self._waiting[number] = done
            self._out.put(packed)  # under the lock: rows of one caller go out in their order
        return done

    def _keep_connected(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError, ValueError), self._address.connected(_ANSWERS_S) as link:
                link.settimeout(None)
                self._link = link
                self._speak(link)
            self._lost()
            self._closed.wait(_AGAIN_S)
        self._lost()

    def _speak(self, link: socket.socket) -> None:
        out: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        link.sendall(Message({"secret": self._address.secret, "follow": self._follow}).packed())
        sender = threading.Thread(target=_send, args=(link, out), name="to the keeper", daemon=True)
        sender.start()
        with self._lock:
            self._out = out
        try:
            while not self._closed.is_set():
                self._take(received_from(link))
        finally:
            with self._lock:
                self._out = None
            out.put(b"")
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)  # a sender that waits for room is let go
            sender.join()

    def _take(self, message: Message) -> None:
        if (committed_ns := message.head.get("committed_ns")) is not None:
            self._committed_ns = committed_ns
            return
        with self._lock:
            done = self._waiting.pop(message.head["number"])
        if "error" in message.head:
            done.set_exception(error_of(message.head))
        else:
            done.set_result(message.head.get("sequence", message))

    def _lost(self) -> None:
        with self._lock:
            self._out = self._link = None
            waiting, self._waiting = list(self._waiting.values()), {}
        for done in waiting:
            done.set_exception(_Away())


def _send(link: socket.socket, out: "queue.SimpleQueue[bytes]") -> None:
    with contextlib.suppress(OSError):  # who receives finds out too
        while packed := out.get():
            link.sendall(packed)
