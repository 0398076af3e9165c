"""Every address has an example on its page, and the examples run."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STOPPED_BY_TIME = 28  # curl's exit status when --max-time is over


@pytest.fixture(scope="module")
def examples(repository: Path) -> list[list[str]]:
    """The curl commands of the page."""
    page = (repository / "docs/reference/api.md").read_text("utf-8")
    return [shlex.split(row) for block in re.findall(r"```bash\n(.*?)```", page, re.S) for row in block.splitlines()]


def test_every_address_has_an_example(client: Any, examples: list[list[str]]) -> None:
    asked = [re.sub(r"\?.*|^http://127\.0\.0\.1:8800", "", example[-1]) for example in examples]
    described = client.get("/api/v1/openapi.json").json["paths"]
    assert sorted(path.replace("{number}", "1") for path in described) == sorted(asked)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_runs(client: Any, examples: list[list[str]]) -> None:
    client.raise_alarm()
    for example in examples:
        command = [word.replace(":8800", f":{client.port}") for word in example]
        done = subprocess.run([*command, "--silent", "--fail"], capture_output=True, text=True, check=False)
        assert done.returncode == (STOPPED_BY_TIME if "--max-time" in command else 0), command
        assert done.stdout
