"""The desk of the models that are live in a plant: each is opened, and proved, when it is asked for the first time."""

import asyncio
from collections.abc import Sequence

from bobae.api.inference.desk import Desk, Offer
from bobae.app.live_serving import LiveServing
from bobae.serve.inference import ServedModel


class PlantDesk(Desk):
    """Models by name, as the plant's catalogue has them live at the moment.

    Args:
        serving: opens them.
    """

    def __init__(self, serving: LiveServing) -> None:
        super().__init__(list)
        self._serving = serving

    def offers(self) -> Sequence[Offer]:
        """Those that are live, by name; one that was refused with the reason."""
        return [
            Offer(one.name, one.version, None if (wrong := self._serving.wrong(one)) is None else wrong.text)
            for one in self._serving.live()
        ]

    async def model(self, name: str, version: str | None = None) -> ServedModel:
        """The model of that name.

        Raises:
            UnknownName: none is live by that name, or another version of it.
            Refused: it does not pass the import gate here.
        """
        offered = self._named(name, version)
        found = self._serving.served(offered.name)
        if found is None:
            found = await asyncio.to_thread(self._serving.opened, offered.name)
        return found
