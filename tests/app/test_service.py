"""bobae as a service and in a container: what the tools of their makers say of the files, and how systemd is told."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from bobae.app.processes.state import Board, PartState
from bobae.app.processes.systemd import ServiceManager
from bobae.app.service import Service, install_service, service_for
from bobae.cli import main
from bobae.core import BadInput, Refused, text

ANALYZE = shutil.which("systemd-analyze")
HAS_SYSTEMD = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "busan"
    folder.mkdir()
    (folder / "plant.yaml").write_text("plant: busan\n", "utf-8")
    return folder


def analyzed(what: str, unit: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, what, *more, str(unit)], capture_output=True, text=True, check=False)


@HAS_SYSTEMD
def test_the_unit_is_one_that_systemd_takes_and_exposes_little(plant: Path, tmp_path: Path) -> None:
    unit = install_service(service_for(plant, "root"), tmp_path)
    assert unit.name == "bobae-busan.service"
    checked = analyzed("verify", unit)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    exposed = analyzed("security", unit, "--offline=true", "--threshold=25")
    assert exposed.returncode == 0, exposed.stdout
    assert float(re.findall(r"exposure level for \S+ (\d+\.\d+)", exposed.stdout)[0]) <= 2.5


@HAS_SYSTEMD
def test_the_unit_that_is_handed_out_is_the_same_but_for_the_places(repository: Path) -> None:
    handed_out = (repository / "deploy" / "bobae.service").read_text("utf-8").splitlines()
    made = Service(Path("/var/lib/bobae"), python=Path("/opt/bobae/bin/python")).unit().splitlines()
    places = ("User=", "Group=", "StateDirectory", "WorkingDirectory=", "ReadWritePaths=", "#")

    def settings(rows: list[str]) -> list[str]:
        return [row for row in rows if not row.startswith(places)]

    assert settings(handed_out) == settings(made)


def test_a_plant_in_a_home_can_be_read_there(plant: Path) -> None:
    assert "ProtectHome=read-only" in Service(Path("/home", "kim", "plant")).unit()
    assert f"ReadWritePaths={plant.resolve()}" in service_for(plant, "kim").unit()
    assert "ProtectHome=yes" in Service(Path("/srv/plant"), python=Path("/opt/bobae/bin/python")).unit()


def test_what_cannot_be_installed_is_told(plant: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no plant file"):
        service_for(tmp_path / "nowhere", None)
    with pytest.raises(Refused, match="bobae service print"):
        install_service(service_for(plant, None), tmp_path / "no" / "such" / "folder")


def test_the_command_prints_the_unit(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["service", "print", str(plant), "--user", "kim"])
    assert not left.value.code
    assert capsys.readouterr().out == service_for(plant, "kim").unit()


def test_systemd_hears_that_bobae_is_ready_how_it_does_and_that_it_lives(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(place)
        told = ServiceManager(place)
        keeper = PartState("keeper", "active", 0)
        for part in (PartState("api", "starting", 0), PartState("api", "active", 0)):
            told.tell(Board(parts=(keeper, part)))
        told.tell(Board(parts=(keeper, PartState("api", "degraded", 0, text("the disk was full")))))
        heard = [manager.recv(4096).decode().splitlines() for _ in range(3)]
    assert heard == [
        ["WATCHDOG=1", "STATUS=1 parts at work, 0 models watch"],
        ["WATCHDOG=1", "READY=1", "STATUS=2 parts at work, 0 models watch"],
        ["WATCHDOG=1", "STATUS=api works with a loss: the disk was full"],
    ]
    ServiceManager("").tell(Board())  # nobody listens: nothing happens


def test_the_container_file_passes_its_linter(repository: Path) -> None:
    own = repository / ".venv-tools" / "bin" / "hadolint"
    linter = str(own) if own.is_file() else shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint is not installed: make lint-container")
    done = subprocess.run([linter, str(repository / "deploy" / "Containerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
