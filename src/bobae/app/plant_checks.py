"""What can be wrong with a plant file: shape by the published schema, then names, units, ranges and times."""

import difflib
import math
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from bobae.app.currencies import CURRENCIES
from bobae.app.discovery import names
from bobae.app.production_checks import production_errors, production_keys, production_mistakes
from bobae.app.rule_checks import rule_mistakes
from bobae.app.write_checks import write_mistakes
from bobae.core import (
    Asset,
    BobaeError,
    Costs,
    Monitor,
    Plant,
    Tag,
    Text,
    WriteAllowed,
    alarms_per_week,
    is_ucum,
    nearest_unit,
    text,
)

Place = tuple[str | int, ...]
_UNION_PARTS = ("[key]", "str", "int", "float", "bool")  # pydantic's own words in a place


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: the row of the file (1 is the first), and what it is with what to do."""

    row: int
    what: Text


def mistakes_in(data: Any, rows: Mapping[Place, int]) -> list[Mistake]:
    """Everything wrong with `data`, the plain values of a plant file; `rows` says where each place stands."""
    if not isinstance(data, dict):
        return [Mistake(1, text("this file describes no plant; begin with the line `plant: name-of-the-site`"))]
    checks = (_shape, _time_and_money, _tags, _sources, _monitors, rule_mistakes, production_mistakes)
    found = [mistake for check in checks for mistake in check(data)]
    return [Mistake(_row(rows, place), what) for place, what in found]


def _row(rows: Mapping[Place, int], place: Place) -> int:
    while place and place not in rows:
        place = place[:-1]
    return rows.get(place, 1)


Found = Iterator[tuple[Place, Text]]


def _shape(data: dict[str, Any]) -> Found:
    """What the schema refuses, each in words."""
    refused: list[Any] = production_errors(data)
    try:
        Plant.model_validate(data)
    except ValidationError as error:
        refused += error.errors()
    told: set[Place] = set()
    for one in refused:
        place = tuple(part for part in one["loc"] if part not in _UNION_PARTS)
        place = place[: place.index("range") + 1] if "range" in place else place
        if place not in told:
            told.add(place)
            yield place, _in_words(place, one["type"], one["input"], one.get("ctx", {}))


def _in_words(place: Place, kind: str, value: Any, context: Mapping[str, Any]) -> Text:
    where, name = ".".join(map(str, place)), str(place[-1])
    if name == "range":
        return _two_numbers()
    if kind == "extra_forbidden":
        return text(
            "no setting is called {name!r} here; nearest: {nearest}", name=name, nearest=_nearest(name, _keys(place))
        )
    if kind == "missing":
        return text("{name!r} is missing; add a line `{name}: ...` here", name=name)
    if kind == "string_pattern_mismatch" and place[0] == "currency":
        return _currency(value)
    if kind == "string_pattern_mismatch" and place[0] == "assets" and len(place) == 2:
        return text("the asset {name!r} is no path; write area/line/work_unit without spaces and dots", name=name)
    if kind == "string_pattern_mismatch":
        return text("the name {name!r} is empty or has a space in it; write it without", name=value)
    if kind == "literal_error":
        return text("{where} is {value!r}; it can be {allowed}", where=where, value=value, allowed=context["expected"])
    if kind == "greater_than_equal" and context["ge"]:
        return text("{where} is {value!r}; write {least} or more", where=where, value=value, least=context["ge"])
    if kind == "greater_than_equal":
        return text("{where} is {value!r}; write zero or more", where=where, value=value)
    return text("{where} is {value!r}; write {wanted}", where=where, value=value, wanted=_wanted(kind))


def _wanted(kind: str) -> Text:
    if kind.startswith("float") or kind == "finite_number":
        return text("a number")
    if kind == "greater_than":
        return text("a number above zero")
    if kind.startswith("int"):
        return text("a whole number")
    if kind == "bool_type":  # the first of those that a value to be written can be
        return text("a number, a word, true or false")
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return text("lines `name: value` below it, indented")
    if kind == "tuple_type":
        return text("lines that begin with `- ` below it")
    return text("a word")


def _keys(place: Place) -> list[str]:
    """The settings that exist where `place` is."""
    if place[0] == "production":
        return production_keys(place)
    owner: type[BaseModel] = Plant
    if place[0] == "assets":
        owner = WriteAllowed if "write" in place[4:-1] else Tag if len(place) > 3 else Asset
    elif place[0] == "monitors":
        owner = Costs if "costs" in place[:-1] else Monitor
    return [f.alias or name for name, f in owner.model_fields.items()]


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    return ", ".join(difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known[:8]) or "-"


def _currency(value: Any) -> Text:
    letters = sorted(str(value).upper())
    swapped = sorted(code for code in CURRENCIES if sorted(code) == letters)
    nearest = ", ".join(swapped) or _nearest(str(value).upper(), CURRENCIES)
    return text("no currency has the code {value!r}; nearest: {nearest} (ISO 4217)", value=value, nearest=nearest)


def _time_and_money(data: dict[str, Any]) -> Found:
    zone = data.get("timezone")
    if isinstance(zone, str) and zone not in zoneinfo.available_timezones():
        nearest = _nearest(zone, zoneinfo.available_timezones())
        yield ("timezone",), text("no time zone is called {zone!r}; nearest: {nearest}", zone=zone, nearest=nearest)
    currency = data.get("currency")
    if isinstance(currency, str) and len(currency) == 3 and currency.isupper() and currency not in CURRENCIES:
        yield ("currency",), _currency(currency)


def _tags(data: dict[str, Any]) -> Found:
    sources = _mapping(data.get("sources"))
    for path, asset in _mapping(data.get("assets")).items():
        for name, tag in _mapping(_mapping(asset).get("tags")).items():
            place: Place = ("assets", path, "tags", name)
            tag = _mapping(tag)
            unit, source = tag.get("unit"), tag.get("source")
            if isinstance(unit, str) and not is_ucum(unit):
                said = text(
                    "the unit {unit!r} is not a UCUM code; write {nearest}", unit=unit, nearest=nearest_unit(unit)
                )
                yield (*place, "unit"), said
            if isinstance(source, str) and source not in sources:
                nearest = _nearest(source, sources)
                yield (
                    (*place, "source"),
                    text(
                        "no source is called {source!r} under `sources`; nearest: {nearest}",
                        source=source,
                        nearest=nearest,
                    ),
                )
            estimate, others = tag.get("estimated_by"), _mapping(_mapping(asset).get("tags")).keys() - {name}
            if isinstance(estimate, str) and estimate not in others:
                values = {"asset": path, "tag": estimate, "nearest": _nearest(estimate, others)}
                yield (*place, "estimated_by"), text("{asset} has no tag {tag!r}; nearest: {nearest}", **values)
            yield from _range(place, tag)
            for key, said in write_mistakes(tag, sources):
                yield (*place, "write", *([key] if key else [])), said
        yield from _contexts(path, _mapping(asset))


def _contexts(path: str, asset: Mapping[str, Any]) -> Found:
    """One tag at most says the lot of an asset, one its wafer, and so on."""
    said_by: dict[str, str] = {}
    for name, tag in _mapping(asset.get("tags")).items():
        context = _mapping(tag).get("context")
        if isinstance(context, str) and said_by.setdefault(context, name) != name:
            said = text(
                "{other} is the {context} of this asset already; leave `context` out here",
                other=said_by[context],
                context=context,
            )
            yield ("assets", path, "tags", name, "context"), said


def _range(place: Place, tag: Mapping[str, Any]) -> Found:
    span, deadband = tag.get("range"), tag.get("deadband")
    if not (isinstance(span, list) and len(span) == 2):
        return  # its shape is told already
    low, high = span
    if any(isinstance(end, float) and not math.isfinite(end) for end in span):
        yield (*place, "range"), _two_numbers()
    if not (_is_number(low) and _is_number(high)):
        return
    if low >= high:
        said = text("the range [{low}, {high}] is empty; write the lower value first", low=low, high=high)
        yield (*place, "range"), said
    elif _is_number(deadband) and deadband > high - low:
        yield (
            (*place, "deadband"),
            text(
                "the dead band {deadband} is wider than the range [{low}, {high}]; no change would ever count",
                deadband=deadband,
                low=low,
                high=high,
            ),
        )


def _two_numbers() -> Text:
    return text("the range must be two numbers, the lower first: [low, high]")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _sources(data: dict[str, Any]) -> Found:
    known = names("connectors")
    for name, source in _mapping(data.get("sources")).items():
        connector = _mapping(source).get("connector")
        if isinstance(connector, str) and connector not in known:
            nearest = _nearest(connector, known)
            said = text(
                "no connector is called {connector!r}; nearest: {nearest}", connector=connector, nearest=nearest
            )
            yield ("sources", name, "connector"), said


def _monitors(data: dict[str, Any]) -> Found:
    monitors, assets = data.get("monitors"), _mapping(data.get("assets"))
    for i, monitor in enumerate(monitors if isinstance(monitors, list) else []):
        monitor = _mapping(monitor)
        asset, budget = monitor.get("asset"), monitor.get("alarm_budget")
        if isinstance(asset, str) and asset not in assets:
            said = text(
                "no asset {asset!r} under `assets`; nearest: {nearest}", asset=asset, nearest=_nearest(asset, assets)
            )
            yield ("monitors", i, "asset"), said
        several = monitor.get("promoted_by")
        if monitor.get("retrain") == "automatic" and isinstance(several, int) and several > 1:
            said = text("with `retrain: automatic` nobody promotes; write `retrain: propose`, or leave this out")
            yield ("monitors", i, "promoted_by"), said
        if isinstance(budget, (str, int, float)):
            try:
                alarms_per_week(budget)
            except BobaeError as error:
                yield ("monitors", i, "alarm_budget"), error.text


def _mapping(value: Any) -> dict[str, Any]:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}
