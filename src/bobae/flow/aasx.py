"""Opens an Asset Administration Shell: the environment as JSON, or packed into an .aasx (JSON or XML inside).

Source: IDTA 01001 (metamodel, JSON and XML), IDTA 01005 (AASX package format).
"""

import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bobae.core import BadInput
from bobae.flow.opc import LARGEST, read, related, tag, too_large, xml

Element = dict[str, Any]
_KINDS = ("assetAdministrationShells", "submodels", "conceptDescriptions")
_LISTS = frozenset({*_KINDS, *"submodelElements statements keys displayName description preferredName".split(),
                    *"shortName definition qualifiers embeddedDataSpecifications".split()})  # fmt: skip
_HOLDERS = frozenset({"submodelElementCollection", "submodelElementList", "multiLanguageProperty"})


def environment(path: Path) -> dict[str, list[Element]]:
    """The shells, submodels and concept descriptions of a file, as JSON says them.

    Raises:
        BadInput: the file is none of these, or not made as they are made.
    """
    try:
        found = _package(path) if path.suffix.lower() == ".aasx" else [_json(path.name, _bounded(path))]
    except RecursionError as error:
        raise BadInput("{place} is nested too deeply to be read", place=path) from error
    joined: dict[str, dict[str, Element]] = {kind: {} for kind in _KINDS}
    for part in found:
        for kind in _KINDS:
            for one in held if isinstance(held := part.get(kind), list) else ():
                if not isinstance(one, dict) or "id" not in one:
                    raise BadInput(
                        "{place} is not written by version 3 of the metamodel: something in `{kind}` has no `id`. "
                        "Save it anew with a tool of version 3",
                        place=path,
                        kind=kind,
                    )
                joined[kind].setdefault(str(one["id"]), one)
    return {kind: list(those.values()) for kind, those in joined.items()}


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise too_large(path.name)
    return path.read_bytes()


def _json(place: str, raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except ValueError as error:
        raise BadInput("{place} is no JSON that can be read ({why})", place=place, why=error) from error
    if not isinstance(found, dict) or not isinstance(found.get("submodels"), list):
        raise BadInput(
            "{place} is no environment of Asset Administration Shells: its top level has no list `submodels`",
            place=place,
        )
    return found


def _package(path: Path) -> list[dict[str, Any]]:
    try:
        with zipfile.ZipFile(path) as package:
            origins = related(package, "", "/aasx-origin")
            parts = [part for _, origin in origins for _, part in related(package, origin, "/aas-spec")]
            if not parts:
                raise BadInput(
                    "{place} is no AASX package: it says nowhere which part holds the shells (aas-spec)", place=path
                )
            return [_part(part, read(package, part)) for part in parts]
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        if isinstance(error, RecursionError):
            raise
        raise BadInput("{place} is no package that can be opened ({why})", place=path, why=error) from error


def _part(name: str, raw: bytes) -> dict[str, Any]:
    if name.lower().endswith(".json"):
        return _json(name, raw)
    root = xml(name, raw)
    if not root.tag.startswith("{https://admin-shell.io/aas/3/"):
        raise BadInput(
            "{place} is written by '{name}', and only version 3 of the metamodel is read. Save it anew with a tool of "
            "version 3",
            place=name,
            name=root.tag.strip("{").partition("}")[0],
        )
    return {tag(child): _value(child, root) for child in root}


def _value(element: ElementTree.Element, parent: ElementTree.Element) -> Any:
    """An XML element as the JSON form says it."""
    name = tag(element)
    if name in _LISTS or (name == "value" and tag(parent) in _HOLDERS):
        return [_object(child) for child in element]
    if name == "dataSpecificationContent":
        return _object(element[0]) if len(element) else {}
    return _object(element) if len(element) else (element.text or "")


def _object(element: ElementTree.Element) -> Element:
    name = tag(element)
    return {"modelType": name[:1].upper() + name[1:], **{tag(child): _value(child, element) for child in element}}
