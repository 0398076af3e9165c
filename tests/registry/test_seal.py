import base64
import hashlib
import io
import json
import stat
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bobae.core import BadInput, Candidate, Refused
from bobae.registry import SigningKey, TrustList, export, open_sealed, score_rows, seal, show, sign, verify


def test_what_is_sealed_is_what_opens_and_scores(candidate: Candidate, trust: TrustList, sealed: Path) -> None:
    model = open_sealed(sealed, trust=trust)
    assert model.manifest.model_copy(update={"files": {}}) == candidate.manifest
    assert model.graph == candidate.graph
    assert model.signers == ("line 3",)
    assert model.monitor == candidate.monitor
    assert model.cards == candidate.cards
    np.testing.assert_array_equal(model.reference.x, candidate.reference.x)
    scored = score_rows(model, candidate.reference.x[1], candidate.reference.gap[1])
    for name, expected in candidate.reference.expected.items():
        np.testing.assert_array_equal(model.reference.expected[name], expected)
        np.testing.assert_array_equal(scored[name], expected[1])


def test_the_same_candidate_and_key_give_the_same_bytes_and_any_zip_tool_reads_them(
    candidate: Candidate, key: SigningKey, tmp_path: Path, sealed_bytes: bytes
) -> None:
    again = tmp_path / "again.bobae"
    seal(candidate, again, key=key)
    assert again.read_bytes() == sealed_bytes
    with zipfile.ZipFile(again) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "manifest.json"
        assert archive.read("model.onnx") == candidate.graph
        assert {stat.S_IMODE(info.external_attr >> 16) for info in archive.infolist()} == {0o644}
        software = json.loads(archive.read("sbom.cdx.json"))
    assert {"onnxruntime", "python", "bobae"} <= {part["name"] for part in software["components"]}
    assert str(tmp_path) not in again.read_bytes().decode("latin-1")


def test_a_graph_that_does_not_give_its_reference_is_not_sealed(
    candidate: Candidate, key: SigningKey, package: Path
) -> None:
    alarm = candidate.reference.expected["alarm"].copy()
    alarm[1, 3] = 1.0 - alarm[1, 3]
    expected = {**candidate.reference.expected, "alarm": alarm}
    wrong = replace(candidate, reference=replace(candidate.reference, expected=expected))
    with pytest.raises(Refused, match=r"alarm is .*window 1, row 3"):
        seal(wrong, package, key=key)
    assert not package.exists()


def test_a_reference_of_another_shape_is_not_sealed(candidate: Candidate, key: SigningKey, package: Path) -> None:
    reference = replace(candidate.reference, x=candidate.reference.x[:, :, :1])
    with pytest.raises(BadInput, match="shapes"):
        seal(replace(candidate, reference=reference), package, key=key)


def test_what_is_no_json_is_not_sealed(candidate: Candidate, key: SigningKey, package: Path) -> None:
    with pytest.raises(BadInput, match=r"monitor\.json"):
        seal(replace(candidate, monitor={"pressure": {"edges": [float("nan")]}}), package, key=key)


def test_a_folder_that_does_not_exist_is_named(candidate: Candidate, key: SigningKey, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        seal(candidate, tmp_path / "nowhere" / "model.bobae", key=key)


def test_a_second_signature_stands_beside_the_first(key: SigningKey, trust: TrustList, sealed: Path) -> None:
    second = SigningKey.new()
    sign(sealed, key=second)
    theirs = TrustList().trust(second.public_pem, "head office", added=date(2026, 1, 5))
    assert open_sealed(sealed, trust=theirs).signers == ("head office",)
    both = theirs.trust(key.public_pem, "line 3", added=date(2026, 1, 5))
    assert sorted(open_sealed(sealed, trust=both).signers) == ["head office", "line 3"]
    assert set(show(sealed).signers) == {key.key_id, second.key_id}


def test_only_what_passes_the_gate_is_signed(key: SigningKey, sealed: Path) -> None:
    sealed.write_bytes(sealed.read_bytes()[:-1])
    before = sealed.read_bytes()
    with pytest.raises(Refused, match="damaged"):
        sign(sealed, key=key)
    assert sealed.read_bytes() == before


def test_verify_names_each_step_and_where_it_ended(key: SigningKey, trust: TrustList, sealed: Path) -> None:
    assert [check.passed for check in verify(sealed, trust=trust)] == [True] * 6
    unknown = verify(sealed, trust=TrustList())
    assert [check.passed for check in unknown] == [True, False, None, None, None, None]
    assert key.key_id in str(unknown[1].reason)


def test_a_refusal_is_said_in_korean_too(key: SigningKey, sealed: Path) -> None:
    with pytest.raises(Refused) as refused:
        open_sealed(sealed, trust=TrustList())
    assert "model.bobae" in refused.value.text.render("ko")
    assert "신뢰" in refused.value.text.render("ko")


def test_show_runs_nothing_and_trusts_nobody(key: SigningKey, sealed: Path) -> None:
    shown = show(sealed)
    assert shown.manifest.name == "press 1 slow average"
    assert shown.signers == (key.key_id,)
    assert shown.size == sealed.stat().st_size


def test_an_export_is_plain_files_in_a_new_folder(
    candidate: Candidate, trust: TrustList, tmp_path: Path, sealed: Path
) -> None:
    model = open_sealed(sealed, trust=trust)
    paths = export(model.files, tmp_path / "out")
    assert (tmp_path / "out" / "model.onnx").read_bytes() == candidate.graph
    assert {str(path.relative_to(tmp_path / "out")) for path in paths} == set(model.files)
    with pytest.raises(BadInput, match="not empty"):
        export(model.files, tmp_path / "out")


def test_a_file_that_is_not_there_is_named(trust: TrustList, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.bobae"):
        open_sealed(tmp_path / "nothing.bobae", trust=trust)
    with pytest.raises(BadInput, match=r"nothing\.bobae"):
        sign(tmp_path / "nothing.bobae", key=SigningKey.new())


def test_a_signature_is_a_dsse_envelope_that_others_can_check(key: SigningKey, sealed: Path) -> None:
    """Written against the formats' own texts, not against our code."""
    with zipfile.ZipFile(io.BytesIO(sealed.read_bytes())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    envelope = json.loads(files[f"signatures/{key.key_id}.dsse.json"])
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    encoded = b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])
    load_pem_public_key(key.public_pem.encode()).verify(base64.b64decode(envelope["signatures"][0]["sig"]), encoded)
    statement = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    hashes = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    signed = {name: data for name, data in files.items() if not name.startswith("signatures/")}
    assert hashes == {name: hashlib.sha256(data).hexdigest() for name, data in signed.items()}


def test_nothing_is_left_behind_when_writing_fails(candidate: Candidate, key: SigningKey, tmp_path: Path) -> None:
    target = tmp_path / "model.bobae"
    target.mkdir()
    with pytest.raises(BadInput, match=r"model\.bobae"):
        seal(candidate, target, key=key)
    assert list(tmp_path.iterdir()) == [target]
