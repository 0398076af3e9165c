"""The interface as a part of a plant: a process of its own that answers over HTTP and reads all else where it is."""

import asyncio
from pathlib import Path

from bobae.api.server import Tls, create_api, serve_http
from bobae.app import ToldPlant
from bobae.app.processes.part import Doing, Here
from bobae.core import text


async def answer(here: Here) -> None:
    """Answer at the port that it was told, until cancelled.

    Raises:
        BadInput: the port is taken, or is none that this user may have; see `serve_http`.
        Refused: others may ask, and nobody has a login yet.
    """
    port, host, names = int(here.more["port"]), here.more["host"], here.more["names"]
    files = [Path(here.more[name]) for name in ("cert", "key") if here.more[name] is not None]
    tls = Tls(*files) if files else None
    with ToldPlant(here.folder, here.plant, lambda: here.board) as plant:
        api = create_api(plant, host=host, names=names)
        serving = asyncio.create_task(serve_http(api, host=host, port=port, names=names, tls=tls))
        try:
            await asyncio.sleep(0)  # now it listens, or has failed
            if not serving.done():
                here.doing = lambda: Doing("active", text("it answers at {address}", address=here.more["address"]))
            await asyncio.shield(serving)
        finally:
            serving.cancel()
            await asyncio.wait({serving})
