"""Files that are there whole or not at all, also after a power cut."""

import os
import sys
import tempfile
from pathlib import Path

from bobae.core import BadInput


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`: into a draft beside it, forced to disk, then renamed.

    Raises:
        BadInput: the folder or the file cannot be written to; nothing is left there.
    """
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BadInput("cannot write to the folder {folder}: {reason}", folder=path.parent, reason=error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except OSError as error:
        raise BadInput("cannot write {path}: {reason}", path=path, reason=error.strerror or error) from error
    finally:
        Path(draft).unlink(missing_ok=True)
    if sys.platform != "win32":  # the rename itself is on disk only when the folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
