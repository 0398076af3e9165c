"""Which wish each variable, event and alarm fulfils, and which reports have to be defined for that."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bobae.connectors.secs.address import Address
from bobae.core import Wish

Positions = tuple[int, ...]
_LARGEST = {"U1": 0xFF, "I1": 0x7F, "U2": 0xFFFF, "I2": 0x7FFF}
FILE = "reports.json"


@dataclass(frozen=True)
class Report:
    """One report: its number, the event that it comes with, and the ids of its variables in order."""

    number: str
    event: str
    variables: tuple[str, ...]


@dataclass
class Plan:
    """Positions of the wishes by what fulfils them.

    Attributes:
        status, constants, traced: variable id -> positions.
        reported: (event, variable) -> positions.
        events, alarms, alarm_texts: id -> positions.
        state: positions of the control state.
        deadbands: position -> the smallest change worth sending.
    """

    status: dict[str, Positions] = field(default_factory=dict)
    constants: dict[str, Positions] = field(default_factory=dict)
    traced: dict[str, Positions] = field(default_factory=dict)
    reported: dict[tuple[str, str], Positions] = field(default_factory=dict)
    events: dict[str, Positions] = field(default_factory=dict)
    alarms: dict[str, Positions] = field(default_factory=dict)
    alarm_texts: dict[str, Positions] = field(default_factory=dict)
    state: Positions = ()
    deadbands: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, wished: Iterable[tuple[int, Wish, Address]]) -> "Plan":
        """The plan for some wishes at their positions."""
        plan = cls()
        by_id = {
            "sv": plan.status,
            "ec": plan.constants,
            "trace": plan.traced,
            "event": plan.events,
            "alarm": plan.alarms,
            "alarm text": plan.alarm_texts,
        }
        for position, wish, address in wished:
            if address.what == "state":
                plan.state += (position,)
            elif address.what == "report":
                key = (address.event or "", address.id)
                plan.reported[key] = (*plan.reported.get(key, ()), position)
            else:
                found = by_id[address.what]
                found[address.id] = (*found.get(address.id, ()), position)
            if wish.deadband:
                plan.deadbands[position] = wish.deadband
        return plan

    @property
    def event_ids(self) -> list[str]:
        """Every event that must be enabled."""
        return list(dict.fromkeys([*(event for event, _ in self.reported), *self.events]))

    def reports(self, clock: str | None, id_format: str) -> list[Report]:
        """One report for each event, the clock first where there is one.

        Its number says what is in it: a message that the equipment has kept since an earlier plan is not misread.
        """
        variables: dict[str, list[str]] = defaultdict(list)
        for event in self.event_ids:
            if clock is not None:
                variables[event].append(clock)
        for event, variable in self.reported:
            if variable != clock:
                variables[event].append(variable)
        found: dict[str, Report] = {}
        for event, ids in variables.items():
            number = numbered(f"{event} {ids}", id_format, found)
            found[number] = Report(number, event, tuple(ids))
        return list(found.values())


def numbered(content: str, id_format: str, taken: Iterable[str] = ()) -> str:
    """A number that follows from the content, and is not taken."""
    largest = _LARGEST.get(id_format, 0x7FFF_FFFF)
    number = zlib.crc32(content.encode()) % largest + 1
    while str(number) in taken:
        number = number % largest + 1
    return str(number)


def remembered(folder: Path | None) -> dict[str, Report]:
    """The reports that bobae has ever defined at this equipment, by number: it may have kept messages with them."""
    if folder is None or not (folder / FILE).is_file():
        return {}
    kept: Mapping[str, Sequence[str]] = json.loads((folder / FILE).read_text("utf-8"))
    return {number: Report(number, event, tuple(ids)) for number, (event, *ids) in kept.items()}


def remember(folder: Path | None, reports: Mapping[str, Report]) -> None:
    """Keep them for later."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    kept = {number: [one.event, *one.variables] for number, one in reports.items()}
    new = folder / f"{FILE}.new"
    new.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    new.replace(folder / FILE)
