"""Parts of a package by the Open Packaging Conventions (.aasx, .xlsx): a zip whose parts name each other.

A package comes from elsewhere, so nothing of it is taken on trust: no part is written to the disk, sizes are bounded
while they are unpacked, relationships stay inside the package, and XML with a document type is refused, since that
is where entities come from.

Source: ECMA-376 part 2.
"""

import posixpath
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

from bobae.core import BadInput

LARGEST = 64 * 2**20  # bytes of a part; plants of a thousand machines need a few of them
_CHUNK = 2**16


def related(package: zipfile.ZipFile, source: str, kind: str) -> list[tuple[str, str]]:
    """Identifier and name of the parts that a part (or, for '', the package) names as being of a kind.

    Raises:
        BadInput: it names what is no part of this package.
    """
    folder, name = posixpath.split(source)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package.namelist():
        return []
    found = []
    for relation in xml(relations, read(package, relations)):
        if relation.get("Type", "").endswith(kind):
            target = unquote(relation.get("Target", ""))
            inside = posixpath.normpath(posixpath.join("/", folder, target))[1:]
            if relation.get("TargetMode") == "External" or ":" in target or inside not in package.namelist():
                raise BadInput(
                    "{place} names '{target}', which is no part of this package", place=relations, target=target
                )
            found.append((relation.get("Id", ""), inside))
    return found


def read(package: zipfile.ZipFile, name: str) -> bytes:
    """The content of a part.

    Raises:
        BadInput: it is larger than any plant needs.
    """
    with package.open(name) as part:
        raw = part.read(LARGEST + 1)  # what the directory of the zip says of its size may be a lie
    if len(raw) > LARGEST:
        raise too_large(name)
    return raw


def too_large(place: str) -> BadInput:
    """The error for what is larger than any plant needs."""
    return BadInput(
        "{place} is larger than {most} MB: too large for a plant's description", place=place, most=LARGEST // 2**20
    )


def xml(place: str, raw: bytes) -> ElementTree.Element:
    """The root of an XML part.

    Raises:
        BadInput: it is no XML, or has a document type.
    """
    parser = ElementTree.XMLParser(target=_NoEntities())
    try:
        for start in range(0, len(raw), _CHUNK):  # what is refused stops here, whatever comes after it
            parser.feed(raw[start : start + _CHUNK])
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ValueError) as error:
        raise BadInput("{place} is no XML that can be read ({why})", place=place, why=error) from error
    return root


def tag(element: ElementTree.Element) -> str:
    """The name of an XML element without its namespace."""
    return element.tag.rpartition("}")[2]


class _NoEntities(ElementTree.TreeBuilder):
    def doctype(self, name: str, *_: str | None) -> None:
        raise BadInput("a document type ('{name}') stands in the XML, and none is allowed there", name=name)
