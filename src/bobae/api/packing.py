"""Numbers for the console's charts, packed: a short JSON header, then columns as they lie in memory.

Layout, all little-endian: bytes 0-3 the length H of the header (uint32); 4-7 zero; then H bytes of JSON (UTF-8, filled
up with spaces to a multiple of 8); then the columns, each beginning at a multiple of 8. The header's `columns` says of
each `{"name", "kind": "f64" | "u32" | "u8", "at", "rows"}`, `at` in bytes from the end of the header; all else in it is
the caller's. A browser reads a column without copying: `new Float64Array(buffer, 8 + H + at, rows)`.
"""

import json
from typing import Any

import numpy as np

_KINDS = {"f64": "<f8", "u32": "<u4", "u8": "<u1"}


def packed(header: dict[str, Any], columns: dict[str, tuple[str, Any]]) -> bytes:
    """The header and its columns, each a (kind, values (rows,)).

    Example:
        >>> packed({}, {"n": ("u8", [7])})[-8:].hex()
        '0700000000000000'
    """
    listed, parts, at = [], [], 0
    for name, (kind, values) in columns.items():
        written = np.ascontiguousarray(values, dtype=_KINDS[kind])
        listed.append({"name": name, "kind": kind, "at": at, "rows": len(written)})
        parts.append(_filled(written.tobytes(), b"\0"))
        at += len(parts[-1])
    said = _filled(json.dumps(header | {"columns": listed}, ensure_ascii=False).encode(), b" ")
    return b"".join([len(said).to_bytes(4, "little"), bytes(4), said, *parts])


def _filled(written: bytes, filler: bytes) -> bytes:
    return written + filler * (-len(written) % 8)
