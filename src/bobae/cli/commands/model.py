"""`bobae model show | verify | sign | trust | export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.options import Model
from bobae.cli.session import settings
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Key = Annotated[Path | None, typer.Argument(metavar="KEY.pem", help="the public key of whoever signs the models")]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="whose key it is; else the name of the file")]
Remove = Annotated[str | None, typer.Option("--remove", metavar="NAME", help="trust the key of that name no longer")]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="files (as sealed), onnx (with a script that runs it), mlflow, or oip (a model repository for a server)",
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="a new folder for the model's files")]


def show(model: Model) -> Answer:
    """Say what a sealed model is: its question, verdict, inputs and signatures; nothing of it is run."""
    found = app.model_show(model)
    manifest = found.manifest
    document = manifest.model_dump(mode="json") | {
        "signers": list(found.signers),
        "sha256": found.sha256,
        "size": found.size,
    }

    def shown(console: Console) -> None:
        verdict = app.verdict_in_words(manifest.verdict)
        console.print(f"{manifest.name} ({manifest.task}): {verdict}", markup=False, soft_wrap=True)
        names = ", ".join(wanted.name for wanted in manifest.contract.inputs)
        said = say("{n} inputs: {names}", n=len(manifest.contract.inputs), names=names)
        console.print(said, markup=False, soft_wrap=True)
        if manifest.alarm_budget_per_week is not None:
            console.print(say("false alarms allowed: {n} a week and machine", n=f"{manifest.alarm_budget_per_week:g}"))
        console.print(say("signed with: {keys}", keys=", ".join(found.signers) or "-"), markup=False, soft_wrap=True)
        console.print(f"sha256 {found.sha256}", soft_wrap=True)

    return Answer(document, shown)


def verify(model: Model) -> Answer:
    """Put a sealed model through the import gate, step by step: signature, hashes, operators, reference rows."""
    checks = app.model_verify(model, settings())
    accepted = all(check.passed for check in checks)
    document = {
        "accepted": accepted,
        "checks": [
            {"name": str(c.name), "passed": c.passed, "reason": str(c.reason) if c.reason else None} for c in checks
        ],
    }

    def shown(console: Console) -> None:
        marks = {True: "✓", False: "✗", None: "·"}
        for check in checks:
            reason = f": {check.reason}" if check.reason else ""
            console.print(f"{marks[check.passed]} {check.name}{reason}", markup=False, soft_wrap=True)
        console.print(say("The model may run here.") if accepted else say("The model may not run here."))

    return Answer(document, shown, exit_code=0 if accepted else 1)


def sign(model: Model) -> Answer:
    """Vouch for a sealed model with this computer's own key."""
    signed = app.model_sign(model, settings())
    document = {"model": str(model), "model_sha256": signed.sha256, "signers": list(signed.signers)}

    def shown(console: Console) -> None:
        console.print(say("{path} is signed with this computer's key.", path=model), markup=False, soft_wrap=True)

    return Answer(document, shown)


def trust(key: Key = None, *, name: Name = None, remove: Remove = None) -> Answer:
    """Trust models that are signed with a key, or list whose models may run here."""
    keys = app.model_distrust(remove, settings()) if remove else app.model_trust(key, settings(), name=name)
    document = {"keys": [k.model_dump(mode="json") for k in keys]}

    def shown(console: Console) -> None:
        for one in keys:
            console.print(f"{one.key_id}  {one.name}  {one.added}", markup=False, soft_wrap=True)
        if not keys:
            console.print(say("No key is trusted here yet; your own is made with the first model."))

    return Answer(document, shown)


def export(model: Model, folder: Folder, *, to: To = "files") -> Answer:
    """Write a model into a folder, readable without bobae: its files as they are, or as another tool wants them."""
    written = app.model_export(model, folder, settings(), to=to)

    def shown(console: Console) -> None:
        for path in written:
            console.print(str(path), markup=False, soft_wrap=True)

    return Answer({"files": [str(path) for path in written]}, shown)
