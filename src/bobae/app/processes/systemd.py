"""systemd told how bobae does: ready, in one sentence, and that it lives (the protocol of sd_notify(3))."""

import contextlib
import os
import socket

from bobae.app.processes.state import Board
from bobae.core import say


class ServiceManager:
    """Told over the socket that NOTIFY_SOCKET names; without that variable nothing is done.

    Args:
        place: the socket's name; None: as the environment has it.
    """

    def __init__(self, place: str | None = None) -> None:
        self._place = os.environ.get("NOTIFY_SOCKET", "") if place is None else place
        self._ready = False
        self._said = ""

    def tell(self, board: Board) -> None:
        """Tell of this board; ready is said once, when no part is starting any more."""
        if not self._place:
            return
        rows = ["WATCHDOG=1"]
        if not self._ready and board.parts and all(part.state != "starting" for part in board.parts):
            self._ready = True
            rows.append("READY=1")
        said = _in_one_sentence(board)
        if said != self._said:
            rows.append(f"STATUS={said}")
            self._said = said
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            place = f"\0{self._place[1:]}" if self._place.startswith("@") else self._place
            link.sendto("\n".join(rows).encode(), place)


def _in_one_sentence(board: Board) -> str:
    lost = [part for part in board.parts if part.state == "degraded"]
    if lost:
        return say("{part} works with a loss: {why}", part=lost[0].name, why=lost[0].reason or "?")
    n = sum(part.state in ("active", "idle") for part in board.parts)
    return say("{n} parts at work, {models} models watch", n=n, models=len(board.models))
