"""Reads the pages of our own segments: what every frame waits for, so it is done here and not through a table.

A segment is plain Parquet that any reader opens; this reads the part of the format that `segment.write` writes:
required columns, version 1 data pages, times packed as differences, values and statuses plain or as numbers of a
dictionary. All that a damaged file could say is checked before memory is touched. Format: the Parquet specification
(apache/parquet-format: Encodings.md, parquet.thrift; headers are Thrift's compact protocol).
"""

import mmap
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bobae.core import Floats, Ints

Octets = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
_DICTIONARY = 2  # a kind of page
_PLAIN, _DIFFERENCES, _NUMBERS = 0, 5, 8  # encodings: PLAIN, DELTA_BINARY_PACKED, RLE_DICTIONARY
_BEGIN, _END, _SIZE = 3, 4, 5  # columns of what `_pages` gives
_TAIL = 8  # octets at the end of a file: how long the footer is, and PAR1
_MOST_DEEP = 8
_MOST_ROWS, _MOST_SIZE = 1 << 20, 1 << 26  # of a row group, and of a page: more is damage
Whole = Any  # a 64-bit number inside a kernel: numba knows signed from unsigned where numpy's annotations do not


class Pages:
    """The columns of one segment file, row group by row group; the file stays mapped until this is forgotten.

    Raises:
        OSError: it is gone or damaged; so do all methods.
    """

    def __init__(self, path: Path, footer_crc: int) -> None:
        self._path = path
        if footer_checksum(path) != footer_crc:  # Arrow ends the process over some damaged footers
            raise OSError(f"{path}: its footer is damaged")
        try:
            about = pq.read_metadata(path)
        except ValueError as error:  # Arrow's own errors, and names that are no text
            raise OSError(f"{path}: {error}") from error
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._octets: Octets = np.frombuffer(mapped, np.uint8)
        self._words: Words = np.frombuffer(mapped, np.uint64, len(self._octets) // 8)
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        self.first_rows: Ints = np.cumsum([0, *(group.num_rows for group in groups)], dtype=np.int64)
        self._chunks = {
            about.schema.column(i).name: [_Chunk.of(group.column(i)) for group in groups]
            for i in range(about.num_columns)
        }
        sizes = np.diff(self.first_rows)
        chunks = [chunk for column in self._chunks.values() for chunk in column]
        if (sizes < 1).any() or (sizes > _MOST_ROWS).any() or any(c.end > len(self._octets) for c in chunks):
            raise OSError(f"{path}: what it says of its row groups cannot be")

    def whole(self, name: str, group: int) -> Ints:
        """A column of int64 (rows,)."""
        rows = int(self.first_rows[group + 1] - self.first_rows[group])
        if name not in self._chunks:
            raise OSError(f"{self._path}: there is no column {name}")
        chunk = self._chunks[name][group]
        out = np.empty(rows, np.int64)
        octets, words, pages = self._octets, self._words, _pages(self._octets, chunk.begin, chunk.end)
        if chunk.codec is not None:
            octets, words, pages = _unzipped(octets, pages, chunk.codec)
        if _unpacked(octets, words, pages, out) != rows:
            raise OSError(f"{self._path}: column {name} of row group {group} is damaged")
        return out

    def values(self, name: str, group: int) -> Floats:
        """A column of doubles (rows,)."""
        return self.whole(name, group).view(np.float64)


def _unzipped(octets: Octets, pages: Ints, codec: pa.Codec) -> tuple[Octets, Words, Ints]:
    """The pages decompressed one behind the other, and where each lies now; none of them if they cannot be."""
    sizes = pages[:, _SIZE]
    if (sizes < 0).any() or (sizes > _MOST_SIZE).any():
        pages = pages[:0]
    begins = np.cumsum([0, *pages[:, _SIZE]])
    words = np.empty(int(begins[-1]) // 8 + 2, np.uint64)
    there = words.view(np.uint8)
    for page, begin in zip(pages, begins, strict=False):
        plain = codec.decompress(octets[page[_BEGIN] : page[_END]], int(page[_SIZE]))
        there[begin : begin + page[_SIZE]] = np.frombuffer(plain, np.uint8)
    moved = pages.copy()
    moved[:, _BEGIN], moved[:, _END] = begins[:-1], begins[1:]
    return there, words, moved


def footer_checksum(path: Path) -> int:
    """CRC-32 of a Parquet file's footer, its length and the mark at the end; -1 where there is none.

    Raises:
        OSError: the file is gone.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _TAIL, 0))
        tail = file.read()
        length = int.from_bytes(tail[:4], "little") + _TAIL
        if len(tail) < _TAIL or length > size:
            return -1
        file.seek(size - length)
        return zlib.crc32(file.read())


class _Chunk(NamedTuple):
    """Where one column of one row group lies in the file, and how it is compressed."""

    begin: int
    end: int
    codec: pa.Codec | None

    @classmethod
    def of(cls, column: pq.ColumnChunkMetaData) -> "_Chunk":
        begin = column.dictionary_page_offset or column.data_page_offset
        codec = None if column.compression == "UNCOMPRESSED" else pa.Codec(column.compression.lower())
        return cls(max(begin, 0), begin + column.total_compressed_size, codec)


@numba.njit(cache=True, nogil=True)
def _varint(octets: Octets, at: Whole, end: Whole) -> tuple[Whole, Whole]:
    """An unsigned number of 7 bits an octet, and where what follows begins; past `end` if it does not end."""
    value, shift = np.uint64(0), np.uint64(0)
    while at < end and shift < 64:
        octet = np.uint64(octets[at])
        at += 1
        value |= (octet & np.uint64(127)) << shift
        if octet < 128:
            return np.int64(value), at
        shift += np.uint64(7)
    return np.int64(0), end + 1


@numba.njit(cache=True, nogil=True)
def _signed(number: Whole) -> Whole:
    """Zigzag: 0, -1, 1, -2, ..."""
    return np.int64((np.uint64(number) >> np.uint64(1)) ^ -(np.uint64(number) & np.uint64(1)))


@numba.njit(cache=True, nogil=True)
def _header(octets: Octets, at: Whole, end: Whole) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """Kind, size unpacked and packed, rows and encoding of a page, and where its content begins; -1: damaged."""
    kind, size, packed, rows, encoding = -1, -1, -1, -1, -1
    field = np.zeros(_MOST_DEEP, np.int64)
    depth = 0
    while at < end:
        octet = octets[at]
        at += 1
        if octet == 0:  # the end of a structure
            if depth == 0:
                return kind, size, packed, rows, encoding, at
            depth -= 1
            continue
        form = octet & 15
        if octet >> 4:
            field[depth] += octet >> 4
        else:
            number, at = _varint(octets, at, end)
            field[depth] = _signed(number)
        if form <= 2:  # true, false
            continue
        if form == 12 and depth + 1 < _MOST_DEEP:  # a structure
            depth += 1
            field[depth] = 0
        elif form == 8:  # octets
            number, at = _varint(octets, at, end)
            at += number if 0 <= number <= end else end + 1
        elif 4 <= form <= 6:  # whole numbers
            number, at = _varint(octets, at, end)
            number = _signed(number)
            if depth == 0:
                kind = number if field[0] == 1 else kind
                size = number if field[0] == 2 else size
                packed = number if field[0] == 3 else packed
            elif depth == 1 and (field[0] == 5 or field[0] == 7):  # of data, of a dictionary
                rows = number if field[1] == 1 else rows
                encoding = number if field[1] == 2 else encoding
        else:
            break
    return -1, -1, -1, -1, -1, -1


@numba.njit(cache=True, nogil=True)
def _bits(words: Words, bit: Whole, mask: Whole) -> Whole:
    """The bits from `bit` on. No branch: whether a number crosses into the next word cannot be foreseen."""
    word, shift = bit >> np.uint64(6), bit & np.uint64(63)
    above = (words[word + np.uint64(1)] << np.uint64(1)) << (np.uint64(63) - shift)
    return (words[word] >> shift | above) & mask


@numba.njit(cache=True, nogil=True)
def _beyond(words: Words, octet: Whole) -> bool:
    """Whether a number that ends at `octet` could not be read: `_bits` looks one word ahead."""
    return bool(octet // 8 + 1 >= len(words))


@numba.njit(cache=True, nogil=True)
def _mask(width: Whole) -> Whole:
    return ~np.uint64(0) if width == 64 else (np.uint64(1) << np.uint64(width)) - np.uint64(1)


@numba.njit(cache=True, nogil=True)
def _add_up(octets: Octets, words: Words, at: Whole, end: Whole, out: Ints, done: Whole) -> Whole:
    """Unpack differences (DELTA_BINARY_PACKED) into out[done:]; how far it is filled then, -1: damaged."""
    block, at = _varint(octets, at, end)
    minis, at = _varint(octets, at, end)
    total, at = _varint(octets, at, end)
    first, at = _varint(octets, at, end)
    if at > end or minis < 1 or block < 1 or block % minis or total < 1 or total > len(out) - done:
        return -1
    value = _signed(first)
    out[done] = value
    n, stop = done + 1, done + total
    each = block // minis
    while n < stop:
        least, at = _varint(octets, at, end)
        least = _signed(least)
        widths = at
        at += minis
        if at > end:
            return -1
        for mini in range(minis):
            if n == stop:
                break
            width = np.int64(octets[widths + mini])
            size = each * width // 8
            if width > 64 or at + size > end or _beyond(words, at + size):
                return -1
            mask, bit, step = _mask(width), np.uint64(at * 8), np.uint64(width)
            for i in range(n, min(n + each, stop)):
                value += least + np.int64(_bits(words, bit, mask))
                out[i] = value
                bit += step
            n = min(n + each, stop)
            at += size
    return n


@numba.njit(cache=True, nogil=True)
def _pages(octets: Octets, at: Whole, end: Whole) -> Ints:
    """Kind, rows, encoding, begin, end and unpacked size of each page of a column (pages, 6); none if damaged."""
    found = np.empty((4, 6), np.int64)
    n = 0
    while at < end:
        kind, size, packed, rows, encoding, at = _header(octets, at, end)
        if at < 0 or packed < 0 or rows < 0 or at + packed > end:
            return found[:0]
        if n == len(found):
            longer = np.empty((2 * n, 6), np.int64)
            longer[:n] = found
            found = longer
        found[n, 0], found[n, 1], found[n, 2], found[n, 3], found[n, 4], found[n, 5] = (
            kind,
            rows,
            encoding,
            at,
            at + packed,
            size,
        )
        n += 1
        at += packed
    return found[:n]


@numba.njit(cache=True, nogil=True)
def _unpacked(octets: Octets, words: Words, pages: Ints, out: Ints) -> Whole:
    """All pages of a column as 64-bit numbers, or the bits of doubles; how many rows, -1: damaged."""
    known = out[:0]
    done = 0
    for kind, rows, encoding, at, stop, _ in pages:
        if _beyond(words, stop):
            return -1
        if kind == _DICTIONARY:
            if stop - at != 8 * rows:
                return -1
            known = np.empty(rows, np.int64)
            _copied(words, at, known)
        elif done + rows > len(out):
            return -1
        elif encoding == _DIFFERENCES:
            done = _add_up(octets, words, at, stop, out, done)
        elif encoding == _PLAIN and stop - at == 8 * rows:
            _copied(words, at, out[done : done + rows])
            done += rows
        elif encoding == _NUMBERS:
            done = _look_up(octets, words, at, stop, known, out[done : done + rows], done)
        else:
            return -1
        if done < 0:
            return -1
    return done


@numba.njit(cache=True, nogil=True)
def _copied(words: Words, octet: Whole, out: Ints) -> None:
    """64-bit numbers as they stand."""
    everything = _mask(64)
    for i in range(len(out)):
        out[i] = np.int64(_bits(words, np.uint64((octet + 8 * i) * 8), everything))


@numba.njit(cache=True, nogil=True)
def _look_up(octets: Octets, words: Words, at: Whole, end: Whole, known: Ints, out: Ints, done: Whole) -> Whole:
    """Numbers of a dictionary, in runs and bit-packed groups, into `out` as what they stand for.

    Returns `done` and the rows of `out`; -1: damaged.
    """
    if at >= end or len(known) == 0:
        return -1
    width = np.int64(octets[at])
    at += 1
    mask = _mask(width)
    n = 0
    while n < len(out):
        header, at = _varint(octets, at, end)
        if at > end or width > 32 or header < 2:
            return -1
        if header & 1:
            size = (header >> 1) * width
            if at + size > end or _beyond(words, at + size):
                return -1
            bit, step, most = np.uint64(at * 8), np.uint64(width), np.uint64(len(known) - 1)
            until = min(n + (header >> 1) * 8, len(out))
            for i in range(n, until):
                out[i] = known[min(_bits(words, bit, mask), most)]
                bit += step
            n = until
        else:
            size = (width + 7) // 8
            if at + size > end:
                return -1
            number: Whole = 0
            for i in range(size):
                number |= np.int64(octets[at + i]) << (8 * i)
            if not 0 <= number < len(known):
                return -1
            until = min(n + (header >> 1), len(out))
            out[n:until] = known[number]
            n = until
        at += size
    return done + n
