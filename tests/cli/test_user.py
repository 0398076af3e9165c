"""`bobae user` and `bobae audit`: people come and go, tokens too, and the audit tells of it."""

import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bobae.cli import main

Typed = Callable[..., tuple[int, str, str]]
PASSWORD = "a sentence of Kim"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    (tmp_path / "plant.yaml").write_text("plant: busan\nlanguage: en\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOBAE_HOME", str(tmp_path / "home"))

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            main(list(words))
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


def added(typed: Typed, name: str, role: str) -> None:
    code, _, err = typed("user", "add", name, "--role", role, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert code == 0, err


def document(typed: Typed, *words: str) -> Any:
    return json.loads(typed(*words, "--json")[1])


def test_users_come_change_and_go(typed: Typed) -> None:
    assert "whoever is at this computer may do all" in typed("user", "list")[1]
    added(typed, "김철수", "administrator")
    added(typed, "lee", "operator")
    assert [(u["name"], u["role"]) for u in document(typed, "user", "list")["users"]] == [
        ("lee", "operator"),
        ("김철수", "administrator"),
    ]
    assert "lee의 역할은 이제 엔지니어입니다" in typed("user", "role", "lee", "engineer", "--lang", "ko")[1]
    assert typed("user", "password", "lee", "--password-stdin", stdin="another sentence\n")[0] == 0
    assert typed("user", "remove", "lee")[0] == 0
    assert "last administrator" not in typed("user", "remove", "김철수")[2]
    assert document(typed, "user", "list") == {"users": []}


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("add", "kim", "--role", "operator", "--password-stdin"), f"{PASSWORD}\n", "first user is an administrator"),
        (("add", "kim", "--role", "administrator", "--password-stdin"), "short\n", "10 to 256 letters"),
        (("add", "kim", "--role", "administrator"), "", "--password-stdin"),
        (("role", "nobody", "manager"), "", "no user is called nobody"),
        (("link", "nobody"), "", "no user is called nobody"),
        (("revoke", "00"), "", "0 tokens are called '00'"),
    ],
)
def test_what_cannot_be_is_told(typed: Typed, words: tuple[str, ...], stdin: str, said: str) -> None:
    code, _, err = typed("user", *words, stdin=stdin)
    assert (code != 0, said in err.replace("\n", " ")) == (True, True), err


def test_tokens_are_shown_once(typed: Typed) -> None:
    added(typed, "kim", "administrator")
    made = document(typed, "user", "token", "kim", "--role", "engineer", "--label", "MES", "--days", "30")
    assert made["token"].startswith("bob_")
    (row,) = document(typed, "user", "tokens")["tokens"]
    assert (row["name"], row["role"], row["label"]) == ("kim", "engineer", "MES")
    assert made["token"] not in typed("user", "tokens")[1]
    assert typed("user", "revoke", row["token"])[0] == 0
    assert document(typed, "user", "tokens") == {"tokens": []}
    assert len(document(typed, "user", "link", "kim")["link"]) > 40


def test_the_audit_is_shown_looked_through_and_written_out(typed: Typed, tmp_path: Path) -> None:
    added(typed, "kim", "administrator")
    added(typed, "lee", "manager")
    assert "kim may sign in from now on, as administrator" in typed("audit", "list")[1]
    assert document(typed, "audit", "verify")["whole"] is True
    assert document(typed, "audit", "export", "audit.jsonl")["count"] == 2
    rows = [json.loads(row) for row in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    assert rows[1]["previous"] == rows[0]["hash"]
    assert "cannot be written" in typed("audit", "export", "audit.jsonl")[2]
    (catalogue,) = tmp_path.rglob("catalogue.db")
    with sqlite3.connect(catalogue) as base:
        base.execute("DROP TRIGGER write_audit_no_update")
        base.execute("UPDATE write_audit SET said = replace(said, 'manager', 'operator')")
    base.close()
    code, out, _ = typed("audit", "verify")
    assert (code, "entry 2" in out) == (1, True)
