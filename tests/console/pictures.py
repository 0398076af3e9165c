"""Pictures of every page in both languages, of the demo plant as it stands after its fault: `make web-pictures`."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.console.looking import looking

from bobae.testing.served import free_port

PRESS = "press_shop/line1/press1"
SHOWN = "&".join(f"tag={PRESS}.{tag}" for tag in ("lube_flow", "bearing_band", "state"))
PICTURES = {
    "plant": "/",
    "explore": f"/explore?{SHOWN}&last=900000",
    "alarms": "/alarms",
    "alarm": "/alarms/1",
    "sign-in": "/sign-in",
}
LOOKS = 600


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo plant, once it has raised its alarm."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    command = [sys.executable, "-m", "bobae.cli", "up", "--demo", "--port", str(port), "-o", str(folder / "plant")]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:
        address = f"http://127.0.0.1:{port}"
        try:
            assert any(_has_alarm(address) for _ in range(LOOKS)), (folder / "log").read_text()
            time.sleep(60)  # so that what follows the fault is seen too
            yield address
        finally:
            running.send_signal(signal.SIGINT)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_picture_of_every_page(demo: str, browser: Any, repository: Path, language: str, width: str) -> None:
    folder = repository / "docs/console"
    with looking(browser, language, width=width) as seen:
        for name, path in PICTURES.items():
            seen.page.goto(demo + path)
            seen.page.locator("main h1").wait_for()
            seen.page.wait_for_timeout(1500)
            seen.page.screenshot(path=folder / f"{name}-{width}.{language}.png")
        assert seen.wrong == []


def _has_alarm(address: str) -> bool:
    time.sleep(1)
    try:
        with urllib.request.urlopen(f"{address}/api/v1/alarms") as answer:
            return bool(json.load(answer)["items"])
    except (urllib.error.URLError, ConnectionError):
        return False
