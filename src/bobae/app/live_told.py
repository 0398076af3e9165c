"""What is said of an alarm in the terminal: where, what it means, what to do, and how to say that somebody saw it."""

from pathlib import Path

from bobae.app.telling import Said
from bobae.core import local_time, text
from bobae.monitor import parts
from bobae.registry.catalogue import Alarm, AlarmState

_BY = """-H "Content-Type: application/json" -d '{"by": "NAME"}'"""


def alarm_told(alarm: Alarm, address: str, report: Path | None) -> Said:
    """An alarm as it is now.

    Args:
        alarm: the alarm.
        address: of the REST interface.
        report: of its model, where there is one.
    """
    if alarm.state is AlarmState.UNACKNOWLEDGED:
        raised = _at(alarm.row_ns)
        yield text("ALARM {number}: {asset}, {when}", number=alarm.id, asset=alarm.asset, when=raised), "step"
        for part in parts(alarm.meaning):
            yield part, "warning"
        if report is not None and report.is_file():
            yield text("how far its model can be trusted: {report}", report=report), "plain"
        command = f"curl -X POST {_BY} {address}/alarms/{alarm.id}/acknowledge"
        yield text("to acknowledge it:\n{command}", command=command), "plain"
    elif alarm.state is AlarmState.ACKNOWLEDGED:
        who = alarm.acknowledged_by or "-"
        said = text("alarm {number} at {asset}: acknowledged by {who}", number=alarm.id, asset=alarm.asset, who=who)
        yield said, "good"
    else:
        ended = _at(alarm.cleared_ns or alarm.row_ns)
        yield text("alarm {number} at {asset} is over, {when}", number=alarm.id, asset=alarm.asset, when=ended), "good"


def _at(time_ns: int) -> str:
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M:%S")
