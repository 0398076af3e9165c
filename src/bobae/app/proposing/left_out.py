"""What of a source's variables is not proposed: what cannot be kept, what is no measurement, what is there twice."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.proposed import LeftOut
from bobae.app.proposing.words import key_of, parts_of
from bobae.core import Offered, Text, text


def sorted_out(
    offered: Sequence[Offered], ways: Sequence[str], there: Collection[str]
) -> tuple[list[Offered], list[LeftOut]]:
    """What can be proposed, and what is left out with why.

    Args:
        offered: all that the source offers.
        ways: first parts of a path that say how a variable is had, the best first.
        there: addresses that stand in plant.yaml; these can always be.
    """
    ours, left_out = _one_way(offered, ways, there)
    fit, seen = [], set()
    for one in ours:
        if one.address in seen:
            left_out.append(LeftOut(one, text("the same address stands here twice")))
        elif one.address not in there and (why := _why_not(one)) is not None:
            left_out.append(LeftOut(one, why))
        else:
            fit.append(one)
        seen.add(one.address)
    return fit, left_out


def _one_way(
    offered: Sequence[Offered], ways: Sequence[str], there: Collection[str]
) -> tuple[list[Offered], list[LeftOut]]:
    """Each variable once, in the way that plant.yaml has it or else in the best; its path without the way."""
    if not ways:
        return list(offered), []
    found: dict[str, list[tuple[int, Offered]]] = defaultdict(list)
    for one in offered:
        way, _, rest = one.path.partition("/")
        rank, path = (ways.index(way), rest) if way in ways and rest else (len(ways), one.path)
        found[path].append((-1 if one.address in there else rank, replace(one, path=path)))
    best = {path: min(rank for rank, _ in those) for path, those in found.items()}
    why = text("is proposed already, in another way that the source offers it")
    return (
        [one for path, those in found.items() for rank, one in those if rank == best[path]],
        [LeftOut(one, why) for path, those in found.items() for rank, one in those if rank != best[path]],
    )


def _why_not(one: Offered) -> Text | None:
    if one.kind is None:
        return text("holds an array, a structure or nothing that can be kept")
    parts = parts_of(one.path or one.address)
    keys = [key_of(part) for part in parts]
    if keys[-1].isdigit() and all(key.isdigit() or key in v.REGISTER for key in keys[-2:]):
        return text("has no name: its device's manual says what it holds; add it to plant.yaml by hand")
    if any(key in v.CONTROL for key in keys):
        return text("is a command to the device, no measurement")
    if any(key in v.SESSION for key in keys):
        return text("counts connections, it measures nothing")
    if any(key in v.IDENTITY for key in keys) or any(re.match(r"^_[A-Z]", part) for part in parts):
        return text("is what the device or its server says of itself, no measurement")
    return None
