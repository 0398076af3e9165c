"""What the elements of a submodel say, as plain values: numbers with their units, names, what they point at.

The unit of a property stands in its concept description (or in the property itself) as the data specification
IEC 61360 says, or in a qualifier of the type `unit`.
"""

import re
from collections.abc import Mapping
from typing import Any

from bobae.core import BadInput, UnknownName
from bobae.flow.aasx import Element
from bobae.flow.times import MICROSECONDS, time

Where = tuple[str | int, ...]
NAMED = ("machines", "routes", "products", "crews", "calendars")
_TIMES = frozenset(
    "load unload apart lasts first every time setup_time interval limit start due at round mtbf mttr".split()
)
_MONEY = frozenset("cost_per_hour price material energy_price".split())
_LONG = {"sec": "s", "second": "s", "minute": "min", "hour": "h", "week": "w", "wk": "w"}
_UNITS = {**{unit: unit for unit in MICROSECONDS}, **_LONG, **{f"{unit}s": short for unit, short in _LONG.items()},
          "days": "d", "초": "s", "분": "min", "시간": "h", "일": "d", "주": "w"}  # fmt: skip
_PARTS = {"": 1.0, "1": 1.0, "%": 100.0, "kW": 1.0, "W": 1000.0}  # of a whole, of a kW
_NUMERIC = frozenset(
    "decimal integer byte short int long unsignedByte unsignedShort unsignedInt unsignedLong nonNegativeInteger "
    "positiveInteger float double".split()
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?", re.IGNORECASE)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_WORD = re.compile(r"https://admin-shell[.-]io/idta/(?:HierarchicalStructures|ProcessParameters)/(\w+)/\d+/\d+/?")


def inside(element: Any, key: str) -> list[Element]:  # whatever stands in the file
    """The elements that another one holds under a key; none where there is nothing of the kind."""
    held = element.get(key) if isinstance(element, dict) else None
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def semantic(element: Element) -> str:
    """The identifier of what it means; '' where it has none."""
    keys = inside(element.get("semanticId"), "keys")
    return str(keys[-1].get("value", "")) if keys else ""


def word(element: Element) -> str:
    """What an element is in its template, whatever it is called here; its idShort where it is of none."""
    found = _WORD.fullmatch(semantic(element))
    return found[1] if found else str(element.get("idShort", ""))


def name_of(referable: Element) -> str:
    """The name to show: Korean, else English, else any; without one its idShort."""
    return _text(inside(referable, "displayName")) or str(referable.get("idShort") or referable.get("id", "")).strip()


def _text(strings: list[Element]) -> str:
    spoken = {str(one.get("language", "")).lower()[:2]: str(one.get("text", "")).strip() for one in strings}
    return spoken.get("ko") or spoken.get("en") or next(iter(spoken.values()), "")


def no_value(element: Element, place: str) -> BadInput:
    """The error for an element of a kind that cannot stand there."""
    return BadInput(
        "{place} is a {kind}, which says no value here; write a Property, a ReferenceElement, a collection or a list",
        place=place,
        kind=element.get("modelType"),
    )


class Values:
    """Elements as plain values; it remembers where each one stood.

    Attributes:
        targets: by all keys of a reference, joined by '/', the name of what it points at.
        places: for each value in the production, where it was read.
    """

    def __init__(self, concepts: list[Element], targets: Mapping[str, str]) -> None:
        self.targets = targets
        self.places: dict[Where, str] = {}
        self._units = {str(one["id"]): _unit(one) for one in concepts}

    def of(self, element: Element, place: str, where: Where) -> Any:
        """The value of an element.

        Args:
            element: as JSON says it.
            place: where it stands in the file, for whoever must mend it.
            where: where it goes in the production.

        Raises:
            BadInput: it is of no kind that says a value, or its value cannot be read.
        """
        self.places[where] = place
        kind = element.get("modelType")
        if kind == "Property":
            return self._property(element, place)
        if kind == "SubmodelElementCollection":
            return self._collection(element, place, where)
        if kind == "SubmodelElementList":
            return [self.of(child, f"{place}[{i}]", (*where, i)) for i, child in enumerate(inside(element, "value"))]
        if kind == "ReferenceElement":
            return self._pointed(element, place)
        if kind == "MultiLanguageProperty":
            return _text(inside(element, "value"))
        raise no_value(element, place)

    def _collection(self, element: Element, place: str, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in inside(element, "value"):
            short = str(child.get("idShort", ""))
            name = name_of(child) if len(where) == 1 and where[0] in NAMED else short
            if name in found:
                raise BadInput("{place}: '{name}' was said elsewhere already; say it once", place=place, name=name)
            found[name] = self.of(child, f"{place}.{short}", (*where, name))
        return found

    def _pointed(self, element: Element, place: str) -> str:
        path = "/".join(str(key.get("value", "")) for key in inside(element.get("value"), "keys"))
        if path not in self.targets:
            raise UnknownName.among(
                "{place} points at '{name}', which is not in this file; nearest: {nearest}",
                name=path,
                known=self.targets,
                place=place,
            )
        return self.targets[path]

    def _property(self, element: Element, place: str) -> Any:
        written = str(element.get("value") if element.get("value") is not None else "").strip()
        kind = str(element.get("valueType", "xs:string")).removeprefix("xs:")
        if not written:
            raise BadInput("{place} has no value: fill it in or leave the element out", place=place)
        field = str(element.get("idShort", ""))
        if kind == "boolean" and written in ("true", "false", "1", "0"):
            return written in ("true", "1")
        if kind == "duration":
            return _duration(written, place)
        value: str | int | float
        if kind in _NUMERIC or (field in _TIMES and _NUMBER.fullmatch(written)):
            value = self._measured(element, place, written, field)
        else:
            value = written
        if field in _TIMES and not str(value).endswith("pieces"):
            _check_time(str(value), place)
        return value

    def _measured(self, element: Element, place: str, written: str, field: str) -> str | int | float:
        unit = _unit(element) or self._units.get(semantic(element), "")
        if not _NUMBER.fullmatch(written):
            raise BadInput("{place}: '{value}' is no number", place=place, value=written)
        if unit in _UNITS:
            return f"{written} {_UNITS[unit]}"
        if field in _TIMES and not unit:
            raise BadInput(
                "{place}: {value} has no unit. Give it one in its concept description (IEC 61360: `unit`) or in a "
                "qualifier `unit`, or write a text such as '{value} min'",
                place=place,
                value=written,
            )
        if field in _TIMES or (field not in _MONEY and unit not in _PARTS):
            known = _UNITS if field in _TIMES else {**_UNITS, **_PARTS}
            raise UnknownName.among(
                "{place}: the unit '{name}' is not known here; nearest: {nearest}", name=unit, known=known, place=place
            )
        value = float(written) / _PARTS.get(unit, 1.0)
        return int(value) if value == int(value) else value


def _unit(element: Element) -> str:
    """The unit that an element or a concept description states itself."""
    for qualifier in inside(element, "qualifiers"):
        if str(qualifier.get("type", "")).lower() == "unit":
            return str(qualifier.get("value", "")).strip()
    for specification in inside(element, "embeddedDataSpecifications"):
        content = specification.get("dataSpecificationContent")
        if isinstance(content, dict) and content.get("unit"):
            return str(content["unit"]).strip()
    return ""


def _check_time(written: str, place: str) -> None:
    try:
        time(written)
    except BadInput as error:
        raise BadInput("{place}: {why}", place=place, why=error.text) from error


def _duration(written: str, place: str) -> str:
    found = _DURATION.fullmatch(written)
    if found is None or not any(found.groups()):
        raise BadInput(
            "{place}: '{value}' is no duration of days, hours, minutes and seconds, such as P1DT2H or PT90S",
            place=place,
            value=written,
        )
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return f"{int(total) if total == int(total) else total} s"
