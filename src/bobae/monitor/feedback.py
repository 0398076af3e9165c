"""What people say of alarms, in one tap: useful, false, or a fault that nobody was warned of."""

from bobae.core import BadInput, Refused
from bobae.registry.catalogue import AlarmStore, Feedback, FeedbackStore, Outcome


def judge(
    alarms: AlarmStore, feedback: FeedbackStore, alarm_id: int, outcome: Outcome, *, by: str, comment: str, time_ns: int
) -> Feedback:
    """Keep what somebody says of an alarm; the last word counts, the earlier ones stay.

    Raises:
        UnknownName: there is no such alarm.
        BadInput: nobody is named, or the outcome is none that an alarm can have.
    """
    _named(by)
    if outcome not in (Outcome.USEFUL, Outcome.FALSE):
        raise BadInput("an alarm was useful or false; got {outcome}", outcome=outcome)
    alarm = alarms.get(alarm_id)
    to_ns = alarm.cleared_ns if alarm.cleared_ns is not None else max(time_ns, alarm.row_ns)
    return feedback.give(
        Feedback(
            asset=alarm.asset,
            monitor=alarm.monitor,
            outcome=outcome,
            by=by.strip(),
            time_ns=time_ns,
            from_ns=alarm.row_ns,
            to_ns=to_ns,
            alarm=alarm.id,
            comment=comment.strip(),
        )
    )


def missed(
    feedback: FeedbackStore, asset: str, *, from_ns: int, to_ns: int, what: str, by: str, time_ns: int
) -> Feedback:
    """Keep a fault that no alarm told of.

    Args:
        feedback: where it is kept.
        asset: path of the machine.
        from_ns: when it began.
        to_ns: when it was over.
        what: what it was.
        by: who says so.
        time_ns: now; all ns UTC.

    Raises:
        BadInput: nobody is named, or not what it was.
        Refused: it ends before it begins, or lies ahead.
    """
    _named(by)
    if not what.strip():
        raise BadInput("say what the missed fault of {asset} was", asset=asset)
    if not from_ns < to_ns <= time_ns:
        raise Refused("a missed fault of {asset} must end after it began, and not later than now", asset=asset)
    return feedback.give(Feedback(asset, "", Outcome.MISSED, by.strip(), time_ns, from_ns, to_ns, comment=what.strip()))


def _named(by: str) -> None:
    if not by.strip():
        raise BadInput("say who says so: 'by' is empty")
