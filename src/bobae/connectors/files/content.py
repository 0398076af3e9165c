"""What a file is, told by its first bytes: its ending may lie."""

import gzip
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

from bobae.core import BadInput

_ZIP, _OLE, _GZIP, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
HEAD = 1 << 16


class Content(StrEnum):
    """The kinds of file that hold tables."""

    TEXT = "text"
    EXCEL = "excel"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Raw:
    """A file of a known kind; `gzipped` text is unpacked while it is read."""

    path: Path
    content: Content
    gzipped: bool = False

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.path.stat().st_size

    def open(self) -> IO[bytes]:
        """The plain bytes, from the start."""
        return cast("IO[bytes]", gzip.open(self.path)) if self.gzipped else self.path.open("rb")


def recognise(path: Path) -> Raw:
    """The kind of the file at `path`.

    Raises:
        BadInput: it is not there, is empty, or holds something other than a table; says what it is and what to do.
    """
    try:
        head = _head(path)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput("the file {path} is a broken .gz archive; fetch or pack it again", path=path) from error
    except OSError as error:
        raise BadInput("the file {path} cannot be read: {reason}", path=path, reason=error.strerror or error) from error
    if not head:
        raise BadInput("the file {path} is empty", path=path)
    if head.startswith(_PARQUET):
        return Raw(path, Content.PARQUET)
    if head.startswith(_OLE) or (head.startswith(_ZIP) and _is_workbook(path)):
        return Raw(path, Content.EXCEL)
    _refuse_other(path, head)
    with path.open("rb") as file:
        return Raw(path, Content.TEXT, gzipped=file.read(2) == _GZIP)


def is_measurement(path: Path) -> bool:
    """Whether the file is a measurement of the automotive kind (MDF), which the connector `mdf` reads."""
    with path.open("rb") as file:
        return file.read(8).startswith((b"MDF ", b"UnFinMF"))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(_GZIP):
        with gzip.open(path) as unpacked:
            return unpacked.read(HEAD)
    return head


def _is_workbook(path: Path) -> bool:
    # the directory of a zip stands at its end; both kinds of workbook name their parts there
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - HEAD))
        listing = file.read()
    return b"xl/" in listing or b"content.xml" in listing


def _refuse_other(path: Path, head: bytes) -> None:
    if head.startswith(_ZIP) and b".npy" in head[:400]:
        raise BadInput("the file {path} holds numpy arrays, not a table; save it as CSV or Parquet", path=path)
    if head.startswith((_ZIP, b"7z\xbc\xaf", b"Rar!")):
        raise BadInput("the file {path} is an archive; unpack it and give the folder", path=path)
    if head.startswith(b"\x93NUMPY"):
        raise BadInput("the file {path} holds numpy arrays, not a table; save it as CSV or Parquet", path=path)
    if head.startswith(_PICTURES):
        raise BadInput("the file {path} is a picture, not a table", path=path)
    if head.startswith(b"%PDF"):
        raise BadInput("the file {path} is a PDF document; export the table as CSV or Excel", path=path)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    if _is_json(start):
        raise BadInput("the file {path} is JSON, not a table; save the rows as CSV", path=path)
    if start[:1] == b"<":
        raise BadInput("the file {path} is a web page or XML, not a table; save it as CSV or Excel", path=path)
    if _is_binary(head):
        raise BadInput("the file {path} is not text, Excel or Parquet; export it as CSV", path=path)


def _is_json(start: bytes) -> bool:
    rest = start[1:].lstrip()
    return (start[:1] == b"{" and rest[:1] in b'"}') or (start[:1] == b"[" and rest[:1] in b"{[")


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    zeros = head[0::2].count(0), head[1::2].count(0)
    # UTF-16 text has its zeros in one half of the bytes
    if max(zeros) > len(head) // 5 and min(zeros) < max(zeros) / 4:
        return False
    odd = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return odd > len(head) // 100 or sum(zeros) > 0
