"""What a command answers: one document for programs, the same in words for a person."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Answer:
    """What came of a command.

    Attributes:
        document: for `--json`; plain values.
        show: prints the same for a person.
        exit_code: 0 done, 1 failed.
    """

    document: Mapping[str, Any]
    show: Callable[["Console"], None]
    exit_code: int = 0


def write_json(document: Mapping[str, Any]) -> None:
    """One JSON document on standard output; times and paths as text, numbers that are none as null."""
    print(json.dumps(_plain(document), ensure_ascii=False, indent=2), file=sys.stdout)


def _plain(value: Any) -> Any:
    """`value` as strict JSON knows it: NaN and infinity do not exist there."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, (str, int)):
        return value
    return str(value)
