"""What holds for one run of one command: its settings, and whether a person or a program reads along."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bobae.app import Settings


@dataclass(frozen=True)
class Session:
    """One run: `json` is set where a program reads standard output."""

    settings: Settings
    json: bool


_current: ContextVar[Session] = ContextVar("bobae_session")


def begin(session: Session) -> None:
    """Make `session` the current one."""
    _current.set(session)


def settings() -> Settings:
    """The settings of the running command."""
    return _current.get().settings


def is_for_program() -> bool:
    """Whether a program reads what the running command prints, not a person."""
    return _current.get().json
