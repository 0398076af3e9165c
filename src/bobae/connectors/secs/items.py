"""SECS-II items (SEMI E5): a message's body taken apart strictly, and put together.

Every item says its format and its length; what does not add up is `Malformed`, wherever it stands.
"""

import struct
from collections.abc import Sequence
from typing import TypeAlias

DEEPEST = 32  # lists within lists; real messages stay below ten
LONGEST = 0xFF_FFFF  # three length bytes

Item: TypeAlias = "bool | int | float | str | bytes | tuple[bool | int | float, ...] | list[Item] | None"

_LIST, _BINARY, _BOOLEAN, _ASCII, _JIS8, _LOCALIZED = 0, 0o10, 0o11, 0o20, 0o21, 0o22
_CODES = {
    "I8": (0o30, "q"),
    "I1": (0o31, "b"),
    "I2": (0o32, "h"),
    "I4": (0o34, "i"),
    "F8": (0o40, "d"),
    "F4": (0o44, "f"),
    "U8": (0o50, "Q"),
    "U1": (0o51, "B"),
    "U2": (0o52, "H"),
    "U4": (0o54, "I"),
}
WHOLE = ("U4", "U2", "U1", "U8", "I4", "I2", "I1", "I8")
_NUMBERS = {code: struct.Struct(f">{letter}") for code, letter in _CODES.values()} | {_BOOLEAN: struct.Struct(">?")}
_LETTERS = dict(_CODES.values()) | {_BOOLEAN: "?"}
# the two bytes before a number that stands alone -> how to read it, and how long it is with them
_ALONE = {
    bytes([code << 2 | 1, one.size]): (struct.Struct(f">xx{_LETTERS[code]}").unpack_from, one.size + 2)
    for code, one in _NUMBERS.items()
}
# E5, localized character strings: what the number before the text says
_ENCODINGS = {1: "utf-16-be", 2: "utf-8", 3: "ascii", 4: "latin-1", 8: "shift_jis", 9: "euc_jp", 10: "euc_kr"}
_ENCODINGS |= {11: "gb2312", 12: "gb2312", 13: "big5"}


class Malformed(ValueError):
    """A body that is not SECS-II."""


def decode(body: bytes) -> Item:
    """What a body says: lists as lists, arrays as tuples, one number or flag as itself, no body as None.

    Raises:
        Malformed: it is no SECS-II item, or something stands behind it.

    Example:
        >>> decode(listed(number("U4", 7), ascii_text("LOT-1"), flag(True)))
        [7, 'LOT-1', True]
    """
    if not body:
        return None
    try:
        item, end = _item(body, 0, 0)
    except (IndexError, struct.error) as error:
        raise Malformed("it ends within an item") from error
    if end != len(body):
        raise Malformed(f"{len(body) - end} bytes stand behind the item")
    return item


def parts(body: bytes) -> list[bytes]:
    """The items of a list as they came, so that they can be sent back as they are; none if it is no list.

    Raises:
        Malformed: it is no SECS-II item.
    """
    decode(body)
    if not body or body[0] >> 2 != _LIST:
        return []
    length, at = _length(body, 0)
    found = []
    for _ in range(length):
        _, end = _item(body, at, 0)
        found.append(body[at:end])
        at = end
    return found


def listed(*items: bytes) -> bytes:
    """A list of items that are put together already."""
    return _head(_LIST, len(items)) + b"".join(items)


def number(form: str, *values: float) -> bytes:
    """Numbers of one format such as 'U4' or 'F8'.

    Raises:
        Malformed: a value does not fit.
    """
    code, letter = _CODES[form]
    try:
        packed = struct.pack(f">{len(values)}{letter}", *values)
    except struct.error as error:
        raise Malformed(f"{values} is no {form}") from error
    return _head(code, len(packed)) + packed


def ascii_text(text: str) -> bytes:
    """A text; what is not ASCII goes as UTF-8."""
    raw = text.encode()
    return _head(_ASCII, len(raw)) + raw


def binary(*values: int) -> bytes:
    """Bytes."""
    return _head(_BINARY, len(values)) + bytes(values)


def raw_binary(raw: bytes) -> bytes:
    """Bytes that are there already, such as the header of a message."""
    return _head(_BINARY, len(raw)) + raw


def flag(value: bool) -> bytes:
    """One Boolean."""
    return _head(_BOOLEAN, 1) + bytes([value])


def _head(code: int, length: int) -> bytes:
    width = 1 if length < 0x100 else 2 if length < 0x1_0000 else 3
    if length > LONGEST:
        raise Malformed(f"{length} is longer than an item can be")
    return bytes([code << 2 | width]) + length.to_bytes(width, "big")


def _length(data: bytes, at: int) -> tuple[int, int]:
    """How long the item at `at` is, and where its content begins."""
    width = data[at] & 3
    start = at + 1 + width
    if not width or start > len(data):
        raise Malformed("an item says no length")
    return int.from_bytes(data[at + 1 : start], "big"), start


def _item(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    """The item at `at`, and where the next one begins."""
    alone = _ALONE.get(data[at : at + 2])
    if alone is not None:
        return alone[0](data, at)[0], at + alone[1]
    length, start = _length(data, at)
    code = data[at] >> 2
    if code == _LIST:
        return _list(data, start, length, depth + 1)
    end = start + length
    if end > len(data):
        raise Malformed("it ends within an item")
    return _content(code, data[start:end]), end


def _list(data: bytes, at: int, length: int, depth: int) -> tuple[Item, int]:
    if depth > DEEPEST:
        raise Malformed(f"lists stand more than {DEEPEST} deep")
    if 2 * length > len(data) - at:
        raise Malformed("a list says more items than there are")
    items: list[Item] = []
    for _ in range(length):
        alone = _ALONE.get(data[at : at + 2])  # most items by far: no call for them
        if alone is not None:
            items.append(alone[0](data, at)[0])
            at += alone[1]
        else:
            item, at = _item(data, at, depth)
            items.append(item)
    return items, at


def _content(code: int, raw: bytes) -> Item:
    if code in _NUMBERS:
        count, rest = divmod(len(raw), _NUMBERS[code].size)
        if rest:
            raise Malformed("a number is cut off")
        return struct.unpack(f">{count}{_LETTERS[code]}", raw)
    if code == _ASCII:
        return _text(raw)
    if code == _BINARY:
        return raw
    if code == _JIS8:
        return raw.decode("shift_jis", "replace")
    if code == _LOCALIZED:
        if len(raw) < 2:
            raise Malformed("a localized text says no encoding")
        return raw[2:].decode(_ENCODINGS.get(int.from_bytes(raw[:2], "big"), "utf-8"), "replace")
    raise Malformed(f"no item has the format {code:o}")


def _text(raw: bytes) -> str:
    """ASCII by the standard; Korean equipment writes its own characters there, as UTF-8 or as code page 949."""
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def kind_of(encoded: bytes) -> str | None:
    """What an item holds by its format, a value or not: 'number', 'flag' or 'text'; None: a list or an array.

    Example:
        >>> kind_of(number("F4")), kind_of(flag(True)), kind_of(number("U1", 1, 2))
        ('number', 'flag', None)
    """
    code = encoded[0] >> 2
    if code in (_ASCII, _JIS8, _LOCALIZED):
        return "text"
    size = 1 if code == _BINARY else _NUMBERS[code].size if code in _NUMBERS else 0
    if _length(encoded, 0)[0] > size or not size:
        return None
    return "flag" if code == _BOOLEAN else "number"


def one_number(item: Item) -> int | None:
    """The whole number that an item holds, an acknowledge code in one byte too; None if it holds none.

    Example:
        >>> one_number(decode(binary(3))), one_number("x")
        (3, None)
    """
    if isinstance(item, bytes) and len(item) == 1:
        return item[0]
    return int(item) if isinstance(item, (bool, int)) else None


def rows(item: Item, width: int) -> Sequence[list[Item]]:
    """The lists in a list that hold `width` items at least; what else stands there is passed over."""
    found = item if isinstance(item, list) else []
    return [row for row in found if isinstance(row, list) and len(row) >= width]
