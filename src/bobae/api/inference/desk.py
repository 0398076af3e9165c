"""The desk of the models that are served: finds the one that is asked, has answered together what waits together."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from bobae.api.inference.figures import Figures
from bobae.core import BobaeError, Text, UnknownName
from bobae.serve.inference import Answers, Asked, ServedModel

_SOON_ROWS = 200  # what takes longer than some milliseconds is done aside, so that others are answered meanwhile


@dataclass(frozen=True)
class Offer:
    """One model that can be asked; `wrong`: why not, where it cannot."""

    name: str
    version: str
    wrong: Text | None = None


@dataclass(eq=False)
class _Waiting:
    asked: list[Asked]
    told: list[asyncio.Future[Answers]]
    busy: bool = False


class Desk:
    """Models by name, each asked by any number of coroutines of one event loop.

    Attributes:
        figures: about what it answers.

    Args:
        models: () -> those that are served now.
    """

    def __init__(self, models: Callable[[], Iterable[ServedModel]]) -> None:
        self.figures = Figures()
        self._models = models
        self._waiting: WeakKeyDictionary[ServedModel, _Waiting] = WeakKeyDictionary()

    def offers(self) -> Sequence[Offer]:
        """Those that can be asked now, by name."""
        return [Offer(model.name, model.version) for model in sorted(self._models(), key=lambda model: model.name)]

    async def model(self, name: str, version: str | None = None) -> ServedModel:
        """The model of that name.

        Raises:
            UnknownName: there is none, or not of that version.
        """
        offered = self._named(name, version)
        return next(model for model in self._models() if model.name == offered.name)

    async def infer(self, model: ServedModel, asked: Asked) -> Answers:
        """The answers to one request; with it are answered all that wait for the same model at that moment.

        Raises:
            BadInput, Refused: see `ServedModel`.
        """
        begun, well = time.perf_counter(), False
        try:
            answers = await self._waited(model, asked)
            well = True
        finally:
            took = time.perf_counter() - begun
            self.figures.answered(model.name, model.version, len(asked.x), took, well=well)
        return answers

    def _named(self, name: str, version: str | None) -> Offer:
        known = {offer.name: offer for offer in self.offers()}
        if name not in known:
            raise UnknownName.among("no model is called {name!r}; nearest: {nearest}", name=name, known=known)
        if version not in (None, "", known[name].version):
            raise UnknownName(
                "{name} is served in version {version}, not {asked}",
                name=name,
                version=known[name].version,
                asked=version,
            )
        return known[name]

    async def _waited(self, model: ServedModel, asked: Asked) -> Answers:
        loop = asyncio.get_running_loop()
        waiting = self._waiting.setdefault(model, _Waiting([], []))
        told: asyncio.Future[Answers] = loop.create_future()
        waiting.asked.append(asked)
        waiting.told.append(told)
        if not waiting.busy:
            waiting.busy = True
            loop.call_soon(self._answer, model, waiting)
        return await told

    def _answer(self, model: ServedModel, waiting: _Waiting) -> None:
        asked, told = waiting.asked, waiting.told
        waiting.asked, waiting.told = [], []
        self.figures.called(model.name, model.version, len(asked))
        if max(len(one.x) for one in asked) <= _SOON_ROWS:
            _tell(told, model.infer(asked))
            self._go_on(model, waiting)
            return

        async def aside() -> None:
            try:
                _tell(told, await asyncio.to_thread(model.infer, asked))
            finally:
                self._go_on(model, waiting)

        self._aside = asyncio.get_running_loop().create_task(aside())

    def _go_on(self, model: ServedModel, waiting: _Waiting) -> None:
        if waiting.asked:
            asyncio.get_running_loop().call_soon(self._answer, model, waiting)
        else:
            waiting.busy = False


def _tell(told: Sequence[asyncio.Future[Answers]], answers: Sequence[Answers | BobaeError]) -> None:
    for one, said in zip(told, answers, strict=True):
        if one.cancelled():
            continue
        if isinstance(said, BobaeError):
            one.set_exception(said)
        else:
            one.set_result(said)
