"""Backups: whole while bobae writes, killed without a trace, refused where damaged, brought back the same."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bobae.app import backup, restore
from bobae.app.backups import MANIFEST, newest_backup
from bobae.app.plant_store import historian_folder, sources_folder
from bobae.cli import main
from bobae.core import BadInput, Refused, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.registry.catalogue import open_catalogue
from bobae.testing.small_disk import SmallDisk, unavailable

TAG = "press1.count"


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    (folder / "models" / "press1").mkdir(parents=True)
    (folder / "models" / "press1" / "press1.bobae").write_bytes(b"sealed")
    (folder / "plant.yaml").write_text("plant: busan\nassets: {press1: {tags: {count: {}}}}\n", "utf-8")
    sources_folder(folder).mkdir(parents=True)
    (sources_folder(folder) / "bookmark.json").write_text("{}", "utf-8")
    open_catalogue(historian_folder(folder)).close()
    return folder


def append(store: Store, begin: int, rows: int) -> None:
    """Numbers from `begin` on, each at its own second; back when they are on the disk."""
    (tag,) = store.writer.tag_ids([TagRow(0, TAG)])
    numbers = np.arange(begin, begin + rows, dtype=np.float64)
    times = 1_700_000_000_000_000_000 + numbers.astype(np.int64) * 10**9
    store.writer.append(Samples.of(np.full(rows, tag), times, numbers)).durable.result(60)


def numbers_in(folder: Path) -> list[float]:
    with open_store(historian_folder(folder)) as store:
        values: list[float] = store.raw([TAG], 0, 2**62).value.tolist()
        return values


def test_a_plant_is_backed_up_while_it_is_written_to_and_comes_back_as_it_was_at_one_moment(
    plant: Path, tmp_path: Path
) -> None:
    acknowledged, stop = [0], threading.Event()

    def write(store: Store) -> None:
        while not stop.is_set():
            append(store, acknowledged[0], 500)
            acknowledged[0] += 500

    with open_store(historian_folder(plant), write=True, commit_s=0.002, seal_rows=2_000) as store:
        append(store, 0, 10)
        acknowledged[0] = 10
        writing = threading.Thread(target=write, args=(store,))
        writing.start()
        try:
            for _ in range(4):
                before = acknowledged[0]
                made = backup(plant, tmp_path / "backups")
                restored = tmp_path / f"back{before}"
                restore(made.folder, restored)
                found = numbers_in(restored)
                assert found == list(range(len(found)))  # nothing in between is missing
                assert len(found) >= before
                assert made.samples == len(found)
                while acknowledged[0] < before + 5_000:
                    time.sleep(0.001)
        finally:
            stop.set()
            writing.join()
    assert (restored / "models" / "press1" / "press1.bobae").read_bytes() == b"sealed"
    assert (sources_folder(restored) / "bookmark.json").is_file()
    with open_store(historian_folder(restored), write=True) as again:  # it goes on there
        append(again, len(found), 1)
    assert numbers_in(restored)[-1] == len(found)


def test_what_an_earlier_backup_has_is_on_the_disk_once_and_each_stands_by_itself(plant: Path, tmp_path: Path) -> None:
    with open_store(historian_folder(plant), write=True) as store:
        append(store, 0, 200_000)
        store.writer.seal()
        first = backup(plant, tmp_path / "b")
        append(store, 200_000, 10)
        second = backup(plant, tmp_path / "b")
    assert (first.shared, second.samples) == (0, 200_010)
    assert second.shared > 0.5 * first.bytes
    for path in sorted(first.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    restore(tmp_path / "b", tmp_path / "back")
    assert len(numbers_in(tmp_path / "back")) == 200_010


def test_a_backup_that_is_killed_is_none_and_the_next_removes_what_it_left(plant: Path, tmp_path: Path) -> None:
    with open_store(historian_folder(plant), write=True) as store:
        append(store, 0, 300_000)
        store.writer.seal()
    to = tmp_path / "b"
    code = f"from pathlib import Path\nfrom bobae.app import backup\nbackup(Path({str(plant)!r}), Path({str(to)!r}))"
    child = subprocess.Popen([sys.executable, "-c", code])
    while not list(to.glob(".*.part/bobae-data/*")):
        assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert newest_backup(to) is None
    made = backup(plant, to)
    assert [path.name for path in to.iterdir()] == [made.folder.name]


@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
def test_a_full_disk_leaves_no_half_backup(plant: Path, tmp_path: Path) -> None:
    with open_store(historian_folder(plant), write=True) as store:
        append(store, 0, 1_000)
    with SmallDisk(tmp_path / "small") as small:
        kept = backup(plant, small.folder / "b")
        small.fill()
        with pytest.raises(Refused, match="full"):
            backup(plant, small.folder / "b")
        assert [path.name for path in (small.folder / "b").iterdir()] == [kept.folder.name]
        small.free()
        restore(small.folder / "b", tmp_path / "back")
    assert len(numbers_in(tmp_path / "back")) == 1_000


@pytest.mark.parametrize("harm", ["change", "remove"])
def test_a_backup_that_is_damaged_is_refused_before_anything_is_brought_back(
    plant: Path, tmp_path: Path, harm: str
) -> None:
    with open_store(historian_folder(plant), write=True) as store:
        append(store, 0, 100)
    made = backup(plant, tmp_path / "b")
    file = made.folder / "bobae-data" / "historian.db"
    if harm == "change":
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
    else:
        file.unlink()
    with pytest.raises(Refused, match=r"historian\.db.*take an earlier one"):
        restore(made.folder, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_what_cannot_be_is_told(plant: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="in the plant folder itself"):
        backup(plant, plant / "b")
    with pytest.raises(BadInput, match="no plant file"):
        backup(tmp_path / "nowhere", tmp_path / "b")
    with pytest.raises(BadInput, match="no backup"):
        restore(tmp_path, tmp_path / "back")
    made = backup(plant, tmp_path / "b")
    with pytest.raises(BadInput, match="nothing is overwritten"):
        restore(made.folder, plant)
    document = json.loads((made.folder / MANIFEST).read_text("utf-8")) | {"schema": 99}
    (made.folder / MANIFEST).write_text(json.dumps(document), "utf-8")
    with pytest.raises(BadInput, match="newer bobae"):
        restore(made.folder, tmp_path / "back")


def test_the_commands_say_what_a_backup_has(plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(historian_folder(plant), write=True) as store:
        append(store, 0, 100)
    with pytest.raises(SystemExit) as left:
        main(["backup", str(plant), str(tmp_path / "b"), "--json"])
    assert not left.value.code
    document = json.loads(capsys.readouterr().out)
    assert (document["samples"], document["tags"], document["models"], document["alarms"]) == (100, 1, 1, 0)
    with pytest.raises(SystemExit) as left:
        main(["restore", str(tmp_path / "b"), str(tmp_path / "back"), "--lang", "en"])
    assert not left.value.code
    assert "Plant busan: 100 samples of 1 tags up to 2023-11-14T22:14:59Z" in capsys.readouterr().out
    assert os.access(tmp_path / "back" / "plant.yaml", os.R_OK)
