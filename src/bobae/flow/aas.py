"""Reads a plant from Asset Administration Shells (IEC 63278, metamodel version 3): JSON, or an .aasx package.

Two submodels are standard, and found by their semantic identifier (else by their idShort):

- HierarchicalStructures (IDTA 02011) says which machines there are: each last `Node`, or a `Node` whose shell has a
  submodel `Machine`; `BulkCount` is how many, the `Node` above it the area.
- ProcessParameters (IDTA 02031-1) is the route of its shell's product: each `Process` with `ProcessName` and
  `PlannedProcessTime`.

No template says which machine a process needs, how often lots come, or how a machine waits and fails. For that the
names are bobae's own, those of the section `production` in a plant file:

- `machines` in the `ResourceParameters` of a Process: a reference to the machines' shell or Node, or a text;
- a collection `Step` in a Process: the other fields of a step; its `time` beats PlannedProcessTime;
- a submodel `Machine` of a machine's shell: the fields of machines; `mtbf` and `mttr` become an exponential failure by
  the calendar;
- a submodel `Production`: the sections (releases, orders, products, setups, ...), machines and routes too.

A name is the displayName where there is one, the idShort otherwise. A shell that has ProcessParameters is a product and
its structure a bill of material, which is not read; nor are IDTA 02067 (Production Calendar: an iCalendar file) and
IDTA 02013 (Reliability: of components, and without repair).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bobae.core import BadInput, UnknownName
from bobae.flow import production as described
from bobae.flow.aas_elements import NAMED, Values, Where, inside, name_of, no_value, word
from bobae.flow.aas_shells import Shells, asset_of
from bobae.flow.aasx import Element, environment
from bobae.flow.production import Production

_NUMBERED = re.compile(r".*?(\d+)_*")
_SECTION_OF = {
    "machines": "machines", "product": "products", "route": "routes", "crew": "crews", "calendar": "calendars",
}  # fmt: skip
_FIELDS = {
    field
    for model in vars(described).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for field in model.model_fields
}


def aas(place: str | Path) -> Production:
    """The plant that the shells in a file describe.

    Raises:
        BadInput: the file cannot be read, or something in it is missing or wrong, with the path of the element.
    """
    path = Path(place)
    try:
        return _Plant(environment(path), path).production()
    except RecursionError as error:
        raise BadInput("{place} is nested too deeply to be read", place=path) from error


class _Plant:
    def __init__(self, found: dict[str, list[Element]], path: Path) -> None:
        self._path = path
        self._shells = Shells(found)
        self._values = Values(found["conceptDescriptions"], self._shells.targets)
        self._document: dict[str, Any] = {"machines": {}, "routes": {}}
        self._assets: dict[str, str] = {}  # of each machine: two that are called the same are not one

    def production(self) -> Production:
        """All of it, checked."""
        for submodel in self._shells.all("Production"):
            self._call(submodel)
        self._structures()
        for submodel in self._shells.all("Machine"):
            self._machine(submodel)
        for submodel in self._shells.all("Production"):
            self._sections(submodel)
        for submodel in self._shells.all("ProcessParameters"):
            self._route(submodel)
        return self._checked()

    def _call(self, submodel: Element) -> None:
        for section in inside(submodel, "submodelElements"):
            if (kind := str(section.get("idShort"))) in NAMED:
                for one in inside(section, "value"):
                    name = self._shells.called(kind, name_of(one))
                    self._shells.call(one, name, (f"{submodel['id']}/{kind}/{one.get('idShort')}",), (kind,))

    def _structures(self) -> None:
        """The machines of all structures that are of plants: not of products, and not what something is a part of."""
        found = [
            one
            for one in self._shells.all("HierarchicalStructures")
            if not self._shells.kinds_beside(one) & {"ProcessParameters", "Machine"}
            and not any(word(e) == "ArcheType" and e.get("value") == "OneUp" for e in inside(one, "submodelElements"))
        ]
        inner = {asset_of(self._shells.owner(one)) for one in found}
        for submodel in found:
            for entry in inside(submodel, "submodelElements"):
                if word(entry) == "EntryNode":
                    self._nodes(entry, self._shells.place(submodel), str(submodel["id"]), "", inner)

    def _nodes(self, entry: Element, place: str, path: str, area: str, inner: set[str]) -> None:
        """The machines below a node; those of a shell in `inner` are told by its own structure."""
        path, place = f"{path}/{entry.get('idShort')}", f"{place}.{entry.get('idShort')}"
        known = {asset_of(self._shells.owner(one)) for one in self._shells.all("Machine")} - {""}
        for node in inside(entry, "statements"):
            if node.get("modelType") != "Entity":
                continue
            asset = asset_of(node)
            name = self._shells.targets.get(asset) or name_of(node)
            below = any(one.get("modelType") == "Entity" for one in inside(node, "statements"))
            if below and asset not in known:
                self._nodes(node, place, path, name, inner)
            elif not asset or asset not in inner:
                self._shells.call(node, name, (asset, f"{path}/{node.get('idShort')}"), ("machines",))
                self._node(node, name, f"{place}.{node.get('idShort')}", area)

    def _node(self, node: Element, name: str, place: str, area: str) -> None:
        fields = {"area": area} if area else {}
        for one in inside(node, "statements"):
            if word(one) == "BulkCount":
                fields["count"] = self._values.of(one, f"{place}.{one.get('idShort')}", ("machines", name, "count"))
        self._one(name, asset_of(node) or place, place)
        self._add("machines", name, fields, place)

    def _one(self, name: str, asset: str, place: str) -> None:
        if self._assets.setdefault(name, asset) != asset:
            raise self._twice(place, name)

    def _machine(self, submodel: Element) -> None:
        shell, place = self._shells.owner(submodel) or submodel, self._shells.place(submodel)
        name = name_of(shell)
        fields = {}
        for one in inside(submodel, "submodelElements"):
            field = str(one.get("idShort"))
            fields[field] = self._values.of(one, f"{place}.{field}", ("machines", name, field))
        self._one(name, asset_of(shell) or str(shell["id"]), place)
        self._add("machines", name, _with_failure(fields, place), place)

    def _sections(self, submodel: Element) -> None:
        for one in inside(submodel, "submodelElements"):
            section, place = str(one.get("idShort")), f"{self._shells.place(submodel)}.{one.get('idShort')}"
            found = self._values.of(one, place, (section,))
            if section in NAMED and isinstance(found, dict):
                for name, said in found.items():
                    failing = section == "machines" and isinstance(said, dict)
                    fields = _with_failure(said, place) if failing else said
                    self._add(section, self._shells.called(section, name), fields, place)
            elif section in self._document:
                raise self._twice(place, section)
            else:
                self._document[section] = found

    def _add(self, section: str, name: str, found: Any, place: str) -> None:
        """What is said of a machine (in several places, perhaps), or of something else (in one)."""
        there = self._document.setdefault(section, {})
        if name not in there:
            there[name] = found
        elif section == "machines" and isinstance(found, dict) and not set(found) & set(there[name]) - {"area"}:
            there[name] = {**there[name], **found}
        else:
            raise self._twice(place, name)

    def _twice(self, place: str, name: str) -> BadInput:
        return BadInput("{place}: '{name}' was said elsewhere already; say it once", place=place, name=name)

    def _route(self, submodel: Element) -> None:
        product, place = name_of(self._shells.owner(submodel) or submodel), self._shells.place(submodel)
        found = [
            (one, f"{place}.{group.get('idShort')}.{one.get('idShort')}")
            for group in inside(submodel, "submodelElements")
            if word(group) == "Processes"
            for one in inside(group, "value")
        ]
        numbers = [number for one, _ in found if (number := _NUMBERED.fullmatch(str(one.get("idShort", ""))))]
        if len(numbers) == len(found):  # a collection has no order of its own; the template numbers what stands in it
            order = sorted(range(len(found)), key=lambda i: int(numbers[i][1]))
            found = [found[i] for i in order]
        self._add("routes", product, [self._step(*one, ("routes", product, i)) for i, one in enumerate(found)], place)

    def _step(self, process: Element, place: str, where: Where) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        own: Any = {}
        for field, one, at in _of_process(process, place):
            if field == "Step":
                own = self._values.of(one, at, where)
                if not isinstance(own, dict):
                    raise no_value(one, at)
            else:
                fields[field] = self._values.of(one, at, (*where, field))
        fields |= own
        for need, how in (("machines", "ResourceParameters.machines"), ("time", "PlannedProcessTime")):
            if need not in fields:
                raise BadInput("{place} does not say its {what}: give it `{how}`", place=place, what=need, how=how)
        return fields

    def _checked(self) -> Production:
        for section, how in (
            ("machines", "HierarchicalStructures (IDTA 02011), Machine"),
            ("routes", "ProcessParameters (IDTA 02031)"),
        ):
            if not self._document[section]:
                raise BadInput(
                    "{place} says no {what}: it needs a submodel {how} or Production",
                    place=self._path,
                    what=section,
                    how=how,
                )
        document = self._called(self._document)
        self._check_machines(document)
        try:
            return Production.model_validate(document)
        except ValidationError as error:
            raise self._wrong(error) from error

    def _called(self, value: Any, field: str = "") -> Any:
        """The same, where a text that is an idShort has become the name."""
        if isinstance(value, dict):
            return {key: self._called(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self._called(one) for one in value]
        return self._shells.called(_SECTION_OF.get(field, ""), value) if isinstance(value, str) else value

    def _check_machines(self, document: dict[str, Any]) -> None:
        for product, steps in document["routes"].items():
            for i, step in enumerate(steps if isinstance(steps, list) else ()):
                name = step.get("machines") if isinstance(step, dict) else None
                if isinstance(name, str) and name not in document["machines"]:
                    raise UnknownName.among(
                        "{place}: there is no machine '{name}'; nearest: {nearest}",
                        name=name,
                        known=document["machines"],
                        place=self._said(("routes", product, i, "machines")),
                    )

    def _wrong(self, error: ValidationError) -> BadInput:
        first = error.errors()[0]
        where = tuple(part for part in first["loc"] if part != "[key]")
        if first["type"] == "extra_forbidden":
            return UnknownName.among(
                "{place}: a production has no '{name}'; nearest: {nearest}",
                name=str(where[-1]),
                known=_FIELDS,
                place=self._said(where),
            )
        return BadInput(
            "'{value}' cannot stand at {place} ({why})", value=first["input"], place=self._said(where), why=first["msg"]
        )

    def _said(self, where: Where) -> str:
        """Where in the file a value of the production was read, or the nearest thing around it."""
        for end in range(len(where), 0, -1):
            if where[:end] in self._values.places:
                return self._values.places[where[:end]] + "".join(f".{part}" for part in where[end:])
        return ".".join(str(part) for part in where)


def _of_process(process: Element, place: str) -> Iterator[tuple[str, Element, str]]:
    """The elements of a Process that are read: the step's field, the element, its path."""
    for one in inside(process, "value"):
        kind, path = word(one), f"{place}.{one.get('idShort')}"
        if kind in ("ProcessName", "PlannedProcessTime"):
            yield {"ProcessName": "name", "PlannedProcessTime": "time"}[kind], one, path
        elif kind == "Step":
            yield kind, one, path
        elif kind == "ResourceParameters":
            for parameter in inside(one, "value"):
                if parameter.get("idShort") == "machines":
                    yield "machines", parameter, f"{path}.machines"


def _with_failure(fields: dict[str, Any], place: str) -> dict[str, Any]:
    """A mean time between failures and to repair as a failure."""
    if not {"mtbf", "mttr"} & set(fields):
        return fields
    for need in ("mtbf", "mttr"):
        if need not in fields:
            raise BadInput("{place} does not say its {what}: give it `{how}`", place=place, what=need, how=need)
    failure = {"apart": f"exponential({fields['mtbf']})", "lasts": f"exponential({fields['mttr']})"}
    kept = {key: value for key, value in fields.items() if key not in ("mtbf", "mttr")}
    return {**kept, "failures": [*kept.get("failures", ()), failure]}
