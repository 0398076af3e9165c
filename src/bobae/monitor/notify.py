"""Who is to be told of which alarms now: one message for all that is due, in quiet hours only what is urgent."""

from collections.abc import Sequence
from dataclasses import dataclass

from bobae.core import Receiver, Text, local_time, seconds_of, text
from bobae.registry.catalogue import PRIORITIES, Alarm, AlarmState, Priority

SHOWN = 10
_NS = 1_000_000_000


@dataclass(frozen=True)
class Message:
    """One message: what stands above it, its sentences, and the alarms that it tells of."""

    title: Text
    lines: tuple[Text, ...]
    raised: tuple[Alarm, ...]
    over: tuple[Alarm, ...]


def due(receiver: Receiver, raised: Sequence[Alarm], over: Sequence[Alarm], *, now_ns: int) -> Message | None:
    """The message that a receiver is to get now; None: nothing is due.

    Times of day are those of the plant (`telling_time_of`).

    Args:
        receiver: who.
        raised: alarms that wait for somebody and that it has not been told of.
        over: alarms that it was told of and that are over.
        now_ns: ns UTC.
    """
    wait_ns = 0 if receiver.after is None else round(seconds_of(receiver.after) * _NS)
    quiet = is_quiet(receiver.quiet, now_ns)
    told = [a for a in raised if is_meant(receiver, a.asset, a.priority) and now_ns - a.active_ns >= wait_ns]
    told = [a for a in told if a.priority == "urgent" or not quiet]
    ended = [] if quiet else list(over)
    if not told and not ended:
        return None
    return Message(_title(told, ended), tuple(_lines(told, ended)), tuple(told), tuple(ended))


def is_quiet(hours: str | None, now_ns: int) -> bool:
    """Whether the plant's clock lies within hours such as 22:00-06:00.

    Example:
        >>> is_quiet("22:00-06:00", 23 * 3600 * 10**9), is_quiet("22:00-06:00", 12 * 3600 * 10**9)
        (True, False)
    """
    if hours is None:
        return False
    begin, end = hours.split("-")
    now = local_time(now_ns).strftime("%H:%M")
    return begin <= now < end if begin <= end else now >= begin or now < end


def is_meant(receiver: Receiver, asset: str, priority: Priority) -> bool:
    """Whether somebody is told of the alarms of a machine that have a priority."""
    if PRIORITIES.index(priority) < PRIORITIES.index(receiver.from_priority):
        return False
    return not receiver.assets or any(f"{asset}/".startswith(f"{path}/") for path in receiver.assets)


def _title(raised: Sequence[Alarm], over: Sequence[Alarm]) -> Text:
    if len(raised) == 1:
        return text("alarm: {asset}", asset=raised[0].asset)
    if raised:
        machines = len({alarm.asset for alarm in raised})
        return text("{n} alarms on {machines} machines", n=len(raised), machines=machines)
    if len(over) == 1:
        return text("over: {asset}", asset=over[0].asset)
    return text("{n} alarms are over", n=len(over))


def _lines(raised: Sequence[Alarm], over: Sequence[Alarm]) -> list[Text]:
    lines = [
        text("{time} [{priority}] {meaning}", time=_time(a.active_ns), priority=a.priority, meaning=a.meaning)
        for a in raised[:SHOWN]
    ]
    if len(raised) > SHOWN:
        lines.append(text("and {n} more", n=len(raised) - SHOWN))
    lines += [
        text("to acknowledge it: bobae alarm acknowledge {number} --by NAME", number=a.id)
        for a in raised[:1]
        if a.state is AlarmState.UNACKNOWLEDGED
    ]
    lines += [text("{asset}: over since {time}", asset=a.asset, time=_time(a.cleared_ns or 0)) for a in over[:SHOWN]]
    return lines


def _time(time_ns: int) -> str:
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M")
