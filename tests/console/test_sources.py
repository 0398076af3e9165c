"""What the console is made of: the same messages in both languages, each used; types as the interface says them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

FILLED = re.compile(r"\{\w+\}")
# messages whose names are made of what the server says
BY_WORD = (
    "event.",
    "part.",
    "priority.",
    "state.",
    "task.",
    "trendState.",
    "trust.",
    "verdict.",
    "alarms.useful",
    "alarms.false",
)


@pytest.fixture(scope="module")
def messages(repository: Path) -> dict[str, dict[str, str]]:
    folder = repository / "web/src/lib/messages"
    return {language: json.loads((folder / f"{language}.json").read_text("utf-8")) for language in ("en", "ko")}


def test_both_languages_say_the_same_things(messages: dict[str, dict[str, str]]) -> None:
    assert list(messages["en"]) == list(messages["ko"])
    for name, said in messages["en"].items():
        assert sorted(FILLED.findall(said)) == sorted(FILLED.findall(messages["ko"][name])), name


def test_every_message_is_said_somewhere(messages: dict[str, dict[str, str]], repository: Path) -> None:
    sources = [*(repository / "web/src").rglob("*.svelte"), *(repository / "web/src").rglob("*.ts")]
    written = "\n".join(source.read_text("utf-8") for source in sources)
    unsaid = [name for name in messages["en"] if not name.startswith(BY_WORD) and f"'{name}'" not in written]
    assert unsaid == []


def test_the_types_are_those_of_the_interface(repository: Path) -> None:
    if not (repository / "web/node_modules/.bin/openapi-typescript").exists():
        pytest.skip("openapi-typescript is not there: make web")
    checked = [sys.executable, "web/scripts/api_types.py", "--check"]
    done = subprocess.run(checked, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_sources_of_the_console_are_sound(repository: Path) -> None:
    if not (repository / "web/node_modules/.bin/svelte-check").exists():
        pytest.skip("svelte-check is not there: make web")
    checked = ["npm", "run", "--silent", "check"]
    done = subprocess.run(checked, cwd=repository / "web", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_dependency_is_tied_to_a_registry(repository: Path) -> None:
    locked = json.loads((repository / "web/package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, package in locked.items() if "resolved" in package] == []
    assert [name for name, package in locked.items() if name and "integrity" not in package] == []
