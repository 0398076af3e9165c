"""A plant at work in one process: `python -m _group.alone FOLDER`, until its standard input ends."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from bobae.api import create_api, serve_http
from bobae.app import settings_for
from bobae.app.live_run import live
from bobae.app.live_wishes import Wishes


async def run(folder: Path, port: int) -> None:
    """Collect, score and answer; says when all models watch."""
    stop, settings = asyncio.Event(), settings_for(folder)
    assert settings.plant is not None
    wanted = len(settings.plant.monitors)

    async def serve(work: Any) -> None:
        await serve_http(create_api(work), port=port)

    async def say(work: Any) -> None:
        while len(work.models()) < wanted:
            await asyncio.sleep(0.1)
        print("watching", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        stop.set()

    await live(folder, settings, Wishes((serve, say), f"http://127.0.0.1:{port}/api/v1"), stop=stop)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
