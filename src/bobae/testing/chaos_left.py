"""What a process holds: its connections to a port, its sockets, its threads. From /proc, so Linux alone can say."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

_CONNECTED = ("01", "02")  # ESTABLISHED and SYN_SENT of /proc/net/tcp, proc(5)
_POOL = re.compile(r"asyncio_\d+|ThreadPoolExecutor")  # they wait for work and end with their loop


def connections(pid: int, port: int) -> int:
    """How many TCP connections the process has or is making to a port."""
    own = set(_sockets(pid))
    found = set()  # the table can show one twice that moves while it is read
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            cells = line.split()
            there = int(cells[2].rpartition(":")[2], 16)
            if there == port and cells[3] in _CONNECTED and cells[9] in own:
                found.add(cells[9])
    return len(found)


def sockets() -> int:
    """How many sockets this process has open."""
    return len(list(_sockets(os.getpid())))


def threads() -> list[str]:
    """The names of this process's threads, but for pools that wait for work."""
    return sorted(thread.name for thread in threading.enumerate() if not _POOL.match(thread.name))


def _sockets(pid: int) -> Iterator[str]:
    """The inode of each socket."""
    try:
        handles = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it has ended
        return
    for handle in handles:
        try:
            target = str(handle.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            yield target[8:-1]
