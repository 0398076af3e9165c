"""Addresses of plant.yaml: a node, its namespace by index or by name, and perhaps one element of its array."""

import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, replace

from asyncua import ua

from bobae.connectors.opcua.nodes import ANY, Holds, Nodes
from bobae.core import Gap, Rejected, Text, Wish, text

Element = tuple[int, ...]
_ELEMENT = re.compile(r"(.+)\[(\d{1,9}(?:,\d{1,9})*)\]\Z", re.DOTALL)
_NAMESPACE = re.compile(r"\s*nsu=([^;]+);(.+)\Z", re.DOTALL)
UNKNOWN = (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid)


@dataclass(frozen=True)
class Place:
    """Where the server has a wish.

    Attributes:
        position: of the wish among all.
        node: the variable.
        element: which one of its array; empty: the variable itself.
        kind: 'number', 'flag', 'text', 'any', or None where the server does not say.
    """

    position: int
    wish: Wish
    node: ua.NodeId
    element: Element = ()
    kind: str | None = None


async def places(nodes: Nodes, wishes: Sequence[Wish]) -> tuple[list[Place], list[Rejected]]:
    """The wishes that can be asked for, and those that cannot be fulfilled.

    An address that ends in brackets is looked for as it stands first, since some servers have such nodes; where there
    is none, the brackets mean an element.
    """
    names = await nodes.namespaces() if any(_NAMESPACE.match(wish.address) for wish in wishes) else []
    found, inside, rejected = _understood(wishes, names)
    fit: list[Place] = []
    for place, hold in zip(found, await nodes.hold([place.node for place in found]), strict=True):
        element = _inside(place.position, place.wish, names) if hold.status in UNKNOWN else None
        if element is not None:
            inside.append(element)
        elif (no := _unfit(place.wish, hold)) is not None:
            rejected.append(no)
        else:
            fit.append(replace(place, kind=hold.kind))
    for place, hold in zip(inside, await nodes.hold([place.node for place in inside]), strict=True):
        if (no := _unfit_inside(place.wish, hold)) is not None:
            rejected.append(no)
        else:
            fit.append(replace(place, kind=hold.kind))
    return sorted(fit, key=lambda place: place.position), rejected


def _understood(wishes: Sequence[Wish], names: Sequence[str]) -> tuple[list[Place], list[Place], list[Rejected]]:
    """Addresses that are node ids, those that can only be elements, and those that are nothing."""
    found: list[Place] = []
    inside: list[Place] = []
    rejected: list[Rejected] = []
    for position, wish in enumerate(wishes):
        try:
            found.append(Place(position, wish, _node(wish.address, names)))
        except LookupError:
            there = ", ".join(names)
            why = text(
                "the server has no such namespace as {address} says; it has: {names}", address=wish.address, names=there
            )
            rejected.append(Rejected(wish, Gap.NO_SUCH_NODE, why))
        except ValueError:
            element = _inside(position, wish, names)
            if element is not None:
                inside.append(element)
                continue
            why = text("{address!r} is no OPC UA node id; write it like ns=2;s=Press.Pressure", address=wish.address)
            rejected.append(Rejected(wish, ua.StatusCodes.BadNodeIdInvalid, why))
    return found, inside, rejected


def why_not(wish: Wish, status: int) -> Text:
    """What a status says about an address."""
    if status == ua.StatusCodes.BadNodeIdUnknown:
        return text("the server does not know the node {address}", address=wish.address)
    name = ua.StatusCode(status).name
    return text("the server does not give {address} ({status})", address=wish.address, status=name)


def _node(address: str, names: Sequence[str]) -> ua.NodeId:
    """The node that an address means.

    Raises:
        LookupError: the server has no namespace of this name.
        ValueError: it is no node id.
    """
    named = _NAMESPACE.match(address)
    if named is not None:
        name = urllib.parse.unquote(named[1])
        if name not in names:
            raise LookupError(name)
        address = f"ns={names.index(name)};{named[2]}"
    try:
        return ua.NodeId.from_string(address)
    except ua.UaError as error:
        raise ValueError(address) from error


def _inside(position: int, wish: Wish, names: Sequence[str]) -> Place | None:
    """The address read as an element of an array."""
    parts = _ELEMENT.match(wish.address)
    if parts is None:
        return None
    try:
        return Place(position, wish, _node(parts[1], names), tuple(int(index) for index in parts[2].split(",")))
    except (ValueError, LookupError):
        return None


def _unfit(wish: Wish, hold: Holds) -> Rejected | None:
    if hold.status in UNKNOWN:
        return Rejected(wish, Gap.NO_SUCH_NODE, why_not(wish, hold.status))
    if hold.status == ua.StatusCodes.BadAttributeIdInvalid:
        return Rejected(wish, hold.status, text("{address} is no variable: it has no value", address=wish.address))
    if hold.status:
        return None  # some servers hide the type: whether the value can be had is told when it is asked for
    if hold.array:
        why = text("{address} holds an array; write which one of it, such as {address}[0]", address=wish.address)
        return Rejected(wish, ua.StatusCodes.BadTypeMismatch, why)
    if hold.kind is None:
        why = text("{address} holds neither a number nor a flag nor a text", address=wish.address)
        return Rejected(wish, ua.StatusCodes.BadTypeMismatch, why)
    return None


def _unfit_inside(wish: Wish, hold: Holds) -> Rejected | None:
    if hold.status or hold.kind is None:
        return _unfit(wish, hold)
    if not hold.array and hold.kind != ANY:
        why = text("{address} means an element of an array, but the node holds a single value", address=wish.address)
        return Rejected(wish, ua.StatusCodes.BadTypeMismatch, why)
    return None
