"""GEM equipment by secsgem, with what its equipment lacks: name lists of events and data, traces, spooling, offline."""

import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from secsgem.common import DeviceType
from secsgem.gem import Alarm, CollectionEvent, DataValue, GemEquipmentHandler, StatusVariable
from secsgem.gem.communication_state_machine import CommunicationState
from secsgem.gem.control_state_machine import ControlState
from secsgem.hsms import HsmsConnectMode
from secsgem.secs.variables import F8, Boolean, String

from bobae.twins.etch.steady import SteadyHsms, SteadySettings

_TYPES = {float: F8, bool: Boolean, str: String}
_ONLINE = (ControlState.ONLINE, ControlState.ONLINE_LOCAL, ControlState.ONLINE_REMOTE)
_WHEN_OFFLINE = ((1, 13), (1, 14), (1, 2), (1, 17))
_LONGEST_SPOOL = 100_000


@dataclass(frozen=True)
class Variable:
    """A status variable or a data value: id, name, unit, and its first value (a number, a flag or a text)."""

    id: int
    name: str
    unit: str
    value: float | bool | str


class Equipment(GemEquipmentHandler):  # type: ignore[misc]
    """Equipment on 127.0.0.1 or another address of this machine, which a host connects to.

    Args:
        port: where it listens.
        host: at which address.
        status: its status variables.
        data: values that are there at events only.
        events: id -> name and the ids of what can be reported with it.
        alarms: id -> text.
    """

    def __init__(
        self,
        port: int,
        *,
        host: str = "127.0.0.1",
        status: Sequence[Variable] = (),
        data: Sequence[Variable] = (),
        events: Mapping[int, tuple[str, Sequence[int]]],
        alarms: Mapping[int, str],
    ) -> None:
        settings = SteadySettings(
            address=host,
            port=port,
            connect_mode=HsmsConnectMode.PASSIVE,
            device_type=DeviceType.EQUIPMENT,
            t3=20.0,
        )
        self.iso_times = False  # 16 digits unless ISO 8601 with microseconds is wanted
        self.told_ns: int | None = None  # what the clock shows; None: the time
        super().__init__(settings)
        self.hsms: SteadyHsms = self.protocol
        self._lock = threading.RLock()
        self._open: dict[int, Any] = {}  # sent, not acknowledged
        self._spool: deque[Any] = deque()
        self._spooled: set[tuple[int, int]] = set()
        self._traces: dict[Any, threading.Event] = {}
        self.hsms.events.disconnected += self._lost
        for one in status:
            made = StatusVariable(one.id, one.name, one.unit, _TYPES[type(one.value)], False)
            made.value = one.value
            self.status_variables[one.id] = made
        for one in data:
            value = DataValue(one.id, one.name, _TYPES[type(one.value)], False, unit=one.unit)
            value.value = one.value
            self.data_values[one.id] = value
        for event, (name, ids) in events.items():
            self.collection_events[event] = CollectionEvent(event, name, list(ids))
        for alarm, words in alarms.items():
            self.alarms[alarm] = Alarm(alarm, words, words, 1, 0, 0)

    @property
    def is_online(self) -> bool:
        """Whether the control state is online."""
        return self.control_state.current in _ONLINE

    def show(self, variable: int, value: Any) -> None:
        """Have a variable show a value from now on."""
        (self.status_variables.get(variable) or self.data_values[variable]).value = value

    def happen(self, event: int, *, at_ns: int | None = None) -> None:
        """An event, at a time of its own or now; it is reported if the host has asked for that."""
        with self._lock:
            self.told_ns = at_ns
            linked = self.registered_collection_events.get(event)
            if linked is not None and linked.enabled:
                reports = self._build_collection_event(event)
                self._offer(self.stream_function(6, 11)({"DATAID": 1, "CEID": event, "RPT": reports}))

    def ring(self, alarm: int, on: bool) -> None:
        """Set or clear an alarm."""
        with self._lock:
            known = self.alarms[alarm]
            known.set = on
            if known.enabled:
                code = known.code | (self.settings.data_items.ALCD.ALARM_SET if on else 0)
                self._offer(self.stream_function(5, 1)({"ALCD": code, "ALID": alarm, "ALTX": known.text}))

    def _get_sv_value(self, status_variable: Any) -> Any:
        """None is an empty item: there is no value."""
        if status_variable.value is None:
            return status_variable.value_type([])
        return super()._get_sv_value(status_variable)

    def _get_clock(self) -> str:
        now = dt.datetime.fromtimestamp((time.time_ns() if self.told_ns is None else self.told_ns) / 1e9).astimezone()
        if not self.iso_times:
            return now.strftime("%Y%m%d%H%M%S") + f"{now.microsecond // 10_000:02d}"
        ns = time.time_ns() if self.told_ns is None else self.told_ns
        whole = dt.datetime.fromtimestamp(ns // 1_000_000_000, dt.UTC)
        return whole.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 1_000_000_000:09d}Z"

    def _offer(self, function: Any) -> None:
        """Send it, or keep it where nobody listens and the host has asked for that."""
        if self._spool or not self.hsms.selected or not self.is_online or not self._send(function):
            self._keep(function)

    def _send(self, function: Any) -> bool:
        system = self.hsms.get_next_system_counter()
        self._open[system] = function
        sent = self.hsms.send(function, system, wants_reply=True)
        if not sent:
            del self._open[system]
        return sent

    def _keep(self, function: Any) -> None:
        if (function.stream, function.function) in self._spooled and len(self._spool) < _LONGEST_SPOOL:
            self._spool.append(function)

    def _lost(self, _: Any) -> None:
        """What was not acknowledged is kept."""
        with self._lock:
            unanswered, self._open = list(self._open.values()), {}
            kept, self._spool = self._spool, deque()
            for function in unanswered:
                self._keep(function)
            self._spool.extend(kept)
            for stopped in self._traces.values():
                stopped.set() if (6, 1) not in self._spooled else None
        self.on_connection_closed(None)

    def _on_communicating(self, event: Any) -> None:
        """A host is there; secsgem has not noticed where one went before it had answered."""
        if self.communication_state.current == CommunicationState.NOT_COMMUNICATING:
            super()._on_communicating(event)
        else:
            self._on_state_wait_cra(None)  # asks it to establish communications

    def _on_message_received(self, data: Any) -> None:
        header = data["message"].header
        asked = (header.stream, header.function) == (1, 13)
        if asked and self.communication_state.current == CommunicationState.WAIT_DELAY:
            self.send_response(self._on_s01f13(self, data["message"]), header.system)
            self.communication_state.s1f13received()
        else:
            super()._on_message_received(data)

    def _handle_stream_function(self, message: Any) -> None:
        kind = (message.header.stream, message.header.function)
        if not self.is_online and kind not in _WHEN_OFFLINE and message.header.require_response:
            self.send_response(self.stream_function(kind[0], 0)(), message.header.system)
        else:
            super()._handle_stream_function(message)

    def _acknowledged(self, _: Any, message: Any) -> None:
        with self._lock:
            self._open.pop(message.header.system, None)

    _on_s05f02 = _on_s06f02 = _on_s06f12 = _acknowledged

    def _on_s01f21(self, *_: Any) -> Any:
        rows = [{"VID": one.dvid, "DVVALNAME": one.name, "UNITS": one.unit} for one in self.data_values.values()]
        return self.stream_function(1, 22)(rows)

    def _on_s01f23(self, *_: Any) -> Any:
        events = self.collection_events.values()
        rows = [{"CEID": one.ceid, "CENAME": one.name, "VID": list(one.data_values)} for one in events]
        return self.stream_function(1, 24)(rows)

    def _on_s02f17(self, *_: Any) -> Any:
        told, self.told_ns = self.told_ns, None
        try:
            return self.stream_function(2, 18)(self._get_clock())
        finally:
            self.told_ns = told

    def _on_s02f23(self, _: Any, message: Any) -> Any:
        asked = self.settings.streams_functions.decode(message)
        trace, ids, written = asked.TRID.get(), [one.get() for one in asked.SVID], asked.DSPER.get()
        if any(one not in self.status_variables for one in ids):
            return self.stream_function(2, 24)(4)
        period_s = int(written[:2]) * 3600 + int(written[2:4]) * 60 + int(written[4:6]) + int(written[6:] or 0) / 100
        if trace in self._traces:
            self._traces.pop(trace).set()
        stopped = self._traces[trace] = threading.Event()
        threading.Thread(
            target=self._sample, args=(trace, ids, period_s, asked.REPGSZ.get(), stopped), daemon=True
        ).start()
        return self.stream_function(2, 24)(0)

    def _sample(self, trace: Any, ids: Sequence[int], period_s: float, group: int, stopped: threading.Event) -> None:
        """Take the samples of one trace until it is stopped."""
        begin, number, shown = time.monotonic(), 0, []
        while not stopped.wait(max(0.0, begin + (number + 1) * period_s - time.monotonic())):
            number += 1
            with self._lock:
                shown += [self._get_sv_value(self.status_variables[one]) for one in ids]
                if number % group:
                    continue
                self.told_ns = None
                said = {"TRID": trace, "SMPLN": number, "STIME": self._get_clock(), "SV": shown}
                self._offer(self.stream_function(6, 1)(said))
                shown = []

    def _on_s02f35(self, handler: Any, message: Any) -> Any:
        asked = self.settings.streams_functions.decode(message)
        linked = self.registered_collection_events
        if any(one.CEID.get() in linked and len(one.RPTID) for one in asked.DATA):
            return self.stream_function(2, 36)(3)  # E5: an event that is linked must be unlinked first
        return super()._on_s02f35(handler, message)

    def _on_s02f43(self, _: Any, message: Any) -> Any:
        asked = self.settings.streams_functions.decode(message)
        self._spooled = {(one.STRID.get(), function.get()) for one in asked for function in one.FCNID}
        return self.stream_function(2, 44)({"RSPACK": 0, "DATA": []})

    def _on_s06f23(self, _: Any, message: Any) -> Any:
        purge = self.settings.streams_functions.decode(message).get() == 1
        with self._lock:
            nothing = not self._spool
            if purge:
                self._spool.clear()
        if not purge and not nothing:
            threading.Thread(target=self._unload, daemon=True).start()
        return self.stream_function(6, 24)(2 if nothing else 0)

    def _unload(self) -> None:
        """Send what was kept, in order; what happens meanwhile comes after it."""
        time.sleep(0.01)  # the answer goes out first
        while True:
            with self._lock:
                if not self._spool or not self._send(self._spool[0]):
                    return
                self._spool.popleft()
