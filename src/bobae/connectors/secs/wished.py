"""The wishes sorted: those that can be asked for, and those that the equipment cannot fulfil, with the reason."""

from collections.abc import Sequence

from bobae.connectors.secs.address import Address, address_of, no_address
from bobae.connectors.secs.gem import Gem
from bobae.connectors.secs.settings import SecsSettings
from bobae.core import Gap, Rejected, Wish, text

BAD = 0x8000_0000
Wished = list[tuple[int, Wish, Address]]


async def clock_of(gem: Gem, settings: SecsSettings) -> str | None:
    """The variable that goes into every report to say when: as set, else the one called Clock."""
    if settings.clock is not None:
        await gem.names("sv")
        await gem.names("dv")
        return settings.clock
    variables = await gem.names("sv") or {}
    return next((one for one, row in variables.items() if str(row.cells[1]).strip().casefold() == "clock"), None)


def sorted_out(wishes: Sequence[Wish]) -> tuple[Wished, list[Rejected]]:
    """The wishes with an address, and those without."""
    wished: Wished = []
    rejected: list[Rejected] = []
    for position, wish in enumerate(wishes):
        address = address_of(wish.address)
        if address is None:
            rejected.append(Rejected(wish, BAD, no_address(wish.address)))
        else:
            wished.append((position, wish, address))
    return wished, rejected


async def unknown(gem: Gem, settings: SecsSettings, wish: Wish, address: Address) -> Rejected | None:
    """Why the equipment cannot have it, as far as its lists tell."""
    kinds = [address.listed] if address.listed else []
    lists = [await gem.names(kind) for kind in (["sv", "dv"] if address.what == "report" else kinds)]
    given = [one for one in lists if one is not None]
    if given and len(given) == len(lists) and not any(address.id in one for one in given):
        why = text("the equipment knows no {address}: it does not list {id!r}", address=wish.address, id=address.id)
        return Rejected(wish, Gap.NO_SUCH_NODE, why)
    if address.event is not None:
        events = await gem.names("ce")
        if events is not None and address.event not in events:
            why = text(
                "the equipment knows no {address}: it does not list {id!r}", address=wish.address, id=address.event
            )
            return Rejected(wish, Gap.NO_SUCH_NODE, why)
        if settings.reports == "existing" and not any(address.id in ids for ids in settings.known_reports.values()):
            why = text("no report in `known_reports` holds {id!r} for {address}", address=wish.address, id=address.id)
            return Rejected(wish, Gap.NO_SUCH_NODE, why)
    return None
