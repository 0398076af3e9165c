"""Every address has an example on its page, and the examples run."""

import functools
import re
import shlex
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bobae.app.access import Tokens, Users
from bobae.core.access import UserRole
from bobae.monitor import happens
from bobae.registry.catalogue import AlarmEvent, OrderState

STOPPED_BY_TIME = 28  # curl's exit status when --max-time is over


def commands(page: Path) -> list[list[str]]:
    """The curl commands of a page."""
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text("utf-8"), re.S)
    return [shlex.split(row) for block in blocks for row in block.splitlines() if row.startswith("curl ")]


@pytest.fixture(scope="module")
def examples(repository: Path) -> list[list[str]]:
    return commands(repository / "docs/reference/api.md")


@pytest.fixture(scope="module")
def orders(repository: Path) -> list[list[str]]:
    return commands(repository / "docs/reference/writing.md")


@pytest.fixture(scope="module")
def versions(repository: Path) -> list[list[str]]:
    return commands(repository / "docs/reference/versions.md")


@pytest.fixture(scope="module")
def logins(repository: Path) -> list[list[str]]:
    return commands(repository / "docs/reference/login.md")


def test_every_address_has_an_example(
    client: Any,
    examples: list[list[str]],
    orders: list[list[str]],
    versions: list[list[str]],
    logins: list[list[str]],
) -> None:
    known = examples + orders + versions + logins
    asked = [re.sub(r"\?.*|^http://127\.0\.0\.1:8800", "", example[-1]) for example in known]
    described = client.get("/api/v1/openapi.json").json["paths"]
    assert {path.replace("{number}", "1") for path in described} == set(asked)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_runs(client: Any, examples: list[list[str]]) -> None:
    alarm = client.raise_alarm("press_shop/line1/press1:anomaly", latching=True)
    for example in examples:
        if example[-1].endswith("/reset"):
            happens(client.plant.alarms, alarm, AlarmEvent.CLEARED, time_ns=time.time_ns(), by="press1")
        command = [word.replace(":8800", f":{client.port}") for word in example]
        done = subprocess.run([*command, "--silent", "--fail"], capture_output=True, check=False)
        assert done.returncode == (STOPPED_BY_TIME if "--max-time" in command else 0), command
        assert done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_of_writing_runs(client: Any, orders: list[list[str]]) -> None:
    secrets = {f"{name}:SECRET": f"{name}:{client.plant.writing.persons.add(name)}" for name in ("kim", "lee")}
    for example in orders:
        if example[-1].endswith("/renew"):
            hold(client.plant.writing.book)
        command = [secrets.get(word, word.replace(":8800", f":{client.port}")) for word in example]
        done = subprocess.run([*command, "--silent", "--fail"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, command
        assert done.stdout


def hold(book: Any) -> None:
    """What a bobae at work would have done by then: carry order 1 out."""
    with book.changing() as there:
        order = there.orders.get(1)
        assert order.state == "approved"
        there.orders.keep(replace(order, state=OrderState.HELD, revert_ns=order.expires_ns))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_of_signing_in_runs(client: Any, logins: list[list[str]]) -> None:
    book = client.plant.writing.book
    Users(book).add("kim", UserRole.ADMINISTRATOR, "PASSWORD 1")
    token, _ = Tokens(book).make("kim", role=UserRole.OPERATOR, days=1)
    password = "PASSWORD 1"
    for example in logins:
        said = {"another PASSWORD": "another one", "PASSWORD": password, "TOKEN": token, ":8800": f":{client.port}"}
        command = [functools.reduce(lambda word, one: word.replace(*one), said.items(), word) for word in example]
        done = subprocess.run([*command, "--silent", "--fail"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, command
        if "PUT" in command:
            password = "another one"
    Users(book).remove("kim")
