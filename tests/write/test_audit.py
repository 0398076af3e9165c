"""The audit tells all in words, and a changed or removed entry is found."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bobae.core import speaking
from bobae.write import entry_told


def test_every_event_is_told_in_both_languages(plant: Any) -> None:
    for fails in ("", "refuses", "lost after", "clamps"):
        plant.device.fails = fails
        plant.approved(122)
        plant.work()
        plant.device.fails = ""
        plant.work()
        plant.wait(3_601)
        plant.work()
    plant.writing.switch.stop(because="smoke", by=plant.person("kim"))
    for name in ("kim", "lee"):
        plant.writing.switch.allow(by=plant.person(name))
    plant.writing.persons.remove("park")
    told = [str(entry_told(entry)) for entry in plant.audit()]
    with speaking("ko"):
        korean = [str(entry_told(entry)) for entry in plant.audit()]
    assert all(one != other for one, other in zip(told, korean, strict=True))
    assert "order 1: kim asks for line1/oven.setpoint = 122 Cel: a test" in told
    assert {"unknown", "reverting", "reverted", "failed", "held", "allowed"} <= set(plant.events())


def test_an_audit_that_nobody_touched_is_whole(plant: Any) -> None:
    plant.approved()
    plant.work()
    with plant.book.looking() as book:
        assert book.audit.broken() is None
        assert book.audit.head()[0] == len(plant.audit())


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE write_audit SET by = 'park' WHERE id = 2", 2),
        ("UPDATE write_audit SET said = replace(said, '124', '123') WHERE id = 3", 3),
        ("DELETE FROM write_audit WHERE id = 2", 2),
        ("DELETE FROM write_audit WHERE id = 4", 4),
        ("DELETE FROM write_audit", 1),
    ],
)
def test_what_was_changed_or_removed_is_found(plant: Any, tmp_path: Path, change: str, number: int) -> None:
    plant.approved()
    plant.work()
    with sqlite3.connect(tmp_path / "catalogue.db") as other:
        with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
            other.execute(change)
        for act in ("update", "delete"):
            other.execute(f"DROP TRIGGER write_audit_no_{act}")
        other.execute(change)
    other.close()
    with plant.book.looking() as book:
        broken = book.audit.broken()
    assert broken is not None
    assert broken.id == number
