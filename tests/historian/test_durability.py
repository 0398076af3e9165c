"""Nothing acknowledged is lost: not by kill -9, not by a torn log, not by a full disk; and nobody reads it twice."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bobae.core import Refused, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.historian.compacting import sweep
from bobae.historian.database import FILE, connect
from bobae.historian.replacing import Shelf

WRITERS = Path(__file__).with_name("writers.py")
TAGS = ("a.p", "a.q", "a.r")


def numbered(first: int, count: int) -> Samples:
    """Samples as `writers.py` makes and knows them."""
    n = np.arange(first, first + count)
    return Samples.of(n % len(TAGS), (n + 1) * 1000, n / 2)


def numbers(store: Store) -> list[int]:
    got = store.raw(TAGS, 0, 1 << 62)
    n = got.time_ns // 1000 - 1
    np.testing.assert_array_equal(got.value, n / 2)
    np.testing.assert_array_equal(got.tag, n % len(TAGS))
    return sorted(n.tolist())


def appended(store: Store, first: int, count: int) -> None:
    store.writer.append(numbered(first, count)).durable.result()


def opened(root: Path, **more: int) -> Store:
    store = open_store(root, write=True, commit_s=0.001, **more)
    store.writer.tag_ids([TagRow(0, path) for path in TAGS])
    return store


def intact(root: Path) -> bool:
    base = connect(root, write=False)
    found = base.execute("pragma integrity_check").fetchone()
    base.close()
    return bool(found == ("ok",))


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder where a write costs nothing: the page cache outlives a killed process, with a disk below or without."""
    shm = Path("/dev/shm")
    if not os.access(shm, os.W_OK):
        yield tmp_path
        return
    root = shm / f"bobae-{os.getpid()}"
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here, so 200 processes would take minutes")
def test_two_hundred_kills_lose_nothing_that_was_acknowledged(in_memory: Path) -> None:
    command = [sys.executable, str(WRITERS), "killed", str(in_memory), "200"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    print(found)
    assert found["acknowledged"] > 200
    assert found["samples"] >= found["acknowledged"]
    assert found["merged"] > 0, "no merge went through between the kills"


@dataclass(frozen=True)
class Call:
    """One system call of a trace, as it ended: its name, the path that it was about, and all that was written."""

    name: str
    path: str
    line: str
    begun: int


def traced(root: Path, out: Path, count: int) -> list[Call]:
    """The system calls of a small writer, in the order in which they ended."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: whether each fsync precedes its acknowledgement was not looked at")
    calls = "fsync,fdatasync,pwrite64,write,rename,renameat,renameat2"
    command = ["strace", "-f", "-y", "-s", "40", "-e", f"trace={calls}", "-o", str(out)]
    command += [sys.executable, str(WRITERS), "traced", str(root), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip(f"strace may not trace here ({done.stderr.strip()}): the order of fsyncs was not looked at")
    assert done.returncode == 0, done.stderr
    return list(ended(out.read_text("utf-8", errors="replace").splitlines()))


def ended(lines: list[str]) -> Iterator[Call]:
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines):
        thread, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[thread] = (number, rest.removesuffix("<unfinished ...>"))
            continue
        at = number
        if resumed := re.match(r"<\.\.\. (\w+) resumed>(.*)", rest):
            at, first = begun.pop(thread)
            rest = first + resumed[2]
        if call := re.match(r"(\w+)\((?:\d+<([^>]*)>)?", rest):
            yield Call(call[1], call[2] or "", rest, at)


def test_no_acknowledgement_precedes_its_fsync(tmp_path: Path) -> None:
    root, count = tmp_path / "kept", 10
    calls = traced(root, tmp_path / "trace", count)
    log = str(root / f"{FILE}-wal")
    acknowledged = [i for i, call in enumerate(calls) if '"acknowledged ' in call.line]
    assert len(acknowledged) == count
    before = 0
    for at in acknowledged:
        written = [i for i in range(before, at) if calls[i].name == "pwrite64" and calls[i].path == log]
        assert written, "acknowledged without a write to the log"
        forced = [
            call
            for call in calls[written[-1] : at]
            if call.name in ("fsync", "fdatasync") and call.path == log and call.line.endswith("= 0")
        ]
        assert forced, "acknowledged before the log was on the disk"
        assert forced[-1].begun > calls[written[-1]].begun
        before = at


def test_a_segment_is_on_the_disk_before_it_is_listed(tmp_path: Path) -> None:
    root = tmp_path / "kept"
    calls = traced(root, tmp_path / "trace", 3)
    log = str(root / f"{FILE}-wal")
    (sealed,) = (i for i, call in enumerate(calls) if '"sealed' in call.line)
    (renamed,) = (i for i, call in enumerate(calls) if call.name.startswith("rename") and ".parquet" in call.line)
    draft, final = re.findall(r'"([^"]+)"', calls[renamed].line.replace('"...', '..."'))[-2:]
    syncs = {i: call.path for i, call in enumerate(calls) if "sync" in call.name and call.line.endswith("= 0")}
    assert [i for i, path in syncs.items() if i < renamed and path.endswith(".parquet")], (draft, final)
    folders = [i for i, path in syncs.items() if i > renamed and path.startswith(f"{root}/segments/day=")]
    assert folders
    listing = [i for i, call in enumerate(calls) if call.name == "pwrite64" and call.path == log and i > renamed]
    assert folders[0] < listing[0]
    assert [i for i, path in syncs.items() if path == log and listing[-1] < i < sealed]


@pytest.mark.parametrize(("page_bytes", "every"), [(1024, 1), (16384, 61)])
def test_a_log_cut_anywhere_in_its_last_commit_opens_with_all_earlier_ones(
    page_bytes: int, every: int, tmp_path: Path, in_memory: Path
) -> None:
    root, torn = tmp_path / "kept", in_memory / "torn"
    of_pages(root, page_bytes)
    with opened(root) as store:
        appended(store, 0, 5)
    store = opened(root)  # the log is short now: what there was is in the database itself
    appended(store, 5, 5)
    wal = root / f"{FILE}-wal"
    begin = wal.stat().st_size
    appended(store, 10, 5)
    end = wal.stat().st_size
    assert end > begin
    torn.mkdir(parents=True)
    shutil.copy(root / FILE, torn / FILE)
    shutil.copy(wal, torn / f"{FILE}-wal")
    store.close()
    whole = (torn / f"{FILE}-wal").read_bytes()
    assert len(whole) % (page_bytes + 24) == 32
    commits = {size: logged(torn, size) for size in range(end, begin - 1, -every)}
    assert commits.pop(end) == 3
    assert set(commits.values()) == {2}
    boundaries = {begin, begin + 1, begin + 24, (begin + end) // 2, end - 1, end}
    for size in sorted(boundaries, reverse=True):
        (torn / f"{FILE}-wal").write_bytes(whole[:size])
        (torn / f"{FILE}-shm").unlink(missing_ok=True)
        shutil.copytree(torn, tmp_path / f"torn{size}")
        with opened(tmp_path / f"torn{size}") as again:
            assert numbers(again) == list(range(15 if size == end else 10))
            appended(again, 20, 1)
            assert numbers(again)[-1] == 20
        assert intact(tmp_path / f"torn{size}")


def of_pages(root: Path, page_bytes: int) -> None:
    """An empty database with pages of this size: small ones make a short log, whose every byte can be tried."""
    root.mkdir()
    base = sqlite3.connect(root / FILE)
    base.execute(f"pragma page_size = {page_bytes}")
    base.execute("pragma journal_mode = wal")
    base.close()


def logged(root: Path, size: int) -> int:
    """Shorten the log to `size` bytes, and count the commits that are still found."""
    os.truncate(root / f"{FILE}-wal", size)
    (root / f"{FILE}-shm").unlink(missing_ok=True)
    base = sqlite3.connect(f"file:{root / FILE}?mode=ro", uri=True)  # read only: closing it does not tidy the log up
    found = int(base.execute("select count(*) from log").fetchone()[0])
    base.close()
    return found


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    at = tmp_path / "small"
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(at)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here ({mounted.stderr.strip()}): a full disk was not tried")
    yield at
    subprocess.run(["umount", "-l", str(at)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Take all room but `leave` bytes."""
    ballast = folder / "ballast"
    size = shutil.disk_usage(folder).free - leave
    ballast.write_bytes(b"x" * size)
    return ballast


def appended_until_refused(store: Store, first: int) -> tuple[int, Refused]:
    while True:
        try:
            appended(store, first, 1000)
        except Refused as error:
            return first, error
        first += 1000


def test_a_full_disk_refuses_in_words_and_loses_nothing(small_disk: Path) -> None:
    root = small_disk / "kept"
    store = opened(root)
    appended(store, 0, 50)
    ballast = fill(small_disk, 300_000)
    first, why = appended_until_refused(store, 50)
    assert "is full: nothing new can be kept, nothing that was kept is lost" in str(why)
    assert numbers(store) == list(range(first))
    with pytest.raises(Refused, match="is full"):
        appended(store, first, 100_000)
    ballast.unlink()
    appended(store, first, 1000)
    assert numbers(store) == list(range(first + 1000))
    store.close()
    assert intact(root)
    with opened(root) as again:
        assert numbers(again) == list(range(first + 1000))


def test_a_disk_that_is_full_when_sealing_keeps_the_log(small_disk: Path) -> None:
    root = small_disk / "kept"
    store = opened(root)
    appended(store, 0, 20_000)
    ballast = fill(small_disk, 20_000)
    with pytest.raises(Refused, match="is full"):
        store.writer.seal()
    assert list(root.rglob("*.parquet")) == []
    assert numbers(store) == list(range(20_000))
    ballast.unlink()
    store.writer.seal()
    assert numbers(store) == list(range(20_000))
    store.close()
    with opened(root) as again:
        assert numbers(again) == list(range(20_000))


def test_a_reader_sees_all_and_nothing_twice_while_the_writer_appends_seals_and_merges(
    in_memory: Path,
) -> None:
    store = opened(in_memory)
    appended(store, 0, 3)
    command = [sys.executable, str(WRITERS), "reading", str(in_memory), "0"]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    reader.stdout.readline()  # it has begun
    shelf = Shelf(in_memory, connect(in_memory, write=True), lambda: 1 << 62, threading.RLock())
    for step in range(150):
        appended(store, 3 + 10 * step, 10)
        if step % 3 == 0:
            store.writer.seal()
        if step % 10 == 0:
            store.writer.keeper.keep(fan_in=3)
        if step % 30 == 0:
            sweep(shelf, stray_ns=1 << 63)  # at once, without any grace: the reader has to look anew
    shelf.base.close()
    said, trouble = reader.communicate("enough\n")
    assert reader.returncode == 0, trouble
    assert said.splitlines()[-1].split()[1] == "1503"
    assert int(said.splitlines()[-1].split()[0]) > 10
    store.close()


def test_a_second_writer_is_refused_here_and_in_another_process(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with pytest.raises(Refused, match="another bobae already collects"):
            open_store(tmp_path, write=True)
        command = [sys.executable, str(WRITERS), "traced", str(tmp_path), "1"]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "another bobae already collects" in second.stderr
        appended(store, 0, 1)  # the first one goes on
        assert numbers(store) == [0]
    with opened(tmp_path) as store:
        assert numbers(store) == [0]
