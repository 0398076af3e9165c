"""Where an order stands and what happened to it, in words."""

from collections.abc import Mapping
from typing import Any

from bobae.core import Text, local_time, text
from bobae.core.access import role_in_words
from bobae.registry.catalogue import AuditEntry, AuditEvent, OrderState
from bobae.write.limits import told

_IN_WORDS: dict[OrderState, Text] = {
    OrderState.WAITING: text("waiting for approval"),
    OrderState.APPROVED: text("approved"),
    OrderState.WRITING: text("being written"),
    OrderState.UNKNOWN: text("not known: written or not"),
    OrderState.HELD: text("written, held by its dead-man"),
    OrderState.REVERTING: text("being taken back"),
    OrderState.DONE: text("done"),
    OrderState.FAILED: text("failed"),
    OrderState.REFUSED: text("refused"),
    OrderState.CANCELLED: text("cancelled"),
    OrderState.EXPIRED: text("expired"),
    OrderState.REVERTED: text("taken back"),
    OrderState.OVERTAKEN: text("overtaken: somebody else has set another value"),
    OrderState.REPLACED: text("replaced by a later order"),
}
LOUD = frozenset(
    (AuditEvent.UNKNOWN, AuditEvent.FAILED, AuditEvent.REVERTING, AuditEvent.STUCK, AuditEvent.OVERTAKEN)
) | frozenset((AuditEvent.STOPPED, AuditEvent.REFUSED, AuditEvent.WRONG_SECRET))


def in_words(state: OrderState) -> Text:
    """Where an order stands, in words."""
    return _IN_WORDS[state]


def entry_told(entry: AuditEntry) -> Text:
    """What happened, in words."""
    said, by = entry.said, entry.by
    words = (
        _of_persons(entry.event, said, by) or _of_users(entry.event, said, by) or _of_an_order(entry.event, said, by)
    )
    return words if entry.order is None else text("order {number}: {what}", number=entry.order, what=words)


def _of_persons(event: AuditEvent, said: Mapping[str, Any], by: str) -> Text | None:
    match event:
        case AuditEvent.STOPPED:
            return text("{name} stopped all writing: {because}", name=by, because=said["because"] or "-")
        case AuditEvent.ALLOW_ASKED:
            return text("{name} wants to allow writing again; a second person is needed", name=by)
        case AuditEvent.ALLOWED:
            return text("{name} and {other} allow writing again", name=by, other=said["with"])
        case AuditEvent.PERSON_ADDED:
            return text("{name} may ask and approve from now on", name=by)
        case AuditEvent.PERSON_REMOVED:
            return text("{name} may do nothing any more", name=by)
        case AuditEvent.WRONG_SECRET:
            return text("a wrong secret for {name}", name=by)
    return None


def _of_users(event: AuditEvent, said: Mapping[str, Any], by: str) -> Text | None:
    match event:
        case AuditEvent.USER_ADDED:
            return text(
                "{name} may sign in from now on, as {role}", name=said["user"], role=role_in_words(said["role"])
            )
        case AuditEvent.ROLE_CHANGED:
            return text("{name} is {role} from now on", name=said["user"], role=role_in_words(said["role"]))
        case AuditEvent.PASSWORD_CHANGED:
            return text("{name} has another password", name=said["user"])
        case AuditEvent.TOKEN_MADE:
            return text(
                "token {token} for {name}, as {role}",
                token=said["token"],
                name=said["user"],
                role=role_in_words(said["role"]),
            )
        case AuditEvent.TOKEN_ENDED:
            return text("token {token} of {name} is over", token=said["token"], name=said["user"])
        case AuditEvent.LINK_MADE:
            return text("a link that signs {name} in once", name=said["user"])
        case AuditEvent.SIGNED_IN:
            return text("{name} signed in from {place}", name=by, place=said["from"])
        case AuditEvent.SIGNED_OUT:
            return text("{name} signed out", name=by)
        case AuditEvent.REQUEST:
            asked = {name: said[name] for name in ("method", "path", "status")}
            return text("{name} from {place}: {method} {path}, answered {status}", name=by, place=said["from"], **asked)
    return None


def _of_an_order(event: AuditEvent, said: Mapping[str, Any], by: str) -> Text:
    tag, why = said["tag"], Text.from_json(said["why"]) if "why" in said else "-"
    value, before, shown, safe = (
        told(said.get(name), said.get("unit")) for name in ("value", "before", "shown", "safe")
    )
    match event:
        case AuditEvent.ASKED:
            return text(
                "{name} asks for {tag} = {value}: {because}", name=by, tag=tag, value=value, because=said["because"]
            )
        case AuditEvent.REFUSED:
            return text("{tag} = {value} is refused: {why}", tag=tag, value=value, why=why)
        case AuditEvent.APPROVED if said["more"]:
            return text("{name} approves {tag}; {n} more are needed", name=by, tag=tag, n=said["more"])
        case AuditEvent.APPROVED:
            return text("{name} approves {tag}; it is carried out now", name=by, tag=tag)
        case AuditEvent.CANCELLED:
            return text("{name} takes {tag} back", name=by, tag=tag)
        case AuditEvent.EXPIRED:
            return text("nobody approved {tag} = {value} in time, or bobae was not running", tag=tag, value=value)
        case AuditEvent.WRITING:
            return text("{tag} is set to {value}; it showed {before}", tag=tag, value=value, before=before)
        case AuditEvent.DONE:
            return text("{tag} shows {shown}: done", tag=tag, shown=shown)
        case AuditEvent.HELD:
            until = _clock(said["revert_ns"])
            return text(
                "{tag} shows {shown}; {safe} follows at {until} unless renewed",
                tag=tag,
                shown=shown,
                safe=safe,
                until=until,
            )
        case AuditEvent.FAILED:
            return text("{tag} was not set: {why}", tag=tag, why=why)
        case AuditEvent.UNKNOWN:
            return text(
                "nobody knows whether {tag} was set to {value} ({why}); it is not written again, only read",
                tag=tag,
                value=value,
                why=why,
            )
        case AuditEvent.RENEWED:
            return text("{name} renews {tag} until {until}", name=by, tag=tag, until=_clock(said["revert_ns"]))
        case AuditEvent.REVERTING:
            return text("{tag} is set back from {shown} to {safe}", tag=tag, shown=shown, safe=safe)
        case AuditEvent.STUCK:
            return text(
                "{tag} does not get further ({why}); it is tried again and again, look at the machine", tag=tag, why=why
            )
        case AuditEvent.REVERTED:
            return text("{tag} shows {shown}: taken back", tag=tag, shown=shown)
        case AuditEvent.OVERTAKEN:
            return text("{tag} shows {shown}, which somebody else has set; it is left so", tag=tag, shown=shown)
    return text("a later order for {tag} takes its place", tag=tag)


def _clock(time_ns: int) -> str:
    return local_time(time_ns).strftime("%H:%M:%S")
