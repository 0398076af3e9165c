"""What every test may ask for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys, trust lists and settings of a test stay in its own folder, never in the user's home."""
    home = tmp_path_factory.mktemp("bobae-home")
    monkeypatch.setenv("BOBAE_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The public data set `name` (a folder); the test is skipped where the data sets are not there."""
    root = Path(os.environ.get("BOBAE_DATA", REPOSITORY.parent / "shared" / "data"))

    def folder(name: str) -> Path:
        path = root / name
        if not path.exists():
            pytest.skip(f"the public data set {name} is not at {path}; set BOBAE_DATA to the folder that holds it")
        return path

    return folder
