"""Writing to a plant, wired: its book of orders for the command line, and the one who carries them out."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from bobae.app import discovery, plant_file
from bobae.app.plant_store import historian_folder, sources_folder
from bobae.app.settings import Settings
from bobae.core import BadInput, Plant, Writer
from bobae.registry.catalogue import Order, OrderState, WriteStore, open_catalogue
from bobae.write import Desk, Executor, Writing

_LOOK_S = 0.1


@contextlib.contextmanager
def writing_at(place: Path, settings: Settings) -> Iterator[Writing]:
    """The book of orders of the plant that `place` belongs to, open as long as the block; bobae may be running there.

    Raises:
        BadInput: no plant file is there.
        Refused, Unreachable: the catalogue cannot be opened.
    """
    found = plant_file.find(place)
    if found is None or settings.plant is None:
        raise BadInput("there is no plant file in {folder} or above; say where with --plant DIR", folder=place)
    with open_catalogue(historian_folder(found.parent)) as catalogue:
        yield Writing.over(catalogue.writes, dict(settings.plant.tags()))


def carried_out(desk: Desk, number: int, *, wait_s: float = 15.0) -> Order:
    """An approved order once it is known what came of it, or as it is after that time: perhaps nobody is at work."""
    until = time.monotonic() + wait_s
    while (order := desk.order(number)).state in (OrderState.APPROVED, OrderState.WRITING):
        if time.monotonic() >= until:
            break
        time.sleep(_LOOK_S)
    return order


def has_orders(plant: Plant, book: WriteStore) -> bool:
    """Whether anything may be written to the plant, or an order is open."""
    with book.looking() as orders:
        is_open = bool(orders.orders.page(states=[state for state in OrderState if state.open], limit=1))
    return is_open or any(tag.write is not None for _, tag in plant.tags())


def executor(plant: Plant, folder: Path, book: WriteStore) -> Executor | None:
    """Who carries out the orders of a plant; None where no tag may be written to and no order is open.

    Args:
        plant: its sources and tags.
        folder: of the plant.
        book: its orders.
    """
    if not has_orders(plant, book):
        return None

    def reach(source: str) -> Writer:
        settings = plant.sources[source]
        made: Writer = discovery.load("connectors", settings.connector).writer(
            settings.settings, sources_folder(folder) / source
        )
        return made

    return Executor(book, dict(plant.tags()), reach)
