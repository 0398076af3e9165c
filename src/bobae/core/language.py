"""What bobae says, in the reader's language: English is written in the code, the catalogue holds the rest.

A message is an English template with named values (`"no tag {tag} in plant {plant}"`). `Text` keeps template and values
apart, so the same error or finding can be printed in Korean on the console and in English in a log. Translations live
in `messages/<language>/*.po`, the gettext format that translators' tools read.
"""

import contextlib
import functools
import locale
import os
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

LANGUAGES = ("en", "ko")
_current: ContextVar[str] = ContextVar("bobae_language", default="en")


@dataclass(frozen=True)
class Text:
    """A message that can be said in any language later.

    Example:
        >>> str(Text("{n} alarms in {rows} rows", {"n": 3, "rows": 60}))
        '3 alarms in 60 rows'
        >>> Text("{n} alarms in {rows} rows", {"n": 3, "rows": 60}).render("ko")
        '60행에서 경보 3건'
    """

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def render(self, language: str | None = None) -> str:
        """The message in `language`, or in the current one."""
        language = language or _current.get()
        values = {
            name: value.render(language) if isinstance(value, Text) else value for name, value in self.values.items()
        }
        said = _translated(self.template, language).format(**values)
        return _with_particles(said) if language == "ko" else said

    def as_json(self) -> dict[str, Any]:
        """Template and values as plain JSON, to be kept and said later; what JSON does not know is kept as it reads."""
        return {"template": self.template, "values": {name: _plain(value) for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The message that `as_json` kept."""
        values = {
            name: cls.from_json(value) if isinstance(value, Mapping) else value
            for name, value in kept["values"].items()
        }
        return cls(kept["template"], values)

    def __str__(self) -> str:
        return self.render()


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return value.as_json()
    return value if isinstance(value, str | int | float | None) else str(value)


def text(template: str, **values: Any) -> Text:
    """A `Text` with its values as keywords; the template is written out here, so that the catalogue can be checked."""
    return Text(template, values)


def say(template: str, **values: Any) -> str:
    """The message in the current language, at once."""
    return Text(template, values).render()


def current_language() -> str:
    """The language messages are said in here and now: 'en' or 'ko'."""
    return _current.get()


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything inside the block in `language`."""
    token = _current.set(supported(language))
    try:
        yield
    finally:
        _current.reset(token)


def supported(language: str) -> str:
    """`language` as one that bobae speaks ('ko_KR.UTF-8' -> 'ko'); English where it does not."""
    short = re.split(r"[-_.]", language.lower())[0]
    return short if short in LANGUAGES else "en"


def locale_language() -> str:
    """The language of the environment: LC_ALL, LC_MESSAGES, LANG, then the system's locale."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return supported(value)
    return supported(locale.getlocale()[0] or "en")


@functools.cache
def catalogue(language: str) -> dict[str, str]:
    """All translations of one language: English template -> translated template."""
    if language == "en":
        return {}
    pairs: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "messages" / language).glob("*.po")):
        pairs.update(parse_po(file.read_text(encoding="utf-8")))
    return pairs


def parse_po(po: str) -> dict[str, str]:
    """The msgid -> msgstr pairs of a gettext .po file; untranslated and header entries are left out."""
    pairs: dict[str, str] = {}
    entry = {"msgid": "", "msgstr": ""}
    keyword = ""

    def keep() -> None:
        if entry["msgid"] and entry["msgstr"]:
            pairs[entry["msgid"]] = entry["msgstr"]

    for row in po.splitlines():
        row = row.strip()
        if row.startswith("msgid "):
            keep()
            entry, keyword, row = {"msgid": "", "msgstr": ""}, "msgid", row[6:]
        elif row.startswith("msgstr "):
            keyword, row = "msgstr", row[7:]
        if row.startswith('"') and keyword:
            entry[keyword] += _unescaped(row[1:-1])
    keep()
    return pairs


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), quoted)


def _translated(template: str, language: str) -> str:
    return catalogue(language).get(template, template)


# Korean particles depend on whether the word before them ends in a consonant; templates write both forms.
_PARTICLES = {
    "을(를)": ("을", "를"),
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)라": ("이라", "라"),
}
_PARTICLE = re.compile(r"(\w?)(['\"\)\]]*)(" + "|".join(map(re.escape, _PARTICLES)) + ")")
_CLOSED_DIGITS_AND_LETTERS = set("013678LMNRlmnr")


def _with_particles(said: str) -> str:
    def chosen(match: re.Match[str]) -> str:
        last, closing, particle = match.groups()
        closed = _ends_closed(last)
        if particle == "(으)로" and _ends_in_rieul(last):
            closed = False
        return last + closing + _PARTICLES[particle][0 if closed else 1]

    return _PARTICLE.sub(chosen, said)


def _ends_closed(letter: str) -> bool:
    if "가" <= letter <= "힣":
        return (ord(letter) - ord("가")) % 28 != 0
    return letter in _CLOSED_DIGITS_AND_LETTERS


def _ends_in_rieul(letter: str) -> bool:
    return letter in set("178LlRr") or ("가" <= letter <= "힣" and (ord(letter) - ord("가")) % 28 == 8)
