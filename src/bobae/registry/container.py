"""The package file: a zip that can be written in one way only, so equal contents are equal bytes.

Members are stored without compression, in a fixed order, with one fixed date and no extra fields. Reading takes no zip
apart that writing would not have put together: there is nothing to unfold, no second directory, no hidden bytes.
"""

import re
import struct
import zlib
from collections.abc import Mapping

from bobae.core import Refused

LARGEST = 256 * 2**20
MOST_FILES = 40
NEEDED = ("manifest.json", "model.onnx", "reference.parquet", "monitor.json", "sbom.cdx.json")
_KNOWN = re.compile(r"manifest\.json|model\.onnx|reference\.parquet|monitor\.json|sbom\.cdx\.json|card\.[a-z]{2}\.md")
_SIGNATURE = re.compile(r"signatures/[0-9a-f]{32}\.dsse\.json")

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UNIX, _STORED, _DATE, _MODE = 20, 3 << 8, 0, 0x21, 0o100644 << 16  # the date is 1980-01-01, a zip's first


def pack(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a package with these files."""
    body, directory = bytearray(), bytearray()
    for name in sorted(files, key=_place):
        data, offset = files[name], len(body)
        sizes = (zlib.crc32(data), len(data), len(data))
        body += _LOCAL.pack(b"PK\3\4", _VERSION, 0, _STORED, 0, _DATE, *sizes, len(name), 0) + name.encode() + data
        directory += _CENTRAL.pack(
            *(b"PK\1\2", _UNIX | _VERSION, _VERSION, 0, _STORED, 0, _DATE, *sizes, len(name)), 0, 0, 0, 0, _MODE, offset
        )
        directory += name.encode()
    end = _END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a package: name -> contents.

    Raises:
        Refused: it is too large, damaged, not written by `pack`, lacks a file or holds one that does not belong there.
    """
    if len(data) > LARGEST:
        raise Refused("the file has {size} bytes; at most {limit} are allowed", size=len(data), limit=LARGEST)
    files: dict[str, bytes] = {}
    offset = 0
    while data[offset : offset + 4] == b"PK\3\4":
        name, begin, end = _member(data, offset)
        if not is_signature(name) and not _KNOWN.fullmatch(name):
            raise Refused("the package holds a file that does not belong there: {name!r}", name=name)
        if name in files or len(files) == MOST_FILES:
            raise Refused("the package holds {name} twice, or more than {most} files", name=name, most=MOST_FILES)
        files[name] = data[begin:end]
        offset = end
    if not files or pack(files) != data:
        raise Refused("the file is damaged, or it is not a package that bobae wrote")
    for name in NEEDED:
        if name not in files:
            raise Refused("the package lacks {name}", name=name)
    return files


def is_signature(name: str) -> bool:
    """Whether the file of that name is a signature over the others."""
    return _SIGNATURE.fullmatch(name) is not None


def _member(data: bytes, offset: int) -> tuple[str, int, int]:
    """The name of the member whose header is at `offset`, and where its contents begin and end."""
    if len(data) < offset + _LOCAL.size:
        raise Refused("the file is damaged, or it is not a package that bobae wrote")
    header = _LOCAL.unpack_from(data, offset)
    size, name_length, extra_length = header[8], header[9], header[10]
    begin = offset + _LOCAL.size + name_length + extra_length
    name = data[offset + _LOCAL.size : offset + _LOCAL.size + name_length].decode("ascii", "replace")
    if begin + size > len(data):
        raise Refused("the file is damaged, or it is not a package that bobae wrote")
    return name, begin, begin + size


def _place(name: str) -> tuple[int, str]:
    """The manifest first, signatures last, so that a second signature leaves what comes before it as it is."""
    return (0 if name == "manifest.json" else 2 if is_signature(name) else 1, name)
