"""Text from bytes: which encoding, a sample of the whole file, and its lines as UTF-8 in blocks."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np

from bobae.connectors.files.content import Raw

HEAD, PART, BLOCK = 1 << 19, 1 << 16, 1 << 24
_LINE_END = ord("\n")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Sample:
    """Pieces of a text file: its head, and whole lines of its middle and its tail (empty where the head is all)."""

    encoding: str
    head: str
    middle: str
    tail: str
    whole: bool


@dataclass(frozen=True)
class Block:
    """Whole lines as UTF-8; `line` is the number of the first one; `done` is how many bytes of the file are read."""

    text: bytes
    line: int
    done: int
    last: bool


def sample(raw: Raw) -> Sample:
    """Look at the head of the file, and at its middle and tail where one can jump there."""
    with raw.open() as file:
        head = file.read(HEAD)
        whole = len(head) < HEAD
        parts = [] if whole or raw.gzipped else [_part(file, raw.size // 2), _part(file, raw.size - PART)]
    encoding = detect(head, *parts)
    plain = "utf-16-le" if encoding == "utf-16" and head.startswith(codecs.BOM_UTF16_LE) else encoding
    plain = "utf-16-be" if plain == "utf-16" else plain
    text = head.decode(encoding, errors="replace")
    text = text if whole or "\n" not in text else text[: text.rfind("\n") + 1]
    middle, tail = [_whole_lines(part.decode(plain, errors="replace")) for part in parts] or ("", "")
    return Sample(encoding, _newlines(text), middle, tail, whole)


def detect(*parts: bytes) -> str:
    """The encoding as a Python codec name: a byte order mark, UTF-16 by its zeros, UTF-8, cp949, else cp1252."""
    for mark, name in _MARKS:
        if parts[0].startswith(mark):
            return name
    zeros = parts[0][0::2].count(0), parts[0][1::2].count(0)
    if max(zeros) > len(parts[0]) // 5:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if all(_decodes(part, "utf-8") for part in parts) or _is_broken_utf8(b"".join(parts)):
        return "utf-8"
    if all(_decodes(part, "cp949") for part in parts) and _looks_korean(b"".join(parts)):
        return "cp949"
    return "cp1252"


def read(raw: Raw, encoding: str, *, quoted: bool, size: int = BLOCK) -> Iterator[Block]:
    """The file as UTF-8 in blocks of whole rows; a line break inside quotes does not end a row."""
    decode = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)(errors="replace")
    rest, line = b"", 1
    with raw.open() as file:
        while True:
            piece = file.read(size)
            last = not piece
            done = raw.size if last else _position(file)
            text = piece if decode is None else decode.decode(piece, final=last).encode()
            text = rest + text
            if b"\r" in text and b"\n" not in text:  # line ends of an old Mac
                text = text.replace(b"\r", b"\n")
            cut = len(text) if last else row_end(text, quoted=quoted)
            text, rest = text[:cut], text[cut:]
            if text:
                yield Block(text, line, done, last)
                line += int(np.count_nonzero(np.frombuffer(text, np.uint8) == _LINE_END))  # bytes.count is slower
            if last:
                return


def row_end(text: bytes, *, quoted: bool) -> int:
    """Where the last whole row of some UTF-8 text ends; a line break inside quotes ends none."""
    end = text.rfind(b"\n") + 1
    if not quoted or b'"' not in text:
        return end
    marks = text.count(b'"', 0, end)
    while end and marks % 2:
        before = text.rfind(b"\n", 0, end - 1) + 1
        marks -= text.count(b'"', before, end)
        end = before
    return end


def _part(file: IO[bytes], start: int) -> bytes:
    file.seek(start - start % 2)  # UTF-16 comes in pairs of bytes
    return file.read(PART)


def _position(file: IO[bytes]) -> int:
    packed = getattr(file, "fileobj", None)
    return int((packed or file).tell())


def _whole_lines(text: str) -> str:
    return _newlines(text[text.find("\n") + 1 : text.rfind("\n") + 1])


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decodes(part: bytes, encoding: str) -> bool:
    # a part may begin and end inside a character: its first and last bytes prove nothing
    for start in range(4):
        try:
            codecs.getincrementaldecoder(encoding)().decode(part[start:])
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_broken_utf8(part: bytes) -> bool:
    """Far more whole letters than broken ones: UTF-8 with some bytes damaged, since other encodings hit few."""
    text = part.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(not letter.isascii() for letter in text) - broken > 20 * broken


def _looks_korean(part: bytes) -> bool:
    # '°C' and 'µm' of a western file are rare Korean syllables in cp949; common ones have both bytes above 0xA0
    common = rare = at = 0
    while at < len(part) - 1:
        if part[at] < 0x80:
            at += 1
            continue
        common, rare = (common + 1, rare) if part[at + 1] > 0xA0 else (common, rare + 1)
        at += 2
    return common >= rare
