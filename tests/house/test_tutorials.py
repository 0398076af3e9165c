"""Tutorials tell the truth: their commands are run in order, and print what the page shows."""

import ast
import contextlib
import doctest
import io
import os
import re
from pathlib import Path

import pytest

from bobae.cli import main

BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.M | re.S)
TUTORIALS = sorted((Path(__file__).resolve().parents[2] / "docs").rglob("tutorials/*.md"))
NEEDS = re.compile(r"^<!-- needs data/(\w+) -->$", re.M)
DATA = Path(os.environ.get("BOBAE_DATA", Path(__file__).resolve().parents[3] / "shared/data")).resolve()
LOCALES = {"ko": "ko_KR.UTF-8", "docs": "C.UTF-8"}


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda p: f"{p.parent.parent.name}-{p.stem}")
def test_a_tutorial_prints_what_it_shows(tutorial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tutorial.read_text("utf-8")
    for name in NEEDS.findall(page):
        if not (DATA / name).is_dir():
            pytest.skip(f"the public data set {name} is not at {DATA}; set BOBAE_DATA to its folder")
    (tmp_path / "data").symlink_to(DATA)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LC_ALL", LOCALES[tutorial.parent.parent.name])
    same = doctest.OutputChecker().check_output
    for kind, block in BLOCK.findall(page):
        if kind == "python":
            exec(compile(block, str(tutorial), "exec"), {})
            continue
        for command, shown in steps(block):
            printed = run(command)
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            assert same(shown, printed, flags), f"{command}\nprinted\n{printed}\nnot\n{shown}"


@pytest.mark.parametrize(
    "korean",
    [page for page in TUTORIALS if page.parent.parent.name == "ko" and NEEDS.search(page.read_text("utf-8"))],
    ids=lambda page: page.stem,
)
def test_a_translated_tutorial_on_public_data_does_what_the_english_one_does(korean: Path) -> None:
    english = korean.parents[2] / "tutorials" / korean.name
    assert doing(korean.read_text("utf-8")) == doing(english.read_text("utf-8"))


def doing(page: str) -> list[str]:
    """The commands of a page and its Python, which may have comments in any language."""
    return [
        done
        for kind, block in BLOCK.findall(page)
        for done in ([ast.dump(ast.parse(block))] if kind == "python" else [command for command, _ in steps(block)])
    ]


def steps(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    parts = re.split(r"^\$ (.+)\n", block, flags=re.M)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def run(command: str) -> str:
    """What a `bobae ...` line prints."""
    program, *arguments = command.split()
    assert program == "bobae", f"a tutorial types only bobae commands: {command}"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as left:
        main(arguments)
    assert not left.value.code, f"{command} left with {left.value.code}"
    return printed.getvalue()
