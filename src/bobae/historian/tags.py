"""Names and words: which number stands for which tag, and for which text."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from bobae.core import Floats, Ints, TagRow, Tags, Texts, UnknownName
from bobae.historian.database import changing


class TagTable:
    """All tags by path; numbers are given in order and never given again."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self._rows: list[TagRow] = []
        self._by_path: dict[str, TagRow] = {}
        self.refresh()

    @property
    def rows(self) -> Sequence[TagRow]:
        """Every tag, in the order of the numbers, which begin at 0."""
        return self._rows

    def refresh(self) -> None:
        """See the tags that other processes have added."""
        found = self._base.execute(
            "select id, path, kind, unit from tags where id >= ? order by id", (len(self._rows),)
        ).fetchall()
        for row in found:
            tag = TagRow(*row)
            self._rows.append(tag)
            self._by_path[tag.path] = tag

    def ids(self, paths: Sequence[str]) -> Tags:
        """The numbers of some tags.

        Raises:
            UnknownName: a tag was never seen.
        """
        if any(path not in self._by_path for path in paths):
            self.refresh()
        for path in paths:
            if path not in self._by_path:
                raise UnknownName.among(
                    "the historian has no tag {name!r}; nearest: {nearest}", name=path, known=self._by_path
                )
        return np.array([self._by_path[path].id for path in paths], dtype=np.int32)

    def given(self, wanted: Sequence[TagRow]) -> Tags:
        """The numbers of some tags, new ones added."""
        if any(row.path not in self._by_path for row in wanted):
            with changing(self._base):
                self.refresh()
                fresh = {row.path: row for row in wanted if row.path not in self._by_path}
                self._base.executemany(
                    "insert into tags values (?, ?, ?, ?)",
                    [(len(self._rows) + i, r.path, r.kind, r.unit) for i, r in enumerate(fresh.values())],
                )
            self.refresh()
        return self.ids([row.path for row in wanted])

    def forget_uncommitted(self) -> None:
        """Read all anew: after a transaction that failed."""
        self._rows, self._by_path = [], {}
        self.refresh()

    def become_texts(self, ids: Tags) -> None:
        """These tags hold texts, whatever they were thought to hold; call it inside a transaction."""
        for number in set(ids.tolist()):
            if self._rows[number].kind != "text":
                self._base.execute("update tags set kind = 'text' where id = ?", (number,))
                self._rows[number] = replace(self._rows[number], kind="text")
                self._by_path[self._rows[number].path] = self._rows[number]


class TextTable:
    """Texts by number: a sample of a text tag holds the number, so that every kernel works on numbers alone."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self.refresh()

    @property
    def texts(self) -> Sequence[str]:
        """Every text, by number."""
        return self._texts

    def refresh(self) -> None:
        """See the texts that other processes have added."""
        for (text,) in self._base.execute("select text from texts where id >= ? order by id", (len(self._texts),)):
            self._numbers[text] = len(self._texts)
            self._texts.append(text)

    def add(self, texts: Iterable[str]) -> None:
        """Have a number for each of these; call it inside a transaction."""
        fresh = {text for text in texts if text not in self._numbers}
        if fresh:
            self.refresh()
            new = sorted(text for text in fresh if text not in self._numbers)
            self._base.executemany(
                "insert into texts values (?, ?)", [(len(self._texts) + i, text) for i, text in enumerate(new)]
            )
            self.refresh()

    def forget_uncommitted(self) -> None:
        """Read all anew: after a transaction that failed."""
        self._texts, self._numbers = [], {}
        self.refresh()

    def numbers(self, texts: Texts) -> Floats:
        """Each text's number: (rows,)."""
        return np.array([self._numbers[text] for text in texts], dtype=np.float64)

    def words(self, numbers: Floats) -> Texts:
        """The texts of some numbers, None for NaN and for numbers that stand for none: object (rows,)."""
        if len(numbers) and np.nanmax(numbers, initial=-1) >= len(self._texts):
            self.refresh()
        words = np.array([*self._texts, None], dtype=object)
        known = (numbers >= 0) & (numbers < len(self._texts))
        return words[np.where(known, numbers, -1).astype(np.int64)]


def text_column(tags: TagTable, texts: TextTable, ids: Tags, start: Ints, values: Floats) -> Texts | None:
    """The words of tag-major rows, None beside numbers: object (rows,); None where no tag is a text."""
    kinds = np.array([tags.rows[int(i)].kind == "text" for i in ids], dtype=np.bool_)
    if not kinds.any():
        return None
    of_texts = np.repeat(kinds, np.diff(start))
    words = np.full(len(values), None, dtype=object)
    words[of_texts] = texts.words(values[of_texts])
    return words
