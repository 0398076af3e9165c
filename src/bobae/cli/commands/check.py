"""`bobae check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import current_language, say

if TYPE_CHECKING:
    from rich.console import Console

Name = Annotated[str, typer.Argument(metavar="NAME", help="a plugin, such as files, anomaly or press")]


def check(name: Name) -> Answer:
    """Say how far a plugin can be relied on: what is done, what is not, and why."""
    checked = app.check(name)
    manifest = checked.manifest

    def show(console: Console) -> None:
        title = manifest.title.get("ko" if current_language() == "ko" else "en", name)
        grades = {"reads": say("reads"), "dependable": say("dependable"), "proven": say("proven")}
        console.print(say("{title} ({group}): {grade}", title=title, group=checked.group, grade=grades[manifest.grade]))
        for item, state in manifest.checklist.items():
            if state == "done":
                console.print(f"  ✓ {item}", markup=False)
            elif state == "todo":
                console.print(f"  - {item} ({say('to do')})", markup=False)
            else:
                kind, why = next(iter(state.model_dump().items()))
                word = say("to do") if kind == "todo" else say("not asked")
                console.print(f"  - {item} ({word}): {why}", markup=False, soft_wrap=True)

    return Answer(checked.as_json(), show)
