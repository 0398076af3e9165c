"""The tree carries nothing that it should not, and its soft budgets are printed."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bobae import app

TEXT = {".py", ".toml", ".md", ".yml", ".yaml", ".po", ".txt", ".json", ".html", ".j2", ".css", ".js", ".sh", ""}
REGISTRY = re.compile(
    "|".join(("pypi" + r"\.org/simple", "registry" + r"\.npmjs", "files" + r"\.pythonhosted", "deb" + r"\.debian\.org"))
)
OF_ONE_MACHINE = re.compile(r"(?<![\w./])/(work|farm|root|home/\w+|Users/\w+)/")
ASSERTS = re.compile(r"Assert\(|raises|warns|assert_|check_|expect|verify|fail\b|approx|contract")
FILE_ROWS, FUNCTION_ROWS, METHODS, PARAMETERS = 300, 30, 10, 5


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the list of files is not known")
    files = [repository / name for name in listed.stdout.split("\0") if name]
    return [f for f in files if f.is_file()]


def python_files(tracked: list[Path], top: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in tracked:
        if file.suffix == ".py" and file.is_relative_to(top):
            yield file, ast.parse(file.read_text("utf-8"))


def test_no_file_names_a_registry_or_one_machine(tracked: list[Path], repository: Path) -> None:
    found = []
    for file in tracked:
        if file.suffix in TEXT:
            written = file.read_text("utf-8", errors="ignore")
            found += [f"{file.relative_to(repository)}: {m[0]}" for m in REGISTRY.finditer(written)]
            found += [f"{file.relative_to(repository)}: {m[0]}" for m in OF_ONE_MACHINE.finditer(written)]
    assert found == []


def test_nothing_is_pickled(tracked: list[Path], repository: Path) -> None:
    found = []
    for file, tree in python_files(tracked, repository / "src"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").split(".")[0]}
            else:
                continue
            if names & {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}:
                found.append(str(file.relative_to(repository)))
    assert found == []


def test_nothing_built_is_kept(tracked: list[Path], repository: Path) -> None:
    built = {".whl", ".pkl", ".pickle", ".joblib", ".so", ".mo", ".pyc", ".bobae"}
    kept = [f.relative_to(repository) for f in tracked if f.suffix in built or f.stat().st_size > 2_000_000]
    assert kept == []


def test_every_test_can_fail(tracked: list[Path], repository: Path) -> None:
    silent = [
        f"{file.relative_to(repository)}:{node.lineno} {node.name}"
        for file, tree in python_files(tracked, repository / "tests")
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name.startswith("test_")
        and not ASSERTS.search(ast.dump(node))
    ]
    assert silent == []


def test_soft_budgets_are_printed(tracked: list[Path], repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    over = [row for file, tree in python_files(tracked, repository / "src") for row in beyond(file, tree, repository)]
    with capsys.disabled():
        print("\nbeyond the soft budgets:" + ("" if over else " nothing"))
        print("\n".join(over))
    assert all(":" in row for row in over)


def beyond(file: Path, tree: ast.Module, repository: Path) -> Iterator[str]:
    """What in one file goes past the budgets of CONTRIBUTING."""
    name = file.relative_to(repository)
    rows = len(file.read_text("utf-8").splitlines())
    if rows > FILE_ROWS:
        yield f"  {name}: {rows} rows"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
            if len(methods) > METHODS:
                yield f"  {name}:{node.lineno}: class {node.name} has {len(methods)} public methods"
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
        length = (node.end_lineno or 0) - body[0].lineno + 1
        if length > FUNCTION_ROWS:
            yield f"  {name}:{node.lineno}: {node.name} has {length} rows"
        positional = [a for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")]
        if len(positional) > PARAMETERS:
            yield f"  {name}:{node.lineno}: {node.name} has {len(positional)} positional parameters"


def test_nothing_that_app_gives_out_is_called_like_one_of_its_modules(repository: Path) -> None:
    """Once the module is loaded, its name stands for it, and what is given out lazily is never found."""
    modules = {path.stem for path in (repository / "src/bobae/app").iterdir()}
    assert modules & set(app.__all__) == set()
