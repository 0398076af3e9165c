"""What can be wrong with the rules of a plant file beyond their shape: machines, tags, conditions, names."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bobae.core import Text, text

_CONDITIONS = ("high", "low", "rise", "fall", "western_electric", "stuck_for", "silent_for")
Found = Iterator[tuple[tuple[str | int, ...], Text]]


def rule_mistakes(data: Mapping[str, Any]) -> Found:
    """Each mistake with its place in the file."""
    rules, assets = data.get("rules"), _mapping(data.get("assets"))
    points: set[str] = set()
    for i, rule in enumerate(rules if isinstance(rules, list) else []):
        rule, place = _mapping(rule), ("rules", i)
        yield from ((place, said) for said in _conditions(rule))
        asset, kind = rule.get("asset"), rule.get("class")
        if (asset is None) == (kind is None):
            yield place, text("a rule is for one `asset` or for a `class` of assets: write one of them")
            continue
        described = {path: _mapping(one) for path, one in assets.items()}
        meant = {path: one for path, one in described.items() if path == asset or (kind and one.get("class") == kind)}
        if not meant:
            yield (*place, "class" if asset is None else "asset"), _no_machine(asset, kind, assets)
        for path, one in meant.items():
            tags = _mapping(one.get("tags"))
            for where, tag in ((("tag",), rule.get("tag")), (("only_when", "tag"), _gate(rule).get("tag"))):
                if isinstance(tag, str) and tag not in tags:
                    said = {"asset": path, "tag": tag, "nearest": _nearest(tag, tags)}
                    yield (*place, *where), text("{asset} has no tag {tag!r}; nearest: {nearest}", **said)
            point = f"{path}:{rule.get('name')}"
            if point in points:
                yield (
                    (*place, "name"),
                    text("another rule of {asset} is called {name!r}", asset=path, name=rule.get("name")),
                )
            points.add(point)


def _conditions(rule: Mapping[str, Any]) -> Iterator[Text]:
    given = [name for name in _CONDITIONS if rule.get(name) is not None]
    if len(given) != 1:
        yield text(
            "a rule has exactly one condition; this one has {given}. Write one of {known}",
            given=", ".join(given) or "-",
            known=", ".join(_CONDITIONS),
        )
    if _gate(rule) and _gate(rule).get("above") is None and _gate(rule).get("below") is None:
        yield text("`only_when` needs `above` or `below`")


def _gate(rule: Mapping[str, Any]) -> dict[str, Any]:
    return _mapping(rule.get("only_when"))


def _no_machine(asset: Any, kind: Any, assets: Mapping[str, Any]) -> Text:
    if asset is None:
        kinds = {str(k) for one in assets.values() if (k := _mapping(one).get("class")) is not None}
        return text(
            "no asset has the class {kind!r}; nearest: {nearest}", kind=kind, nearest=_nearest(str(kind), kinds)
        )
    return text(
        "no asset {asset!r} under `assets`; nearest: {nearest}", asset=asset, nearest=_nearest(str(asset), assets)
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    return ", ".join(difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)) or "-"


def _mapping(value: Any) -> dict[str, Any]:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}
