"""GEM equipment by secsgem for tests, as a process of its own: `python -m bobae.testing.secs_server PLAN`.

PLAN is JSON: host, port, and whether the equipment is another one (`replaced`). Each row on its standard input is an
order, a JSON list of what to do and its arguments; one JSON row answers it when it is done.
"""

import json
import logging
import sys
import threading
import time
from typing import Any

from secsgem.gem.collection_event_link import CollectionEventLink
from secsgem.gem.collection_event_report import CollectionEventReport

from bobae.twins.etch.equipment import Equipment, Variable

NUMBER, FLAG, TEXT, POLLED, LONG, LOT = 101, 102, 103, 104, 201, 202
EVENTS = {NUMBER: 300, FLAG: 301, TEXT: 302, LONG: 303}
OTHER_NUMBER = 111
ALARM = 12


class SmallTool(Equipment):
    """Equipment with a number, a flag and a text that come with an event each, and one of everything else."""

    def __init__(self, host: str, port: int, *, replaced: bool) -> None:
        number = OTHER_NUMBER if replaced else NUMBER
        super().__init__(
            port,
            host=host,
            status=[
                Variable(number, "Number", "Cel", 0.0),
                Variable(FLAG, "Flag", "", False),
                Variable(TEXT, "Text", "", ""),
                Variable(POLLED, "Polled", "bar", 1.5),
            ],
            data=[Variable(LONG, "RunNumber", "", 0.0), Variable(LOT, "LotID", "", "LOT-1")],
            events={
                300: ("NumberChanged", [number]),
                301: ("FlagChanged", [FLAG]),
                302: ("TextChanged", [TEXT]),
                303: ("RunEnded", [LONG, LOT]),
            },
            alarms={ALARM: "Door open", ALARM + 1: "Pump hot"},
        )
        self.iso_times = True
        self.lets_online = True
        self._ramp = threading.Event()

    def let_online(self, lets: bool) -> None:
        """Whether a host may have it go online."""
        self.lets_online = lets

    def _on_s01f17(self, handler: Any, message: Any) -> Any:
        return super()._on_s01f17(handler, message) if self.lets_online else self.stream_function(1, 18)(1)

    def write(self, variable: int, value: Any, time_ns: int | None) -> None:
        """Have a variable show a value, and tell it by its event if it has one."""
        if isinstance(value, str):  # secsgem writes Latin-1
            value = value.encode().decode("latin-1")
        self.show(variable, value)
        if variable in EVENTS:
            self.happen(EVENTS[variable], at_ns=time_ns)

    def ramp(self, every_ms: int) -> None:
        """Count the number up from now on; 0: no more."""
        self._ramp.set()
        self._ramp = threading.Event()
        if every_ms:
            threading.Thread(target=self._count, args=(every_ms / 1000, self._ramp), daemon=True).start()

    def counts(self) -> tuple[int, int]:
        """Connections and requests since it started."""
        return self.hsms.accepted, self.hsms.served

    def online(self, on: bool) -> None:
        """What an operator does at the panel."""
        (self.control_switch_online if on else self.control_switch_offline)()

    def anew(self) -> None:
        """Forget what hosts have asked for and what was kept; alarms are off."""
        self.ramp(0)
        with self._lock:
            self.registered_reports.clear()
            self.registered_collection_events.clear()
            self._spool.clear()
            self._spooled.clear()
        for alarm in self.alarms.values():
            alarm.set = alarm.enabled = False
        self.lets_online = True

    def define_foreign(self, event: int, variables: list[int]) -> int:
        """Have a report of somebody else come with an event; returns its number."""
        number = 700_000 + event
        self.registered_reports[number] = CollectionEventReport(number, variables)
        self.registered_collection_events[event] = CollectionEventLink(self.collection_events[event], [number])
        self.registered_collection_events[event].enabled = True
        return number

    def standing(self) -> dict[str, Any]:
        """What it has been told to report, how much it has kept, and how much is not acknowledged."""
        return {
            "reports": {str(number): _plain(one.vars) for number, one in self.registered_reports.items()},
            "enabled": sorted(event for event, link in self.registered_collection_events.items() if link.enabled),
            "kept": len(self._spool),
            "open": len(self._open),
        }

    def _count(self, every_s: float, stopped: threading.Event) -> None:
        begin = time.monotonic()
        for n in range(1, 2**31):
            if stopped.wait(max(0.0, begin + n * every_s - time.monotonic())):
                return
            self.write(NUMBER, float(n), None)


def _plain(ids: Any) -> list[int]:
    return list(ids) if isinstance(ids, list) else list(ids.get())  # a report that came by S2F33 holds secsgem's items


def main() -> None:
    """Serve until the standard input ends."""
    logging.disable()
    tool = SmallTool(**json.loads(sys.argv[1]))
    tool.enable()
    print(json.dumps("serving"), flush=True)
    for row in sys.stdin:
        order, *arguments = json.loads(row)
        print(json.dumps(getattr(tool, order)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
