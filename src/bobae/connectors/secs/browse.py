"""Everything that equipment lists: its variables, events, alarms and constants as addresses for plant.yaml."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bobae.connectors.secs.gem import Gem, Listed
from bobae.connectors.secs.items import Item
from bobae.connectors.secs.readings import identity
from bobae.core import Offered, ucum_code

Rows = Mapping[str, Listed]
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_THINGS = ("lot", "wafer", "substrate", "recipe", "step", "carrier", "cassette", "foup", "slot")
_NAMES = {thing + tail for thing in _THINGS for tail in ("", "id", "name")} | {"id", "name", "ppid"}


async def offered(gem: Gem) -> list[Offered]:
    """Status variables by themselves and as traces, the variables of each event, events, alarms, constants, state."""
    lists = {kind: await gem.names(kind) or {} for kind in ("sv", "dv", "ce", "ec", "alarm")}
    kinds = await _kinds(gem, lists["sv"], (1, 3))
    constants = await _kinds(gem, lists["ec"], (2, 13))
    found = [Offered("state", "state", "text")]
    for one, row in lists["sv"].items():
        path = f"status/{_named(row, one)}"
        found.append(Offered(f"sv/{one}", path, kinds.get(one), _unit(row, 2)))
        if kinds.get(one) == "number":
            found.append(Offered(f"trace/{one}", f"trace/{_named(row, one)}", "number", _unit(row, 2)))
    found += _reported(lists, kinds)
    for one, row in lists["alarm"].items():
        words = str(row.cells[2]) if len(row.cells) > 2 else one
        found += [
            Offered(f"alarm/{one}", f"alarm/{words}", "flag"),
            Offered(f"alarm/{one}/text", f"alarm/{words}/text", "text"),
        ]
    found += [
        Offered(f"ec/{one}", f"constant/{_named(row, one)}", constants.get(one), _unit(row, 5), _range(row))
        for one, row in lists["ec"].items()
    ]
    return found


def _reported(lists: Mapping[str, Rows], kinds: Mapping[str, str | None]) -> Iterator[Offered]:
    for event, row in lists["ce"].items():
        yield Offered(f"ce/{event}", f"event/{_named(row, event)}", "number")
        listed = row.cells[2] if len(row.cells) > 2 and isinstance(row.cells[2], list) else []
        for one in map(identity, listed):
            kind = "sv" if one in lists["sv"] else "dv"
            variable = lists[kind].get(one)
            unit = None if variable is None else _unit(variable, 2)
            path = f"event/{_named(row, event)}/{one if variable is None else _named(variable, one)}"
            holds = kinds.get(one) if kind == "sv" else _guessed(path.rpartition("/")[2], unit)
            yield Offered(f"{kind}/{one}@ce/{event}", path, holds, unit)


def _guessed(name: str, unit: str | None) -> str | None:
    """What a data variable holds: it has a value at its event only, so its unit and its name are all there is.

    Example:
        >>> _guessed("EtchTime", "s"), _guessed("LotId", None), _guessed("WaferCount", None)
        ('number', 'text', None)
    """
    if unit:
        return "number"
    words = _WORD.findall(name)
    return "text" if words and words[-1].lower() in _NAMES else None


async def _kinds(gem: Gem, listed: Rows, question: tuple[int, int]) -> dict[str, str | None]:
    """What each variable holds, by the value that it has now."""
    if not listed:
        return {}
    kinds = await gem.kinds(*question, [row.raw for row in listed.values()])
    return dict(zip(listed, kinds, strict=True))


def _named(row: Listed, otherwise: str) -> str:
    name = str(row.cells[1]).strip() if len(row.cells) > 1 else ""
    return name or otherwise


def _unit(row: Listed, place: int) -> str | None:
    said = row.cells[place] if len(row.cells) > place else None
    return ucum_code(said) if isinstance(said, str) and said.strip() else None


def _range(row: Listed) -> tuple[float, float] | None:
    ends: Sequence[Item] = row.cells[2:4]
    low, high = [one if isinstance(one, (int, float)) else None for one in ends] if len(ends) == 2 else (None, None)
    return (float(low), float(high)) if low is not None and high is not None and low < high else None
