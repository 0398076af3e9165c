"""A keeper in a process of its own: `python -m _group.keeper FOLDER SOCKET`, until its standard input ends."""

import asyncio
import sys
from pathlib import Path

from bobae.app.processes.serving_store import serving
from bobae.app.processes.wire import Address
from bobae.historian import open_store


async def keep(root: Path, place: str) -> None:
    """Keep what comes."""
    store = open_store(root, write=True)
    try:
        async with serving(store, Address(path=place)):
            print("keeping", flush=True)
            await asyncio.to_thread(sys.stdin.read)
    finally:
        store.close()


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1]), sys.argv[2]))
