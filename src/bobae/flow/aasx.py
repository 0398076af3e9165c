"""Opens an Asset Administration Shell: the environment as JSON, or packed into an .aasx (JSON or XML inside).

A package comes from elsewhere, so nothing of it is taken on trust: no part is written to the disk, sizes are bounded
while they are unpacked, relationships stay inside the package, and XML with a document type is refused, since that
is where entities come from.

Source: IDTA 01001 (metamodel, JSON and XML), IDTA 01005 (AASX package format), ECMA-376 part 2 (relationships).
"""

import json
import posixpath
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from bobae.core import BadInput

Element = dict[str, Any]
_LARGEST = 64 * 2**20  # bytes of a part; plants of a thousand machines need a few of them
_CHUNK = 2**16
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
            for one in part.get(kind) or ():
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
    if path.stat().st_size > _LARGEST:
        raise _too_large(path.name)
    return path.read_bytes()


def _too_large(place: str) -> BadInput:
    return BadInput(
        "{place} is larger than {most} MB: too large for a plant's description", place=place, most=_LARGEST // 2**20
    )


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
            origins = _related(package, "", "/aasx-origin")
            parts = [part for origin in origins for part in _related(package, origin, "/aas-spec")]
            if not parts:
                raise BadInput(
                    "{place} is no AASX package: it says nowhere which part holds the shells (aas-spec)", place=path
                )
            return [_part(part, _read(package, part)) for part in parts]
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        if isinstance(error, RecursionError):
            raise
        raise BadInput("{place} is no package that can be opened ({why})", place=path, why=error) from error


def _part(name: str, raw: bytes) -> dict[str, Any]:
    if name.lower().endswith(".json"):
        return _json(name, raw)
    root = _xml(name, raw)
    if not root.tag.startswith("{https://admin-shell.io/aas/3/"):
        raise BadInput(
            "{place} is written by '{name}', and only version 3 of the metamodel is read. Save it anew with a tool of "
            "version 3",
            place=name,
            name=root.tag.strip("{").partition("}")[0],
        )
    return {_tag(child): _value(child, root) for child in root}


def _related(package: zipfile.ZipFile, source: str, kind: str) -> list[str]:
    """The parts that a part (or, for '', the package) names as being of a kind."""
    folder, name = posixpath.split(source)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package.namelist():
        return []
    found = []
    for relation in _xml(relations, _read(package, relations)):
        if relation.get("Type", "").endswith(kind):
            target = unquote(relation.get("Target", ""))
            inside = posixpath.normpath(posixpath.join("/", folder, target))[1:]
            if relation.get("TargetMode") == "External" or ":" in target or inside not in package.namelist():
                raise BadInput(
                    "{place} names '{target}', which is no part of this package", place=relations, target=target
                )
            found.append(inside)
    return found


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        raw = part.read(_LARGEST + 1)  # what the directory of the zip says of its size may be a lie
    if len(raw) > _LARGEST:
        raise _too_large(name)
    return raw


class _NoEntities(ElementTree.TreeBuilder):
    def doctype(self, name: str, *_: str | None) -> None:
        raise BadInput("a document type ('{name}') stands in the XML, and none is allowed there", name=name)


def _xml(place: str, raw: bytes) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_NoEntities())
    try:
        for start in range(0, len(raw), _CHUNK):  # what is refused stops here, whatever comes after it
            parser.feed(raw[start : start + _CHUNK])
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ValueError) as error:
        raise BadInput("{place} is no XML that can be read ({why})", place=place, why=error) from error
    return root


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element: ElementTree.Element, parent: ElementTree.Element) -> Any:
    """An XML element as the JSON form says it."""
    tag = _tag(element)
    if tag in _LISTS or (tag == "value" and _tag(parent) in _HOLDERS):
        return [_object(child) for child in element]
    if tag == "dataSpecificationContent":
        return _object(element[0]) if len(element) else {}
    return _object(element) if len(element) else (element.text or "")


def _object(element: ElementTree.Element) -> Element:
    tag = _tag(element)
    return {"modelType": tag[:1].upper() + tag[1:], **{_tag(child): _value(child, element) for child in element}}
