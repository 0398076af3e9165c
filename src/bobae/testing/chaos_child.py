"""bobae collecting in a process of its own: `python -m bobae.testing.chaos_child PLAN`.

PLAN is JSON: `maker` ('module:name' of the source's class), `where` (its host, port ...), `settings` of its connector,
and `job` as in `chaos_bobae.Job`. It prints one row of JSON for what has been acknowledged as durable, a list of [tag,
time]; an empty one first, when it collects. A number on its standard input sets its clock so many seconds ahead; at the
end of the input it ends in good order.
"""

import asyncio
import importlib
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bobae.collect import Patience
from bobae.testing.chaos_bobae import Acked, Here, Job, shifted


class _Telling(list[Acked]):
    """Tells what is added to it."""

    def extend(self, more: Any) -> None:
        """In one write, so that rows of several threads do not mix."""
        sys.stdout.write(json.dumps(list(more)) + "\n")
        sys.stdout.flush()


async def collect(plan: dict[str, Any]) -> None:
    """Collect until the standard input ends."""
    ahead = [0.0]
    clock = shifted(lambda: ahead[0])
    time.time_ns = clock  # the connectors' clock too: they ask the module
    module, _, name = plan["maker"].partition(":")
    where = {key: Path(value) if key == "folder" else value for key, value in plan["where"].items()}
    source = getattr(importlib.import_module(module), name)(**where)
    bobae = Here(lambda keeps: source.connector(keeps, **plan["settings"]), _job(plan["job"]), lambda: time.time_ns())
    bobae.acked = _Telling()
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    await bobae.start()
    bobae.acked.extend([])
    async for line in commands:
        ahead[0] = float(line)
    await bobae.stop()


def _job(said: dict[str, Any]) -> Job:
    wishes: Sequence[Any] = said["wishes"]
    return Job(
        Path(said["root"]),
        Path(said["keeps"]),
        tuple((path, address) for path, address in wishes),
        said["resumes"],
        Patience(**said["patience"]),
    )


if __name__ == "__main__":
    logging.disable()
    asyncio.run(collect(json.loads(sys.argv[1])))
