"""Alarms are kept whole, changed by one hand at a time, and every change is in the journal."""

import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bobae.core import Text, UnknownName
from bobae.registry.catalogue import AlarmEvent, AlarmState, Catalogue, NewAlarm, Transition

ACKNOWLEDGED = AlarmState.ACKNOWLEDGED, AlarmEvent.ACKNOWLEDGED
CLEARED = AlarmState.RETURNED, AlarmEvent.CLEARED


def new_alarm(monitor: str = "press3", asset: str = "press/line1/press3") -> NewAlarm:
    return NewAlarm(
        monitor=monitor,
        asset=asset,
        model="press3-anomaly",
        task="anomaly",
        row_ns=1_000,
        active_ns=2_000,
        peak=1.5,
        top_tags=(("oil", 0.75), ("pump", 0.25)),
        meaning=Text("{n} alarms in {rows} rows", {"n": 1, "rows": 2}),
    )


def to(place: tuple[AlarmState, AlarmEvent], *, by: str = "kim", time_ns: int = 3_000) -> Transition:
    becomes, event = place
    return Transition(time_ns, event, AlarmState.UNACKNOWLEDGED, becomes, by, "looked at it")


def test_an_alarm_is_read_back_as_it_was_raised(catalogue: Catalogue) -> None:
    new = new_alarm()
    there = catalogue.alarms.get(catalogue.alarms.put(new).id)
    assert asdict(there).items() >= asdict(new).items()
    assert there.meaning.render("ko") == "2행에서 경보 1건"
    assert there.state is AlarmState.UNACKNOWLEDGED


def test_a_monitor_has_one_active_alarm_at_the_most(catalogue: Catalogue) -> None:
    first = catalogue.alarms.put(new_alarm())
    assert catalogue.alarms.put(new_alarm()) == first
    assert catalogue.alarms.put(new_alarm("press4")).id != first.id
    catalogue.alarms.move(first.id, to(CLEARED))
    assert catalogue.alarms.put(new_alarm()).id > first.id


def test_of_two_who_acknowledge_the_second_changes_nothing(catalogue: Catalogue) -> None:
    alarm = catalogue.alarms.put(new_alarm())
    done = catalogue.alarms.move(alarm.id, to(ACKNOWLEDGED))
    assert done is not None
    assert (done.state, done.acknowledged_by, done.acknowledged_ns, done.comment) == (
        AlarmState.ACKNOWLEDGED,
        "kim",
        3_000,
        "looked at it",
    )
    assert catalogue.alarms.move(alarm.id, to(ACKNOWLEDGED, by="lee")) is None
    assert catalogue.alarms.get(alarm.id) == done
    assert [entry.by for entry in catalogue.alarms.journal(alarm.id)] == ["press3-anomaly", "kim"]


PROGRAM = """
import sys
from pathlib import Path
from bobae.registry.catalogue import AlarmEvent, AlarmState, Transition, open_catalogue

folder, by, alarms = sys.argv[1:]
change = Transition(
    3_000, AlarmEvent.ACKNOWLEDGED, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, by, "looked at it"
)
with open_catalogue(Path(folder)) as catalogue:
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(catalogue.alarms.move(alarm, change) is not None for alarm in range(1, int(alarms) + 1)))
"""


def test_of_two_processes_only_one_can_acknowledge(catalogue: Catalogue, tmp_path: Path) -> None:
    ids = [catalogue.alarms.put(new_alarm(f"monitor {i}")).id for i in range(30)]

    def started(by: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), by, str(len(ids))]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    with started("kim") as kim, started("lee") as lee:
        assert [process.stdout.readline() for process in (kim, lee)] == ["ready\n"] * 2
        for process in (kim, lee):
            process.stdin.write("go\n")
            process.stdin.flush()
        assert sum(int(process.communicate()[0]) for process in (kim, lee)) == len(ids)
    for alarm_id in ids:
        entries = [e for e in catalogue.alarms.journal(alarm_id) if e.event is AlarmEvent.ACKNOWLEDGED]
        assert [e.by for e in entries] == [catalogue.alarms.get(alarm_id).acknowledged_by]


def test_an_alarm_that_is_kept_up_to_date_keeps_its_state(catalogue: Catalogue) -> None:
    alarm = catalogue.alarms.put(new_alarm())
    catalogue.alarms.move(alarm.id, to(ACKNOWLEDGED))
    catalogue.alarms.update(replace(alarm, peak=9.0, top_tags=(("pump", 1.0),), stale_ns=5_000))
    there = catalogue.alarms.get(alarm.id)
    assert (there.peak, there.top_tags, there.stale_ns) == (9.0, (("pump", 1.0),), 5_000)
    assert (there.state, there.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "kim")


def test_alarms_are_listed_newest_first_page_by_page(catalogue: Catalogue) -> None:
    ids = [catalogue.alarms.put(new_alarm(f"monitor {i}", asset=f"line{i % 2}")).id for i in range(5)]
    catalogue.alarms.move(ids[4], to(CLEARED))
    first = [alarm.id for alarm in catalogue.alarms.page(limit=2)]
    assert first == [ids[4], ids[3]]
    assert [alarm.id for alarm in catalogue.alarms.page(limit=9, before=first[-1])] == [ids[2], ids[1], ids[0]]
    assert [alarm.id for alarm in catalogue.alarms.page(limit=9, asset="line0")] == [ids[4], ids[2], ids[0]]
    returned = catalogue.alarms.page(limit=9, states=[AlarmState.RETURNED])
    assert [alarm.id for alarm in returned] == [ids[4]]
    assert catalogue.alarms.counts() == {
        AlarmState.UNACKNOWLEDGED: 4,
        AlarmState.ACKNOWLEDGED: 0,
        AlarmState.RETURNED: 1,
        AlarmState.LATCHED_UNACKNOWLEDGED: 0,
        AlarmState.LATCHED: 0,
    }


def test_every_change_is_found_after_the_revision_before_it(catalogue: Catalogue) -> None:
    one, two = (catalogue.alarms.put(new_alarm(name)) for name in ("a", "b"))
    seen = catalogue.alarms.revision()
    assert catalogue.alarms.changed_after(seen, limit=9) == []
    catalogue.alarms.update(replace(two, peak=3.0))
    catalogue.alarms.move(one.id, to(CLEARED))
    assert [alarm.id for alarm in catalogue.alarms.changed_after(seen, limit=9)] == [two.id, one.id]


def test_an_alarm_that_is_not_there_is_an_unknown_name(catalogue: Catalogue) -> None:
    for ask in (catalogue.alarms.get, catalogue.alarms.journal):
        with pytest.raises(UnknownName, match="no alarm 7"):
            ask(7)
