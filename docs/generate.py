"""Writes the reference pages that can be read off the code; `--check` only says whether they are current."""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import bobae
from bobae import graph
from bobae.app.discovery import names
from bobae.app.plugins import Checked, Todo, check
from bobae.cli.command import Command, first_paragraph
from bobae.cli.main import COMMANDS, GROUPS
from bobae.core import Plant
from bobae.flow import Production

DOCS = Path(__file__).resolve().parent
PACKAGE = Path(bobae.__file__).parent
MADE = "<!-- made by `python docs/generate.py`: change the code, not this page -->\n\n"


def cli() -> str:
    """One heading a command: what it does, its arguments and options."""
    page = MADE + "# Command line\n\n"
    page += (
        "`--json` prints one JSON document on standard output, logs and progress go to standard error; `--lang ko|en`\n"
    )
    page += (
        "sets the language of all that is said. Exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 stopped by\n"
    )
    page += "Ctrl-C.\n"
    for command in COMMANDS:
        page += _command(f"bobae {command.__name__}", command)
    for group in GROUPS:
        for command in group.commands:
            page += _command(f"bobae {group.name} {command.__name__}", command)
    return page


def _command(name: str, command: Command) -> str:
    arguments, options = [], []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        note = get_args(parameter.annotation)[1]
        if type(note).__name__ == "OptionInfo":
            silent = parameter.default is None or parameter.default is False or parameter.default == ""
            usual = "" if silent else f" (default: {parameter.default})"
            written = [name for name in (note.default, *note.param_decls) if isinstance(name, str)]
            options.append((" ".join(filter(None, (*written[:1], note.metavar))), note.help + usual))
        else:
            arguments.append((note.metavar, note.help, parameter.default is not inspect.Parameter.empty))
    usage = " ".join([name, *(f"[{a}]" if may else a for a, _, may in arguments), "[OPTIONS]"])
    rows = [(f"`{a}`", said) for a, said, _ in arguments] + [(f"`{o}`", said) for o, said in options]
    table = "".join(f"| {what} | {said} |\n" for what, said in rows)
    head = f"\n## {name}\n\n{first_paragraph(command)}\n\n```\n{usage}\n```\n"
    return head + (f"\n| | |\n|---|---|\n{table}" if table else "")


def schema() -> str:
    """The JSON Schema of plant.yaml."""
    described = Plant.model_json_schema() | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "plant.yaml",
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def production_schema() -> str:
    """What the section `production` of a plant file may say."""
    return json.dumps(Production.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


def findings() -> str:
    """Every finding by its code, as the code says it."""
    page = MADE + "# Findings\n\n"
    page += (
        "What `bobae assess` can tell about data. A program reads the code (`findings[].code` in `--json`), a person\n"
    )
    page += (
        "the words. A *problem* stands in the way of an honest answer, a *warning* should be looked at, the rest is\n"
    )
    page += "good to know.\n\n"
    page += "| code | level | in words |\n|---|---|---|\n"
    for code, level, said in sorted(set(_findings())):
        page += f"| `{code}` | {level} | {said} |\n"
    return page


def _findings() -> Iterator[tuple[str, str, str]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        assigned = [
            (target.id, node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Finding", "finding"):
                yield from _finding(node, assigned)


def _finding(call: ast.Call, assigned: list[tuple[str, int, ast.expr]]) -> Iterator[tuple[str, str, str]]:
    given = dict(zip(("code", "level", "text"), call.args, strict=False)) | {k.arg: k.value for k in call.keywords}
    code, level, said = (given.get(name) for name in ("code", "level", "text"))
    if isinstance(said, ast.Name):  # the words stand just above
        above = [(row, value) for name, row, value in assigned if name == said.id and row < call.lineno]
        said = max(above, key=lambda one: one[0])[1] if above else None
    words = [n.value for n in ast.walk(said) if _is_words(n)] if said is not None else []
    if isinstance(code, ast.Constant):
        levels = [n.value for n in ast.walk(level) if isinstance(n, ast.Constant)] if level is not None else []
        yield str(code.value), " or ".join(map(str, levels)) or "-", " / ".join(words).replace("|", "\\|") or "-"


def _is_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()


def pieces() -> str:
    """What a model's graph is built from."""
    page = MADE + "# ONNX pieces\n\n"
    page += "A sealed model is one ONNX graph, put together from these. Each piece holds fitted numbers, answers many\n"
    page += (
        "rows in numpy (`run`) and writes the same as ONNX nodes for one row (`emit`); tests hold both against each\n"
    )
    page += "other.\n\n"
    page += "| piece | what it does |\n|---|---|\n"
    for name in graph.__all__:
        said = (
            inspect.cleandoc(getattr(graph, name).__doc__ or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
        )
        page += f"| `{name}` | {said} |\n"
    return page


def connectors() -> str:
    """Each connector as its own README and manifest describe it."""
    page = MADE + "# Connectors\n\n"
    page += (
        "What bobae reads, and how far each connector can be relied on: *dependable* when nothing of its checklist\n"
    )
    page += "is left to do, *reads* while something is. `bobae check NAME` says the same, `bobae browse` shows what a\n"
    page += (
        "source has to offer, `bobae connect` writes it into `plant.yaml`. How long each takes to go on after a fault\n"
    )
    page += "stands under [Chaos](chaos.md).\n\n| connector | | grade | can | left to do |\n|---|---|---|---|---|\n"
    found = [check(name) for name in names("connectors")]
    for one in found:
        manifest = one.manifest
        todo = [f"{item}: {state.todo}" for item, state in manifest.checklist.items() if isinstance(state, Todo)]
        todo += [item for item, state in manifest.checklist.items() if state == "todo"]
        page += f"| [`{manifest.name}`](#{_anchor(one)}) | {manifest.title['en']} | {manifest.grade} "
        page += f"| {', '.join(manifest.abilities)} | {'; '.join(todo)} |\n"
    for one in found:
        prose_and_code = re.split("(^```.*?^```$)", _readme(one), flags=re.M | re.S)
        prose_and_code[::2] = [re.sub("^#", "##", prose, flags=re.M) for prose in prose_and_code[::2]]
        page += "\n" + "".join(prose_and_code)
    return page


def _readme(one: Checked) -> str:
    return (one.folder / "README.md").read_text("utf-8")


def _anchor(one: Checked) -> str:
    title = _readme(one).splitlines()[0].lstrip("# ").lower()
    return re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


PAGES: dict[str, Any] = {
    "reference/connectors.md": connectors,
    "reference/cli.md": cli,
    "reference/findings.md": findings,
    "reference/pieces.md": pieces,
    "reference/plant.schema.json": schema,
    "reference/production.schema.json": production_schema,
}


def main() -> int:
    """Write the pages, or with `--check` name those that are not current."""
    stale = [name for name, made in PAGES.items() if not _is_current(DOCS / name, made())]
    if "--check" in sys.argv[1:]:
        print("\n".join(f"docs/{name} is not current: run python docs/generate.py" for name in stale))
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/{name} written")
    return 0


def _is_current(path: Path, made: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == made


if __name__ == "__main__":
    sys.exit(main())
