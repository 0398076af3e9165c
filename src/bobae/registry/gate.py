"""The import gate: the one way in for a sealed model. Whatever is not right is refused, with the reason."""

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bobae.core import BadInput, Manifest, Refused, Text, text
from bobae.registry.container import LARGEST, unpack
from bobae.registry.contents import read_manifest
from bobae.registry.envelope import check_hashes, signers, trusted_signers
from bobae.registry.keys import TrustList
from bobae.registry.sealed import SealedModel
from bobae.registry.trial import Proving

STEPS = {
    "package": text("the file is whole and holds nothing foreign"),
    "signature": text("signed by someone trusted here"),
    "hashes": text("every file is as it was signed"),
    "manifest": text("the manifest can be read and is within limits"),
    "operators": text("the graph holds only known operators and fits the manifest"),
    "reference": text("the reference rows give the same answers here"),
}


@dataclass(frozen=True)
class Check:
    """One step of the gate: its name, whether it passed (None: not reached), and why not."""

    name: Text
    passed: bool | None
    reason: Text | None = None


@dataclass(frozen=True)
class Description:
    """What a package says about itself; nothing of it is proven before the gate was passed."""

    manifest: Manifest
    signers: tuple[str, ...]
    sha256: str
    size: int


def open_sealed(path: Path, *, trust: TrustList, proving: Proving | None = None) -> SealedModel:
    """The model in a `.bobae` file, after every step of the gate.

    Args:
        path: the file.
        trust: whose models may come in.
        proving: where it is run; whoever opens many models shares one. None: one of its own.

    Raises:
        BadInput: the file cannot be read.
        Refused: a step did not pass; says which file and why.
    """
    try:
        return examine(read_package(path), trust, lambda _: None, proving)
    except Refused as refused:
        raise Refused("{path} is refused: {reason}", path=path.name, reason=refused.text) from refused


def verify(path: Path, *, trust: TrustList) -> tuple[Check, ...]:
    """Every step of the gate with its outcome; the first that fails ends it.

    Raises:
        BadInput: the file cannot be read.
    """
    passed: list[str] = []
    failed: Text | None = None
    try:
        examine(read_package(path), trust, passed.append)
    except Refused as refused:
        failed = refused.text
    checks = [Check(STEPS[step], True) for step in passed]
    left = list(STEPS.values())[len(passed) :]
    if failed is not None:
        checks.append(Check(left.pop(0), False, failed))
    return (*checks, *(Check(name, None) for name in left))


def show(path: Path) -> Description:
    """What the package says about itself, without trusting it: nothing in it is run.

    Raises:
        BadInput: the file cannot be read.
        Refused: it is not a whole package.
    """
    data = read_package(path)
    try:
        files = unpack(data)
        return Description(read_manifest(files), signers(files), hashlib.sha256(data).hexdigest(), len(data))
    except Refused as refused:
        raise Refused("{path} is refused: {reason}", path=path.name, reason=refused.text) from refused


def examine(
    data: bytes, trust: TrustList, passed: Callable[[str], None], proving: Proving | None = None
) -> SealedModel:
    """All steps of the gate over a package's bytes; `passed` is told the name of each that went well.

    Raises:
        Refused: a step did not pass.
    """
    files = unpack(data)
    passed("package")
    keys = trusted_signers(files, trust)
    passed("signature")
    check_hashes(files)
    passed("hashes")
    manifest = read_manifest(files)
    passed("manifest")
    with contextlib.nullcontext(proving) if proving else Proving() as process:
        process.trial(data, passed)
    return SealedModel(manifest, files, hashlib.sha256(data).hexdigest(), tuple(key.name for key in keys))


def read_package(path: Path) -> bytes:
    """The bytes of a package file, cut off just past the largest size allowed.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput("cannot read {path}: {reason}", path=path, reason=error.strerror or error) from error
