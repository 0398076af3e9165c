"""What goes over the wire between the keeper and the others: a header in JSON and plain columns, nothing that runs.

A message is two lengths (unsigned 32 bits, big endian), a JSON object, and as many bytes. The columns of samples are
little endian, one after the other.
"""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import BadInput, BobaeError, Missing, Refused, Samples, Text, Unreachable

_LENGTHS = struct.Struct(">II")
MOST_BYTES = 1 << 28  # no message is longer; a length beyond it is none
_COLUMNS = (("tag", "<i4"), ("time_ns", "<i8"), ("value", "<f8"), ("status", "<u4"))
_RECEIPT = ("receipt_ns", "<i8")
_KINDS: dict[str, type[BobaeError]] = {kind.__name__: kind for kind in (BadInput, Missing, Refused, Unreachable)}


@dataclass(frozen=True)
class Message:
    """What is asked or answered, and what comes with it."""

    head: Mapping[str, Any]
    body: bytes = b""

    def packed(self) -> bytes:
        """As it goes over the wire."""
        head = json.dumps(self.head, ensure_ascii=False).encode()
        return _LENGTHS.pack(len(head), len(self.body)) + head + self.body


def samples_message(head: Mapping[str, Any], samples: Samples) -> Message:
    """A message that brings samples."""
    columns = _COLUMNS if samples.receipt_ns is None else (*_COLUMNS, _RECEIPT)
    body = b"".join(np.ascontiguousarray(getattr(samples, name), dtype=kind).tobytes() for name, kind in columns)
    told = {"rows": len(samples), "receipt": samples.receipt_ns is not None, "text": samples.text is not None}
    texts = b"" if samples.text is None else json.dumps(samples.text.tolist(), ensure_ascii=False).encode()
    return Message({**head, **told}, body + texts)


def samples_of(message: Message) -> Samples:
    """The samples that a message brings.

    Raises:
        BadInput: it brings something else.
    """
    rows, at = int(message.head["rows"]), 0
    columns: dict[str, Any] = {}
    for name, kind in _COLUMNS if not message.head["receipt"] else (*_COLUMNS, _RECEIPT):
        size = rows * np.dtype(kind).itemsize
        if len(message.body) < at + size:
            raise BadInput("samples on the wire end after {bytes} bytes", bytes=len(message.body))
        columns[name] = np.frombuffer(message.body, kind, rows, at)
        at += size
    if message.head["text"]:
        columns["text"] = np.array([*json.loads(message.body[at:]), None], dtype=object)[:-1]
    return Samples(**columns)


def error_told(error: BaseException) -> dict[str, Any]:
    """An error as it goes over the wire; one that is not ours is told as it reads."""
    if not isinstance(error, BobaeError):
        return {"error": "Refused", "text": Text("{why}", {"why": f"{type(error).__name__}: {error}"}).as_json()}
    kind = next((name for name, one in _KINDS.items() if isinstance(error, one)), "Refused")
    return {"error": kind, "text": error.text.as_json()}


def error_of(told: Mapping[str, Any]) -> BobaeError:
    """The error that was told."""
    said = Text.from_json(told["text"])
    return _KINDS.get(told["error"], Refused)(said.template, **said.values)


async def received(reader: asyncio.StreamReader) -> Message:
    """The next message.

    Raises:
        ConnectionError, asyncio.IncompleteReadError: there is none any more.
    """
    head, body = _checked(_LENGTHS.unpack(await reader.readexactly(_LENGTHS.size)))
    return Message(json.loads(await reader.readexactly(head)), await reader.readexactly(body) if body else b"")


def received_from(link: socket.socket) -> Message:
    """The next message, waited for.

    Raises:
        OSError: there is none any more.
    """
    head, body = _checked(_LENGTHS.unpack(_exactly(link, _LENGTHS.size)))
    return Message(json.loads(_exactly(link, head)), _exactly(link, body))


@dataclass(frozen=True)
class Address:
    """Where the keeper listens: a socket file, or a port of this computer with a word that only its own know.

    Attributes:
        path: of the socket file; empty where this system has none.
        port: of 127.0.0.1.
        secret: what a caller must say first at the port.
    """

    path: str = ""
    port: int = 0
    secret: str = ""

    def connected(self, timeout_s: float) -> socket.socket:
        """A connection.

        Raises:
            OSError: nobody listens there.
        """
        if not self.path:
            return socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(timeout_s)
        try:
            link.connect(self.path)
        except OSError:
            link.close()
            raise
        return link


HAS_SOCKET_FILES = sys.platform != "win32"


def _checked(lengths: tuple[int, ...]) -> tuple[int, ...]:
    if max(lengths) > MOST_BYTES:
        raise ConnectionError(f"a message of {max(lengths)} bytes")
    return lengths


def _exactly(link: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = link.recv(min(size - len(found), 1 << 20))
        if not piece:
            raise ConnectionError("closed")
        found += piece
    return bytes(found)
