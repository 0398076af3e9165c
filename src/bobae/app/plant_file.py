"""`plant.yaml`: read with every mistake told at once, edited with every comment kept."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from yaml.nodes import MappingNode, Node, SequenceNode

from bobae.app.plant_checks import Mistake, Place, mistakes_in
from bobae.core import BadInput, Plant, Text, text

FILE_NAME = "plant.yaml"
_WIDTH = 10_000  # no row that somebody wrote is broken


@dataclass(frozen=True)
class Lines(Text):
    """Several messages, one below the other."""

    lines: tuple[Text, ...] = ()

    def render(self, language: str | None = None) -> str:
        """Each message in `language`, in its own row."""
        return "\n".join(line.render(language) for line in self.lines)


class PlantMistakes(BadInput):
    """Everything that is wrong with one plant file, in one go.

    Attributes:
        mistakes: row, what is wrong and what to do, from the first row to the last.
    """

    def __init__(self, file: str, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("{file} has {n} mistakes", file=file, n=len(mistakes))
        lines = [text("{file}:{row}: {what}", file=file, row=m.row, what=m.what) for m in mistakes]
        self.text = Lines(self.text.template, self.text.values, (self.text, *lines))


@dataclass(frozen=True)
class PlantFile:
    """A plant and the file it stands in.

    Attributes:
        path: the file.
        plant: what it says, checked.
        written: its text, comments and all.
    """

    path: Path
    plant: Plant
    written: str = field(repr=False)

    def with_value(self, place: Place, value: Any) -> "PlantFile":
        """The same file with one value set; comments, order and all else stay. Nothing is written yet.

        Args:
            place: keys from the top, such as ('assets', 'press/line1/press3', 'tags', 'oil', 'unit'); missing
                ones on the way are made.
            value: plain YAML value.

        Raises:
            PlantMistakes: the plant would be wrong with it.
        """
        return self.with_values([(place, value)])

    def with_values(self, values: Iterable[tuple[Place, Any]]) -> "PlantFile":
        """The same file with many values set, as `with_value` sets one; a mapping stands in one row.

        Raises:
            PlantMistakes: the plant would be wrong with them.
        """
        editor = YAML()
        editor.preserve_quotes = True
        editor.width = _WIDTH
        editor.indent(mapping=2, sequence=4, offset=2)
        document = editor.load(self.written)
        for place, value in values:
            inner = document
            for key in place[:-1]:
                inner = inner[key] if isinstance(key, int) else inner.setdefault(key, {})
            inner[place[-1]] = _in_one_row(value)
        out = io.StringIO()
        editor.dump(document, out)
        return parse(out.getvalue(), self.path)

    def save(self) -> None:
        """Write it, whole or not at all; its folder is made where there is none."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".yaml.new")
        new.write_text(self.written, encoding="utf-8")
        new.replace(self.path)


def find(place: Path) -> Path | None:
    """The plant file that `place` (a file or folder) belongs to: in it or up to two folders above."""
    place = place.resolve()
    for folder in (place, *place.parents[:2]):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def read(path: Path) -> PlantFile:
    """The plant in `path` (a plant file, or the folder it is in).

    Raises:
        BadInput: it is not there, not UTF-8, or not YAML.
        PlantMistakes: it is YAML but not a right plant.
    """
    path = path / FILE_NAME if path.is_dir() else path
    try:
        written = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(
            "there is no plant file at {path}; `bobae init {folder}` makes one", path=path, folder=path.parent
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput("{path} is not UTF-8 text (byte {at}); save it as UTF-8", path=path, at=error.start) from error
    return parse(written, path)


def parse(written: str, path: Path) -> PlantFile:
    """The plant that the text `written` describes; `path` is used in errors and for saving.

    Raises:
        BadInput: it is not YAML.
        PlantMistakes: it is YAML but not a right plant.
    """
    try:
        loader = _Reader(written)
        try:
            root = loader.get_single_node()
            data = None if root is None else _named(loader.construct_document(root))
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _unreadable(path, error) from error
    rows: dict[Place, int] = {}
    mistakes = _walk(root, (), rows) if root is not None else []
    mistakes += mistakes_in(data, rows)
    if mistakes:
        raise PlantMistakes(str(path), sorted(mistakes, key=lambda m: m.row))
    return PlantFile(path, Plant.model_validate(data), written)


def _plain_values() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """First letter -> what a value without quotes may be (YAML 1.2, 10.3.2), as the reader wants it."""
    forms = (
        ("null", r"~|null|Null|NULL|", "~nN"),
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+.0123456789"),
        ("merge", "<<", "<"),
    )
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, form, first in forms:
        for letter in (*first, *([""] if kind == "null" else [])):
            found.setdefault(letter, []).append((f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{form})$")))
    return found


class _Reader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # in C where it is compiled
    """YAML 1.2: `on` and `no` are words, 010 is ten, 12:30 is no number, and a date is a text."""

    yaml_implicit_resolvers = _plain_values()

    def construct_yaml_int(self, node: Node) -> int:
        """A whole number."""
        return int(node.value, 0) if node.value[:2] in ("0o", "0x") else int(node.value)


_Reader.add_constructor("tag:yaml.org,2002:int", _Reader.construct_yaml_int)


def _in_one_row(value: Any) -> Any:
    """Mappings and lists as the editor writes them in one row."""
    row: CommentedMap | CommentedSeq
    if isinstance(value, dict):
        row = CommentedMap((key, _in_one_row(inner)) for key, inner in value.items())
    elif isinstance(value, (list, tuple)):
        row = CommentedSeq(map(_in_one_row, value))
    else:
        plain = not isinstance(value, str) or re.fullmatch(r"[\w./-]+", value)
        return value if plain else DoubleQuotedScalarString(value)
    row.fa.set_flow_style()
    return row


def _unreadable(path: Path, error: yaml.YAMLError) -> BadInput:
    if not isinstance(error, yaml.MarkedYAMLError):
        return BadInput("{path} holds a character that text does not have ({why}); write it anew", path=path, why=error)
    mark = error.problem_mark or error.context_mark
    return BadInput(
        "{path}:{row}:{column}: this is not YAML ({why}); check indentation (spaces, no tabs), colons and quotes there",
        path=path,
        row=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        why=error.problem or "?",
    )


def _named(value: Any) -> Any:
    """The same with every key a text: YAML reads the cost called false as a truth value."""
    if isinstance(value, dict):
        return {str(k).lower() if isinstance(k, bool) else str(k): _named(v) for k, v in value.items()}
    return [_named(v) for v in value] if isinstance(value, list) else value


def _walk(node: Node, place: Place, rows: dict[Place, int]) -> list[Mistake]:
    """Note the row of everything below `node` in `rows`; the keys that stand twice come back as mistakes."""
    rows.setdefault(place, node.start_mark.line + 1)
    mistakes: list[Mistake] = []
    if isinstance(node, MappingNode):
        for key, value in node.value:
            inner, row = (*place, str(key.value)), key.start_mark.line + 1
            if inner in rows:
                said = text(
                    "{name!r} stands here twice (first in row {first}); keep one", name=key.value, first=rows[inner]
                )
                mistakes.append(Mistake(row, said))
                inner = (*inner, "again")
            rows.setdefault(inner, row)
            mistakes += _walk(value, inner, rows)
    elif isinstance(node, SequenceNode):
        for i, value in enumerate(node.value):
            mistakes += _walk(value, (*place, i), rows)
    return mistakes
