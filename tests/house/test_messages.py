"""Every message that a person can see is said in Korean too, and no translation is left over."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bobae
from bobae.cli.command import first_paragraph
from bobae.cli.main import COMMANDS, GROUPS
from bobae.core.language import parse_po

PACKAGE = Path(bobae.__file__).parent
CATALOGUES = sorted((PACKAGE / "core" / "messages").glob("ko/*.po"))
SAYING = {"text", "say", "Text"}
# these hand on templates that were written, and are collected, elsewhere
HANDING_ON = {"core/language.py", "core/errors.py", "cli/command.py", "cli/main.py", "app/plant_file.py"}
IN_TEMPLATES = re.compile(r"""\b(?:say|text)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


@cache
def trees() -> dict[str, ast.Module]:
    return {str(f.relative_to(PACKAGE)): ast.parse(f.read_text("utf-8")) for f in sorted(PACKAGE.rglob("*.py"))}


def error_names() -> set[str]:
    bases = {
        node.name: {ast.unparse(base).split(".")[-1] for base in node.bases}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"BobaeError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def literals(node: ast.expr) -> list[str] | None:
    """The texts that an argument can be; None where it is not written out there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        body, other = literals(node.body), literals(node.orelse)
        return body + other if body is not None and other is not None else None
    return None


def said_in(file: str, tree: ast.Module, errors: set[str]) -> Iterator[tuple[str | None, str]]:
    """Each template that is said in one file with where; None for one that is not written out."""
    inside_error = {
        id(call)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in errors
        for call in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        name = called.split(".")[-1]
        is_error = name in errors or (name == "among" and called.split(".")[0] in errors)
        is_super = called == "super().__init__" and id(node) in inside_error
        if (name in SAYING or is_error or is_super) and node.args:
            for template in literals(node.args[0]) or [None]:
                yield template, f"{file}:{node.lineno}"
        if file.startswith("cli/"):
            for keyword in node.keywords:
                if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
                    yield keyword.value.value, f"{file}:{node.lineno}"


@cache
def said() -> dict[str, str]:
    """Every template with one place that says it."""
    errors = error_names()
    found = {
        template: place
        for file, tree in trees().items()
        for template, place in said_in(file, tree, errors)
        if template is not None
    }
    for command in (*COMMANDS, *(command for group in GROUPS for command in group.commands)):
        found[first_paragraph(command)] = f"the docstring of {command.__module__}.{command.__name__}"
    for suffix in ("*.j2", "*.jinja", "*.html", "*.svg"):
        for page in PACKAGE.rglob(suffix):
            for quoted in IN_TEMPLATES.findall(page.read_text("utf-8")):
                found[ast.literal_eval(quoted)] = str(page.relative_to(PACKAGE))
    return found


def translated() -> dict[str, str]:
    return {english: korean for file in CATALOGUES for english, korean in parse_po(file.read_text("utf-8")).items()}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_message_is_said_in_korean() -> None:
    missing = [f"{place}: {template}" for template, place in said().items() if template not in translated()]
    assert not missing, "no Korean in core/messages/ko/*.po for\n" + "\n".join(missing)


def test_no_translation_is_left_over() -> None:
    unused = sorted(set(translated()) - set(said()))
    assert not unused, "said nowhere:\n" + "\n".join(unused)


def test_a_translation_uses_the_same_values() -> None:
    wrong = [english for english, korean in translated().items() if fields(english) != fields(korean)]
    assert not wrong, "other {values} in Korean:\n" + "\n".join(wrong)


def test_no_message_is_translated_twice() -> None:
    entries = Counter(
        english for file in CATALOGUES for english in re.findall(r'^msgid "(.+)"$', file.read_text("utf-8"), re.M)
    )
    assert [english for english, times in entries.items() if times > 1] == []


def test_messages_are_written_out_where_they_are_said() -> None:
    errors = error_names()
    hidden = [
        place
        for file, tree in trees().items()
        if file not in HANDING_ON
        for template, place in said_in(file, tree, errors)
        if template is None
    ]
    assert not hidden, "a template that is no literal cannot be checked: " + ", ".join(hidden)
