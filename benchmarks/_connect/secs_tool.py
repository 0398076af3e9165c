"""Equipment that sends event reports as fast as they are acknowledged: `python -m _connect.secs_tool PORT MESSAGES`.

Each host that connects gets as many S6F11 of one report: a time and 50 F8 values, at most WINDOW of them open. It is no
more than a socket and messages made beforehand, so that both hosts wait for their own work only.
"""

import itertools
import random
import socket
import struct
import sys
import threading

from bobae.connectors.secs.items import ascii_text, binary, listed, number

VALUES = 50
WINDOW = 400
EVENT, REPORT, CLOCK = 300, 1, 1
_HEAD = struct.Struct(">IHBBBBI")
_POLITE = {(1, 13): listed(binary(0), listed()), (1, 17): binary(0), (1, 1): listed()}
_VARIETY = 500  # different values; they are sent again and again, each time at another moment
_TIME = "2026-03-04T12:{:02d}:{:02d}.{:03d}Z"


def bodies() -> list[tuple[bytes, bytes]]:
    """Different reports, each as what stands before its time and behind it."""
    chance = random.Random(0)
    made = []
    for _ in range(_VARIETY):
        values = (number("F8", chance.random()) for _ in range(VALUES))
        report = listed(number("U4", REPORT), listed(ascii_text(_TIME.format(0, 0, 0)), *values))
        body = listed(number("U4", 0), number("U4", EVENT), listed(report))
        before, _, behind = body.partition(_TIME.format(0, 0, 0).encode())
        made.append((before, behind))
    return made


class Host:
    """One host that has connected."""

    def __init__(self, connection: socket.socket, messages: int) -> None:
        self._connection, self._messages = connection, messages
        self._open = threading.Semaphore(WINDOW)
        self._stream = connection.makefile("rb")

    def serve(self, made: list[tuple[bytes, bytes]]) -> None:
        """Answer what it asks; send the reports half a second after it has established communications."""
        while len(head := self._stream.read(14)) == 14:
            length, _, byte2, function, _, stype, system = _HEAD.unpack(head)
            self._stream.read(length - 10)
            stream = byte2 & 0x7F
            if stype in (1, 5):
                self._send(0xFFFF, 0, 0, stype + 1, system)
            elif stype == 0 and (stream, function) == (6, 12):
                self._open.release()
            elif stype == 0 and function % 2:
                answer = _POLITE.get((stream, function))
                self._send(0, stream, 0 if answer is None else function + 1, 0, system, answer or b"")
                if (stream, function) == (1, 13):
                    threading.Timer(0.5, self._report, [made]).start()

    def _report(self, made: list[tuple[bytes, bytes]]) -> None:
        for system, (before, behind) in zip(range(self._messages), itertools.cycle(made), strict=False):
            at = _TIME.format(system // 60_000, system // 1000 % 60, system % 1000).encode()
            self._open.acquire()
            self._send(0, 6 | 0x80, 11, 0, system, before + at + behind)

    def _send(self, session: int, byte2: int, byte3: int, stype: int, system: int, body: bytes = b"") -> None:
        self._connection.sendall(_HEAD.pack(10 + len(body), session, byte2, byte3, 0, stype, system) + body)


def main() -> None:
    """Serve one host after the other."""
    made = bodies()
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
        print("serving", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    Host(connection, int(sys.argv[2])).serve(made)
                except OSError:
                    continue


if __name__ == "__main__":
    main()
