"""The interface as a part of a plant: a process of its own that answers over HTTP and reads all else where it is."""

import asyncio

from bobae.api.server import create_api, serve_http
from bobae.app import ToldPlant
from bobae.app.processes.part import Doing, Here
from bobae.core import text


async def answer(here: Here) -> None:
    """Answer at the port that it was told, until cancelled.

    Raises:
        BadInput: the port is taken, or is none that this user may have.
    """
    port = int(here.more["port"])
    with ToldPlant(here.folder, here.plant, lambda: here.board) as plant:
        serving = asyncio.create_task(serve_http(create_api(plant), port=port))
        try:
            await asyncio.sleep(0)  # now it listens, or has failed
            if not serving.done():
                here.doing = lambda: Doing("active", text("it answers at http://127.0.0.1:{port}", port=port))
            await asyncio.shield(serving)
        finally:
            serving.cancel()
            await asyncio.wait({serving})
