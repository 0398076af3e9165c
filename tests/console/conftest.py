"""The served console of a small plant, and a browser to look at it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.console.small_plant import PLANT, Console, board, fill, served

from bobae.api import create_api
from bobae.api.console import BUILT
from bobae.app import ToldPlant
from bobae.app.plant_store import historian_folder
from bobae.historian import open_store
from bobae.testing.served import free_port

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-accelerated-2d-canvas"]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    if not (BUILT / "index.html").exists():
        pytest.skip("the console is not built: make web")
    folder: Path = tmp_path_factory.mktemp("plant")
    with open_store(historian_folder(folder), write=True) as store:
        tags, told = fill(store), board()
        with ToldPlant(folder, PLANT, lambda: told) as plant, served(create_api(plant), port := free_port()):
            yield Console(f"http://127.0.0.1:{port}", store, plant, tags)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt install chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()
