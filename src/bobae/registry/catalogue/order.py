"""An order to write a value to the plant as it is kept, who may give one, and the switch that stops them all."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bobae.core import Text
from bobae.core.access import UserRole

Value = bool | float | str


class OrderState(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"  # for somebody else to agree
    APPROVED = "approved"  # to be carried out
    WRITING = "writing"  # from here on the device may have it: it is never written again
    UNKNOWN = "unknown"  # the connection broke on the way: read back until it is known
    HELD = "held"  # written, and the dead-man runs
    REVERTING = "reverting"  # the dead-man ran out: the safe value is to be written
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVERTED = "reverted"
    OVERTAKEN = "overtaken"  # when the dead-man ran out, the device showed what somebody else had set
    REPLACED = "replaced"  # by a later order for the same tag

    @property
    def open(self) -> bool:
        """Whether something is still to happen to it."""
        return self in OPEN

    @property
    def asked(self) -> bool:
        """Whether nothing of it has been written yet, and may still be."""
        return self in (OrderState.WAITING, OrderState.APPROVED)


OPEN = (
    OrderState.WAITING,
    OrderState.APPROVED,
    OrderState.WRITING,
    OrderState.UNKNOWN,
    OrderState.HELD,
    OrderState.REVERTING,
)


@dataclass(frozen=True)
class Order:
    """One order. Times are ns UTC.

    Attributes:
        tag: path of the tag.
        value: what it is to show.
        because: why, as the one who asks says.
        asked_by, asked_ns: who asked, and when.
        expires_ns: until when it may be carried out.
        id: its number; later orders have higher ones.
        state: where it stands.
        approved_by: who else agreed.
        before: what the device showed before; None: it has not been looked at.
        shown: what it showed last.
        sent_ns: when it was given to the device.
        revert_ns: when the dead-man runs out; None: it has none.
        safe: what is written then.
        tolerance: how far a number that the device shows may be off.
        why: why it was refused or failed.
    """

    tag: str
    value: Value
    because: str
    asked_by: str
    asked_ns: int
    expires_ns: int
    id: int = 0
    state: OrderState = OrderState.WAITING
    approved_by: tuple[str, ...] = ()
    before: Value | None = None
    shown: Value | None = None
    sent_ns: int | None = None
    revert_ns: int | None = None
    safe: Value | None = None
    tolerance: float = 0.0
    why: Text | None = None

    @property
    def persons(self) -> frozenset[str]:
        """Who agreed, the one who asked among them."""
        return frozenset((self.asked_by, *self.approved_by))


@dataclass(frozen=True)
class Person:
    """Who may do something here.

    Attributes:
        name: as it was written.
        secret: how to recognise the secret or password, never itself.
        added_ns: when, ns UTC.
        removed_ns: since when they may do nothing; None: they may.
        wrong: how many wrong secrets in a row.
        wrong_ns: when the last of them came.
        role: what they are, if they are a user who can sign in; None: they only ask for writes and approve them.
    """

    name: str
    secret: str
    added_ns: int
    removed_ns: int | None = None
    wrong: int = 0
    wrong_ns: int = 0
    role: UserRole | None = None

    @property
    def is_user(self) -> bool:
        """Whether they can sign in."""
        return self.role is not None and self.removed_ns is None


@dataclass(frozen=True)
class Switch:
    """Whether bobae may write at all: stopped by one person, allowed again by two.

    Attributes:
        stopped_ns: since when it may not; None: it may.
        by, because: who stopped it, and why.
        allow_by, allow_ns: who wants to allow it again, and since when.
    """

    stopped_ns: int | None = None
    by: str = ""
    because: str = ""
    allow_by: str | None = None
    allow_ns: int | None = None


class AuditEvent(StrEnum):
    """What can happen, and is written down."""

    ASKED = "asked"
    REFUSED = "refused"
    APPROVED = "approved"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    WRITING = "writing"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RENEWED = "renewed"
    REVERTING = "reverting"
    STUCK = "stuck"
    REVERTED = "reverted"
    OVERTAKEN = "overtaken"
    REPLACED = "replaced"
    STOPPED = "stopped"
    ALLOW_ASKED = "allow_asked"
    ALLOWED = "allowed"
    PERSON_ADDED = "person_added"
    PERSON_REMOVED = "person_removed"
    WRONG_SECRET = "wrong_secret"
    USER_ADDED = "user_added"
    ROLE_CHANGED = "role_changed"
    PASSWORD_CHANGED = "password_changed"
    TOKEN_MADE = "token_made"
    TOKEN_ENDED = "token_ended"
    LINK_MADE = "link_made"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REQUEST = "request"


@dataclass(frozen=True)
class AuditEntry:
    """One thing that happened, chained to the one before.

    Attributes:
        id: 1, 2, 3, ... without a gap.
        time_ns: when, ns UTC.
        event: what.
        order: number of the order, if it is about one.
        by: who; empty: bobae itself.
        said: all else, plain JSON values.
        previous: hash of the entry before; the first has zeros.
        hash: SHA-256 of all of this, in hexadecimal digits.
    """

    id: int
    time_ns: int
    event: AuditEvent
    order: int | None
    by: str
    said: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class Broken:
    """Where the audit was changed: the first entry that does not follow from those before, and how."""

    id: int
    how: Text
