"""The house stands as DESIGN says: the folders are the ladder's, and what is exported is what is promised."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

import bobae

PACKAGE = Path(bobae.__file__).parent
INITS = sorted(PACKAGE.rglob("__init__.py"))
FORBIDDEN = re.compile(r"(^|_)(utils?|helpers?|common|misc|base_impl|managers?)($|_)")


def test_the_folders_are_those_of_the_ladder(repository: Path) -> None:
    contract = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    rungs = {name.strip() for row in contract["layers"] for name in row.split("|")}
    assert {folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists()} == rungs


@pytest.mark.parametrize("init", INITS, ids=lambda p: str(p.relative_to(PACKAGE).parent))
def test_what_is_exported_is_what_is_promised(init: Path) -> None:
    module = importlib.import_module(".".join(("bobae", *init.parent.relative_to(PACKAGE).parts)))
    promised = getattr(module, "__all__", None)
    imported = re.findall(r"^from bobae\S* import", init.read_text("utf-8"), re.M)
    if promised is None:
        assert not imported or init.parent == PACKAGE, f"{init} imports names and promises none: give it an __all__"
        return
    assert list(promised) == sorted(promised, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
    assert len(set(promised)) == len(promised)
    for name in promised:
        assert getattr(module, name) is not None


def test_no_file_has_a_name_that_says_nothing(repository: Path) -> None:
    places = [p for top in ("src", "tests", "benchmarks", "docs", "examples") for p in (repository / top).rglob("*")]
    assert [p for p in places if "__pycache__" not in p.parts and FORBIDDEN.search(p.stem.lower())] == []
