"""The process that carries out what was ordered to be written to the plant; nobody else does."""

import asyncio

from bobae.app.plant_store import historian_folder
from bobae.app.processes.part import Doing, Here
from bobae.app.writing import executor
from bobae.core import text
from bobae.registry.catalogue import open_catalogue

_IDLE = Doing("idle", text("no tag of this plant may be written to, and no order is open"))


async def carry_out_orders(here: Here) -> None:
    """Carry out orders until cancelled; what is under way then is brought to its end first."""
    with open_catalogue(historian_folder(here.folder)) as catalogue:
        carries_out = await asyncio.to_thread(executor, here.plant, here.folder, catalogue.writes)
        if carries_out is None:
            here.doing = lambda: _IDLE
            await asyncio.Event().wait()
            return
        here.doing = lambda: Doing("active")
        await carries_out.run()
