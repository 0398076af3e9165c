"""What plant.yaml may say about a SECS/GEM source."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bobae.connectors.secs.items import WHOLE
from bobae.core import BadInput, Given
from bobae.core.connector import Settings

PORT = 5000


@dataclass(frozen=True)
class SecsSettings:
    """Where the equipment is, how bobae talks to it, and what bobae may change there.

    Attributes:
        host, port: of the equipment; in passive mode where bobae itself listens.
        passive: whether the equipment connects to bobae.
        device_id: the session id of data messages.
        t3_s, t5_s, t6_s, t7_s, t8_s: reply, connect separation, control transaction, not selected and network
            intercharacter timeout of E37.
        linktest_s: how long silence may last before a Linktest.
        longest_bytes: of a message that is taken.
        poll_s: how often the status variables `sv/...` are asked for.
        state_s: how often the equipment is asked whether it is online, and for the constants `ec/...`.
        trace_s: period of the samples of `trace/...`.
        trace_group: samples in one trace message.
        clock: id of the variable that holds the time and goes into every report; None: the one called Clock.
        control_state: id of the status variable that holds the control state; None: asked for by S1F1.
        zone: of the equipment's clock; None: worked out from what it says at the beginning.
        reports: what bobae may do to the reports of the equipment.
        known_reports: for `existing`: report id -> ids of its variables.
        spool: what becomes of messages that the equipment has kept.
        acknowledge: whether events, traces and alarms are acknowledged once they are stored, or when they are received.
        set_clock: whether its clock is set at each connection.
        id_format: of ids, where the equipment's own lists do not tell.
    """

    host: str
    port: int = PORT
    passive: bool = False
    device_id: int = 0
    t3_s: float = 45.0
    t5_s: float = 3.0
    t6_s: float = 5.0
    t7_s: float = 10.0
    t8_s: float = 5.0
    linktest_s: float = 5.0
    longest_bytes: int = 16 * 2**20
    poll_s: float = 1.0
    state_s: float = 10.0
    trace_s: float = 1.0
    trace_group: int = 1
    clock: str | None = None
    control_state: str | None = None
    zone: dt.tzinfo | None = None
    reports: str = "add"
    known_reports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spool: str = "fetch"
    acknowledge: str = "stored"
    set_clock: bool = False
    id_format: str = "U4"

    @property
    def endpoint(self) -> str:
        """The equipment, as a person would write it."""
        return f"hsms://{self.host}:{self.port}"


_OWN_NAMES = {"passive": "mode", "zone": "timezone", "longest_bytes": "longest_mb"}
_KNOWN = [_OWN_NAMES.get(f.name, f.name) for f in fields(SecsSettings)]
_SECONDS = [f.name for f in fields(SecsSettings) if f.name.endswith("_s")]


def checked(settings: Settings) -> SecsSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"host": "10.0.0.9", "port": 5010}).endpoint
        'hsms://10.0.0.9:5010'
    """
    given = Given(settings, "secs", _KNOWN)
    default = SecsSettings("")
    reports = given.choice("reports", ("add", "own", "existing"), default.reports)
    known = _known_reports(settings.get("known_reports"))
    if bool(known) != (reports == "existing"):
        raise BadInput(
            "`known_reports` and `reports: existing` of a SECS/GEM source belong together: say which variables each "
            "report holds, such as known_reports: {{1001: [2001, 2002]}}"
        )
    return SecsSettings(
        host=given.needed("host", "10.0.0.9"),
        port=given.whole("port", default.port, low=1, high=65_535),
        passive=given.choice("mode", ("active", "passive"), "active") == "passive",
        device_id=given.whole("device_id", default.device_id, high=0x7FFF),
        longest_bytes=round(given.number("longest_mb", default.longest_bytes / 2**20) * 2**20),
        trace_group=given.whole("trace_group", default.trace_group, low=1, high=1000),
        clock=given.word("clock"),
        control_state=given.word("control_state"),
        zone=_zone(given.word("timezone")),
        reports=reports,
        known_reports=known,
        spool=given.choice("spool", ("fetch", "purge", "leave"), default.spool),
        acknowledge=given.choice("acknowledge", ("stored", "received"), default.acknowledge),
        set_clock=given.flag("set_clock", default.set_clock),
        id_format=given.choice("id_format", WHOLE, default.id_format),
        **{name: given.number(name, getattr(default, name)) for name in _SECONDS},
    )


def _zone(name: str | None) -> dt.tzinfo | None:
    if name is None:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput("no time zone is called {zone!r}; write one such as Asia/Seoul", zone=name) from error


def _known_reports(written: Any) -> dict[str, tuple[str, ...]]:
    if written is None:
        return {}
    if isinstance(written, Mapping) and all(isinstance(ids, list) for ids in written.values()):
        return {str(report): tuple(map(str, ids)) for report, ids in written.items()}
    raise BadInput(
        "`known_reports` of a SECS/GEM source is {written!r}; write a list of variables for each report, such as "
        "{{1001: [2001, 2002]}}",
        written=written,
    )
