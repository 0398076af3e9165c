"""A bobae that is killed between any two steps of an order never writes it twice, and says what is so afterwards."""

import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

KILLED = Path(__file__).with_name("killed.py")
IN_MEMORY = Path("/dev/shm")  # a process is killed here, not the computer


class Counting(socketserver.ThreadingTCPServer):
    """A device with one value that counts the values written to it."""

    daemon_threads = True
    allow_reuse_address = True
    shows, count = 120.0, 0


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Counting)
        for row in self.rfile:
            word, _, value = row.decode().strip().partition(" ")
            if word == "set":
                server.shows, server.count = float(value), server.count + 1
            elif word == "reset":
                server.shows, server.count = 120.0, 0
            self.wfile.write(f"{server.count if word == 'count' else server.shows}\n".encode())


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting(("127.0.0.1", 0), Session) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_killed_between_any_two_steps_it_writes_once_at_the_most(server: Counting) -> None:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        done = subprocess.run(
            [sys.executable, str(KILLED), folder, str(server.server_address[1])],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    runs = [row.split() for row in done.stdout.splitlines()]
    assert len(runs) > 12
    for step, left, ended, arrived in runs:
        assert int(arrived) <= 1, f"written twice after a kill at step {step}"
        if left == "approved":  # nothing had been sent: it is carried out now
            assert (ended, arrived) == ("held", "1")
        else:
            assert ended == ("held" if arrived == "1" else "failed")
    assert {left for _, left, _, _ in runs} == {"approved", "writing", "held"}
    assert {ended for _, _, ended, _ in runs} == {"held", "failed"}
