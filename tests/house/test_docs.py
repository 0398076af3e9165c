"""The documents say what is there: every command, every extension point, current figures, no broken link."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bobae.app import discovery
from bobae.cli.main import COMMANDS, GROUPS

LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", ["docs/generate.py", "docs/tables.py"])
def test_the_pages_that_are_made_are_current(script: str, repository: Path) -> None:
    done = run(script, "--check", cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_has_a_heading(repository: Path) -> None:
    headings = re.findall(r"^## (.+)$", (repository / "docs/reference/cli.md").read_text("utf-8"), re.M)
    groups = [("", COMMANDS), *((f"{group.name} ", group.commands) for group in GROUPS)]
    assert headings == [f"bobae {group}{command.__name__}" for group, commands in groups for command in commands]


def test_every_extension_point_has_a_heading(repository: Path) -> None:
    headings = re.findall(r"^## (.+)$", (repository / "docs/plugins.md").read_text("utf-8"), re.M)
    assert headings == [f"bobae.{group}" for group in discovery.GROUPS]


def test_every_dependency_is_accounted_for(repository: Path) -> None:
    project = (repository / "pyproject.toml").read_text("utf-8")
    needed = re.findall(r'^  "([\w.-]+?)[><=]', project.split("[project.optional-dependencies]")[0], re.M)
    told = (repository / "docs/dependencies.md").read_text("utf-8")
    assert [name for name in needed if name not in told] == []


def test_every_link_between_documents_leads_somewhere(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md"), *(repository / "src").rglob("*.md")]
    broken = [
        f"{page.relative_to(repository)}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_the_documentation_builds_without_a_warning(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed; pip install 'bobae[docs]'")
    done = run("-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site"), cwd=repository)
    assert done.returncode == 0, done.stderr
    index = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert not re.search(r'<(?:script|link)[^>]+(?:src|href)="https?://', index), "a page asks something of the network"
