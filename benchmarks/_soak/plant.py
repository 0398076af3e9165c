"""bobae collecting a plant in a process of its own: `python -m _soak.plant FOLDER`.

It prints `ready`, then on each row of its standard input one row of JSON: its tasks, and how each source stands. It
ends with its standard input.
"""

import asyncio
import json
import sys
from pathlib import Path

from bobae.app.at_work import at_work
from bobae.core import Plant

_EACH_S = 0.02


async def run(folder: Path) -> None:
    """Collect until standard input ends."""
    plant = Plant.model_validate_json((folder / "plant.json").read_text("utf-8"))
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async with at_work(folder, plant) as work:
        collecting = asyncio.create_task(work.collect())
        longest = [0.0]
        stalls = asyncio.create_task(_stalls(longest))
        print("ready", flush=True)
        while await asked.readline():
            states = {
                state.name: {"samples": state.samples, "dropped": state.dropped, "waiting": state.waiting}
                for state in work.sources()
            }
            print(json.dumps({"tasks": len(asyncio.all_tasks()), "stall_s": longest[0], "sources": states}), flush=True)
            longest[0] = 0.0
        for task in (collecting, stalls):
            task.cancel()
        await asyncio.wait([collecting, stalls])


async def _stalls(longest: list[float]) -> None:
    """How late the event loop gets to what is due, at most."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EACH_S
        await asyncio.sleep(_EACH_S)
        longest[0] = max(longest[0], loop.time() - due)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
