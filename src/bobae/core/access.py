"""Who may do what: the roles of people, and the one table of what each permits."""

from enum import StrEnum
from typing import Literal, get_args

from bobae.core.language import Text, text

Permission = Literal[
    "session.own",  # see who one is, and sign out
    "plant.read",  # samples, alarms, models, orders: all that is told
    "alarm.handle",  # take notice, judge, shelve, work on cases
    "alarm.design",  # take out of service, and return
    "model.ask",  # have a model answer, over the Open Inference Protocol
    "model.change",  # promote, roll back, retire
    "write.order",  # ask for a value, renew, take back, stop all writing
    "write.approve",  # agree to somebody else's order, allow writing again
    "audit.read",
    "user.manage",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)


class UserRole(StrEnum):
    """What somebody is at the plant."""

    OPERATOR = "operator"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


_WRITER: frozenset[Permission] = frozenset(("plant.read", "write.order", "write.approve"))
_OPERATOR: frozenset[Permission] = frozenset(("session.own", "plant.read", "alarm.handle", "model.ask", "write.order"))
_ENGINEER: frozenset[Permission] = _OPERATOR | frozenset(("alarm.design", "model.change", "write.approve"))
_MANAGER: frozenset[Permission] = _ENGINEER | frozenset(("audit.read",))
_ADMINISTRATOR: frozenset[Permission] = _MANAGER | frozenset(("user.manage",))
ALLOWED: dict[UserRole | None, frozenset[Permission]] = {
    None: _WRITER,  # a person that `bobae write person add` made: asks and approves, and cannot sign in
    UserRole.OPERATOR: _OPERATOR,
    UserRole.ENGINEER: _ENGINEER,
    UserRole.MANAGER: _MANAGER,
    UserRole.ADMINISTRATOR: _ADMINISTRATOR,
}
NEVER_BY_TOKEN: frozenset[Permission] = frozenset(("write.approve", "user.manage"))
"""What takes a person: a program that holds a token of theirs is none."""
_IN_WORDS: dict[UserRole | None, Text] = {
    None: text("asks for writes and approves them"),
    UserRole.OPERATOR: text("operator"),
    UserRole.ENGINEER: text("engineer"),
    UserRole.MANAGER: text("manager"),
    UserRole.ADMINISTRATOR: text("administrator"),
}


def role_in_words(role: str | None) -> Text:
    """What somebody is, in words."""
    return _IN_WORDS[None if role is None else UserRole(role)]
