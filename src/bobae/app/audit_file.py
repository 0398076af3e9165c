"""The audit as a file: one JSON document a row, with all that its hash was made of."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bobae.core import BadInput
from bobae.registry.catalogue import AuditEntry, WriteStore

_AT_ONCE = 1_000


def export_audit(book: WriteStore, file: Path) -> int:
    """Write all entries, oldest first; how many there are.

    Raises:
        BadInput: the file is there already, or cannot be written.
    """
    count = 0
    try:
        with file.open("x", encoding="utf-8") as out:
            for entry in _all(book):
                out.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        raise BadInput("{path} cannot be written: {why}", path=file, why=error.strerror) from error
    return count


def _all(book: WriteStore) -> Iterator[AuditEntry]:
    last = 0
    while True:
        with book.looking() as there:
            page = there.audit.after(last, limit=_AT_ONCE)
        if not page:
            return
        yield from page
        last = page[-1].id
