"""What is logged while a plant is at work, as sentences between the others on standard error."""

import contextlib
import logging
import sys
from collections.abc import Iterator

_MARKS = {logging.INFO: " + ", logging.WARNING: " ! ", logging.ERROR: " ! "}


@contextlib.contextmanager
def logs_told() -> Iterator[None]:
    """Inside the block warnings of all, and what the collectors do, are told; outside nothing changes."""
    root, collecting = logging.getLogger(), logging.getLogger("bobae.collect")
    handler, before = _Told(), collecting.level
    root.addHandler(handler)
    collecting.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        collecting.setLevel(before)


class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(f"{_MARKS.get(record.levelno, ' ! ')}{self.format(record)}", file=sys.stderr)
        except Exception:  # noqa: BLE001 - as every handler of the standard library: a log entry ends nothing
            self.handleError(record)
