"""Two thousand packages that somebody, or a bad disk, has changed: none is accepted, none does any harm."""

import base64
import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bobae.core import Refused
from bobae.registry import SigningKey, TrustList, open_sealed, show
from bobae.registry.container import pack, unpack
from bobae.registry.contents import _digests
from bobae.registry.envelope import signed

Rng = np.random.Generator
Files = dict[str, bytes]
COUNT = 2000


def some(rng: Rng, files: Files) -> str:
    return str(rng.choice(sorted(files)))


def flipped(rng: Rng, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        changed[rng.integers(len(changed))] ^= 1 << rng.integers(8)
    return bytes(changed)


def cut_off(rng: Rng, data: bytes) -> bytes:
    return data[: rng.integers(len(data))]


def longer(rng: Rng, data: bytes) -> bytes:
    junk = rng.bytes(int(rng.integers(1, 200)))
    return junk + data if rng.random() < 0.5 else data + junk


def overwritten(rng: Rng, data: bytes) -> bytes:
    at, length = rng.integers(len(data)), rng.integers(1, 2000)
    return data[:at] + rng.bytes(int(length)) + data[at + length :]


def foreign(rng: Rng, data: bytes) -> bytes:
    return rng.choice([b"", b"PK", b"PK\3\4" + rng.bytes(40), b"\0" * 5000, json.dumps({"model": 1}).encode()])


def swapped(rng: Rng, data: bytes) -> bytes:
    files = unpack(data)
    one, other = rng.choice(sorted(files), 2, replace=False)
    return pack(files | {one: files[other], other: files[one]})


def rezipped(rng: Rng, data: bytes) -> bytes:
    """The same files through another zip writer: shuffled, compressed, duplicated, hidden, linked or commented."""
    files = list(unpack(data).items())
    rng.shuffle(files)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", int(rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = int(rng.choice([0o100644, 0o120777, 0o104755])) << 16
            info.flag_bits = int(rng.choice([0, 1, 8]))
            archive.writestr(info, content)
        archive.comment = rng.bytes(int(rng.integers(0, 20)))
    return sink.getvalue()


def duplicated(rng: Rng, data: bytes) -> bytes:
    files = unpack(data)
    name = some(rng, files)
    member = pack({name: flipped(rng, files[name])})
    return member[: member.index(b"PK\1\2")] + data


def bomb(rng: Rng, data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in unpack(data).items():
            archive.writestr(name, b"\0" * 300_000 if name == "model.onnx" else content)
    return sink.getvalue()


def escaping(rng: Rng, data: bytes) -> bytes:
    names = ["../evil.py", "/etc/evil", "C:\\evil.exe", "signatures/../../evil", "..\\evil", "card.ko.md/../x", "보배"]
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(str(rng.choice(names)), b"evil")
        for name, content in unpack(data).items():
            archive.writestr(name, content)
    return sink.getvalue()


def file_changed(rng: Rng, data: bytes) -> bytes:
    files = unpack(data)
    name = some(rng, files)
    return pack(files | {name: flipped(rng, files[name])})


def file_missing(rng: Rng, data: bytes) -> bytes:
    files = unpack(data)
    del files[some(rng, files)]
    return pack(files)


def file_added(rng: Rng, data: bytes) -> bytes:
    name = str(rng.choice(["card.fr.md", "signatures/" + "0" * 32 + ".dsse.json", "notes.txt", "__init__.py"]))
    return pack(unpack(data) | {name: rng.bytes(50)})


def manifest_changed(rng: Rng, data: bytes) -> bytes:
    """Another verdict, tolerance or contract, with the hashes of the files brought up to date."""
    files = unpack(data)
    manifest = json.loads(files["manifest.json"])
    field = str(rng.choice(sorted(manifest)))
    manifest[field] = rng.choice(np.array([None, 1, "useful", [], {}, -1e9, "../../x", [[1]]], dtype=object))
    return pack(files | {"manifest.json": json.dumps(manifest).encode()})


def graph_changed(rng: Rng, data: bytes) -> bytes:
    files = unpack(data)
    files["model.onnx"] = flipped(rng, files["model.onnx"])
    manifest = json.loads(files["manifest.json"])
    others = {name: files[name] for name in manifest["files"]}
    manifest["files"] = _digests(others)
    return pack(files | {"manifest.json": json.dumps(manifest).encode()})


def unsigned(rng: Rng, data: bytes) -> bytes:
    return pack({name: content for name, content in unpack(data).items() if not name.startswith("signatures/")})


def signed_by_another(rng: Rng, data: bytes) -> bytes:
    """Changed or not, signed by a key nobody trusts, at times under the name of the trusted one."""
    files = unpack(data)
    ours = next(name for name in files if name.startswith("signatures/"))
    inside = {name: content for name, content in files.items() if name != ours}
    theirs = signed(inside, SigningKey.new())
    envelope = next(content for name, content in theirs.items() if name not in inside)
    return pack(theirs if rng.random() < 0.5 else {**inside, ours: envelope})


def signature_changed(rng: Rng, data: bytes) -> bytes:
    files = unpack(data)
    name = next(name for name in files if name.startswith("signatures/"))
    envelope = json.loads(files[name])
    kind = rng.integers(5)
    if kind == 0:
        envelope["payload"] = base64.b64encode(flipped(rng, base64.b64decode(envelope["payload"]))).decode()
    elif kind == 1:
        envelope["signatures"][0]["sig"] = base64.b64encode(rng.bytes(64)).decode()
    elif kind == 2:
        envelope["signatures"] = envelope["signatures"] * 2
    elif kind == 3:
        envelope["payloadType"] = "text/plain"
    else:
        return pack(files | {name: b"[" * int(rng.integers(1, 60_000))})
    return pack(files | {name: json.dumps(envelope).encode()})


MUTATIONS: list[Callable[[Rng, bytes], bytes]] = [
    flipped, cut_off, longer, overwritten, foreign, swapped, rezipped, duplicated, bomb, escaping, file_changed,
    file_missing, file_added, manifest_changed, graph_changed, unsigned, signed_by_another, signature_changed,
]  # fmt: skip


def test_none_of_2000_changed_packages_is_accepted_and_nothing_is_written(
    sealed: Path, trust: TrustList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = sealed.read_bytes()
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(20261123)
    refused = same = 0
    for i in range(COUNT):
        change = MUTATIONS[i % len(MUTATIONS)]
        data = change(rng, original)
        sealed.write_bytes(data)
        if data == original:
            same += 1
            continue
        with contextlib.suppress(Refused):
            show(sealed)
        try:
            open_sealed(sealed, trust=trust)
        except Refused:
            refused += 1
        else:
            pytest.fail(f"accepted: change {i}, {change.__name__}")
    assert refused + same == COUNT
    assert same < 10
    assert [path.name for path in tmp_path.iterdir()] == ["model.bobae"]
