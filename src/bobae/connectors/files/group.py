"""Files that belong together: found in folders, looked at, and sorted by their columns."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bobae.connectors.files import content, delimited, excel, parquet, transposed
from bobae.connectors.files.content import Content
from bobae.connectors.files.source import Source
from bobae.core import BadInput, Text

_ALONGSIDE = re.compile(r"^(readme|licen[cs]e|source|notice|changelog|copying)(\.|$)|\.(md|rst|html?)$", re.IGNORECASE)
_SAME = 0.6  # a file may lack this share of its siblings' columns, such as labels, and still belong to them


@dataclass(frozen=True)
class FileGroup:
    """Files of equal columns that make one table.

    Attributes:
        name: what the files have in common: their folder, or the one file.
        files: in their order.
        columns: the names of all columns, units taken out.
    """

    name: str
    files: tuple[Path, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What lies at some paths: sources sorted by their columns, the biggest group first, and what was passed over."""

    groups: list[list[Source]]
    passed_over: list[tuple[Path, Text]] = field(default_factory=list)


def look(paths: Sequence[Path]) -> Found:
    """Look at all files at `paths`, folders included.

    Raises:
        BadInput: a file that was named cannot be read, or no file at all is a table.
    """
    sources: list[Source] = []
    passed_over: list[tuple[Path, Text]] = []
    for path in paths:
        if not path.exists():
            raise BadInput("there is no file or folder {path}", path=path)
        if path.is_file():
            sources.append(open_source(path))
            continue
        for file in _files(path):
            try:
                sources.append(open_source(file))
            except BadInput as error:
                passed_over.append((file, error.text))
    if not sources:
        raise _nothing(paths, passed_over)
    return Found(_grouped(transposed.righted(sources)), passed_over)


def open_source(path: Path) -> Source:
    """Look at one file.

    Raises:
        BadInput: it is no table.
    """
    raw = content.recognise(path)
    if raw.content is Content.EXCEL:
        return excel.look(raw)
    return parquet.look(raw) if raw.content is Content.PARQUET else delimited.look(raw)


def public(group: Sequence[Source]) -> FileGroup:
    """A group as others see it."""
    files = tuple(source.path for source in group)
    folders = {file.parent for file in files}
    name = (
        files[0].name if len(files) == 1 else (common_folder(files).name if len(folders) > 1 else files[0].parent.name)
    )
    return FileGroup(name, files, widest(group).names)


def widest(group: Iterable[Source]) -> Source:
    """The source with the most columns."""
    return max(group, key=lambda source: len(source.names))


def common_folder(files: Sequence[Path]) -> Path:
    """The folder that all files lie in or below."""
    parents = [list(file.absolute().parents)[::-1] for file in files]
    shared = [folders[0] for folders in zip(*parents, strict=False) if len(set(folders)) == 1]
    return shared[-1] if shared else files[0].parent


def weight(group: Iterable[Source]) -> int:
    """How much a group holds, in bytes."""
    return sum(source.size for source in group)


def _files(folder: Path) -> list[Path]:
    files = (
        f
        for f in folder.rglob("*")
        if f.is_file() and not any(part.startswith(".") for part in f.relative_to(folder).parts)
    )
    return sorted((f for f in files if not _ALONGSIDE.search(f.name)), key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """file2 before file10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", str(path))]


def _grouped(sources: list[Source]) -> list[list[Source]]:
    groups: list[list[Source]] = []
    for source in sorted(sources, key=lambda s: -len(s.names)):
        home = next((group for group in groups if _belongs(source, group[0])), None)
        if home is None:
            groups.append([source])
        else:
            home.append(source)
    order = {id(source): i for i, source in enumerate(sources)}
    groups = [sorted(group, key=lambda s: order[id(s)]) for group in groups]
    return sorted(groups, key=weight, reverse=True)


def _belongs(source: Source, model: Source) -> bool:
    if source.named != model.named:
        return False
    if not source.named:
        return len(source.names) == len(model.names)
    own, others = set(source.names), set(model.names)
    return own == others or (own < others and len(own) >= max(2, _SAME * len(others)))


def _nothing(paths: Sequence[Path], passed_over: list[tuple[Path, Text]]) -> BadInput:
    where = ", ".join(map(str, paths))
    if not passed_over:
        return BadInput("there are no files in {path}", path=where)
    endings = Counter(file.suffix or file.name for file, _ in passed_over)
    kinds = ", ".join(f"{n} {ending}" for ending, n in endings.most_common(5))
    first = passed_over[0][1]
    return BadInput(
        "nothing in {path} is a table ({kinds}); the first of them: {reason}", path=where, kinds=kinds, reason=first
    )
