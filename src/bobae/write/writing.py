"""All that one needs to have a plant written to, over one book of orders."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from bobae.core import Tag
from bobae.registry.catalogue import WriteStore
from bobae.write.desk import Desk
from bobae.write.persons import Persons
from bobae.write.switch import KillSwitch


@dataclass(frozen=True, eq=False)
class Writing:
    """Who may order what at one plant, and what came of it. Any thread may use it, and several processes at once.

    Attributes:
        book: orders, persons and audit as they are kept.
        persons: who may ask and approve.
        desk: where they do.
        switch: stops all of it.
    """

    book: WriteStore
    persons: Persons
    desk: Desk
    switch: KillSwitch

    @classmethod
    def over(cls, book: WriteStore, tags: Mapping[str, Tag], clock: Callable[[], int] = time.time_ns) -> Self:
        """Over one book, for the tags of plant.yaml."""
        return cls(book, Persons(book, clock), Desk(book, tags, clock=clock), KillSwitch(book, clock))
