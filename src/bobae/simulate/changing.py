"""A production with something changed: by the place where it stands, or as two files that differ."""

import re
from collections.abc import Iterator
from typing import Any

from bobae.core import BadInput, UnknownName
from bobae.flow import Production
from bobae.flow.production import production_of

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def changed(production: Production, place: str, value: Any) -> Production:
    """The same production with one value set.

    Args:
        production: what is changed; it stays as it is.
        place: keys and numbers from the top, such as `machines.saw.count` or `routes.shaft[2].time`. Names with a dot
            in them cannot be reached.
        value: what a plant file would hold there.

    Raises:
        UnknownName: there is no such place.
        BadInput: the value cannot stand there.

    Example:
        >>> made = Production.model_validate({"machines": {"saw": {}}, "routes": {}})
        >>> changed(made, "machines.saw.count", 3).machines["saw"].count
        3
    """
    document = production.model_dump(exclude_unset=True)
    keys = [name if name else int(number) for name, number in _PART.findall(place)]
    if not keys:
        raise BadInput("'{place}' names no place; write such as machines.saw.count", place=place)
    inner: Any = document
    for key in keys[:-1]:
        if isinstance(inner, dict) and isinstance(_inside(inner, key, place), tuple):
            inner[key] = list(inner[key])  # so that it can be changed
        inner = _inside(inner, key, place)
        if not isinstance(inner, (dict, list)):
            raise BadInput("'{place}' leads into a value that has no parts", place=place)
    if isinstance(inner, dict) and isinstance(keys[-1], str):
        inner[keys[-1]] = value
    else:
        _inside(inner, keys[-1], place)
        inner[keys[-1]] = value
    return production_of(document)


def _inside(inner: Any, key: str | int, place: str) -> Any:
    if isinstance(key, int) and isinstance(inner, (list, tuple)) and key < len(inner):
        return inner[key]
    if isinstance(key, str) and isinstance(inner, dict) and key in inner:
        return inner[key]
    known = [str(name) for name in (inner if isinstance(inner, dict) else range(len(inner)))]
    raise UnknownName.among(
        "'{place}': there is no '{name}'; nearest: {nearest}", name=str(key), known=known, place=place
    )


def differences(before: Production, after: Production) -> list[tuple[str, Any, Any]]:
    """Where two productions differ: the place, what stood there, what stands there; None where there is nothing."""
    return list(_differences(before.model_dump(), after.model_dump(), ""))


def _differences(before: Any, after: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        for number in range(max(len(before), len(after))):
            one = before[number] if number < len(before) else None
            other = after[number] if number < len(after) else None
            yield from _differences(one, other, f"{place}[{number}]")
    elif before != after:
        yield place, before, after
