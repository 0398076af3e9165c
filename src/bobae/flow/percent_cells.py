"""Which cells of an .xlsx workbook are shown in per cent: 2 % is stored as 0.02, and only the format tells.

Source: ECMA-376 part 1, 18.8.30 (numFmt) and 18.3.1.4 (c).
"""

import re
import zipfile
from pathlib import Path

from bobae.flow.opc import read, related, tag, xml

_BUILT_IN = ("9", "10")  # 0 % and 0.00 %
_CELL = re.compile(r"([A-Z]+)(\d+)")


def percent_cells(path: Path) -> dict[str, set[tuple[int, int]]]:
    """Row and column, from 0, of the cells in per cent, by sheet; nothing for other kinds of workbook.

    Raises:
        BadInput: a part of the workbook cannot be read.
    """
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as package:
        found: dict[str, set[tuple[int, int]]] = {}
        for _, book in related(package, "", "/officeDocument"):
            if not book.endswith(".xml"):  # a binary workbook
                continue
            styles = [style for _, part in related(package, book, "/styles") for style in _styles(package, part)]
            parts = dict(related(package, book, "/worksheet"))
            for sheet in xml(book, read(package, book)).iter():
                part = next(
                    (parts[value] for key, value in sheet.items() if key.endswith("}id") and value in parts), ""
                )
                if tag(sheet) == "sheet" and part:
                    found[sheet.get("name", "")] = _cells(package, part, set(styles))
        return found


def _styles(package: zipfile.ZipFile, part: str) -> list[str]:
    """The numbers of the cell styles that show per cent."""
    root = xml(part, read(package, part))
    own = [one.get("numFmtId") for one in root.iter() if tag(one) == "numFmt" and "%" in one.get("formatCode", "")]
    formats = [one for group in root if tag(group) == "cellXfs" for one in group]
    return [str(i) for i, one in enumerate(formats) if one.get("numFmtId") in (*_BUILT_IN, *own)]


def _cells(package: zipfile.ZipFile, part: str, styles: set[str]) -> set[tuple[int, int]]:
    found = set()
    for cell in xml(part, read(package, part)).iter():
        shown = tag(cell) == "c" and cell.get("s") in styles and cell.get("t", "n") == "n"
        if shown and (place := _CELL.fullmatch(cell.get("r", ""))):
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - ord("A") + 1
            found.add((int(place[2]) - 1, column - 1))
    return found
