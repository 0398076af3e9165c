"""The trainer: the process that trains the models that are missing and ends; what training took is given back."""

import asyncio
from pathlib import Path

from bobae.app.happened import Happened
from bobae.app.processes.part import Doing, Here
from bobae.app.training_missing import TrainingMissing
from bobae.app.wanted import Wanted
from bobae.core import Text, text


async def train(here: Here) -> None:
    """Train every model that is missing, one after the other."""
    here.doing = lambda: Doing("active", text("it trains the models that are missing"))
    more = here.more
    wanted = Wanted(**more["wanted"] | {"log": None if more["wanted"]["log"] is None else Path(more["wanted"]["log"])})
    known = {asset: tuple(_happened(one) for one in all_of) for asset, all_of in more["happened"].items()}
    training = TrainingMissing(here.folder, here.settings, wanted, known)
    for monitor in training.missing(here.plant.monitors):
        came = await asyncio.to_thread(training.train, monitor, here.progress, here.tell)
        if came is not None:
            here.result(came.as_json())


def _happened(kept: dict[str, object]) -> Happened:
    what = kept["what"]
    assert isinstance(what, dict)
    return Happened(int(str(kept["start_ns"])), int(str(kept["end_ns"])), Text.from_json(what))
