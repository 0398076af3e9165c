import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from bobae.core import BadInput, Refused, UnknownName
from bobae.registry import SigningKey, TrustList, own_key

TODAY = date(2026, 11, 23)


def test_the_own_key_is_made_once_and_trusted_at_once(tmp_path: Path) -> None:
    home = tmp_path / "bobae"
    key = own_key(home, name="this computer", today=TODAY)
    assert own_key(home, name="this computer", today=TODAY).key_id == key.key_id
    trusted = TrustList.read(home).find(key.key_id)
    assert trusted is not None
    assert (trusted.name, trusted.added) == ("this computer", TODAY)
    assert [path.name for path in sorted(home.iterdir())] == ["key.pem", "trust.json"]


def test_first_uses_at_the_same_moment_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as together:
        ids = set(together.map(lambda _: own_key(tmp_path, name="a", today=TODAY).key_id, range(16)))
    assert [key.key_id for key in TrustList.read(tmp_path).keys] == list(ids)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["key.pem", "trust.json"]


def test_a_key_whose_list_was_never_written_is_trusted_at_the_next_use(tmp_path: Path) -> None:
    key = own_key(tmp_path, name="a", today=TODAY)
    (tmp_path / "trust.json").unlink()
    own_key(tmp_path, name="a", today=TODAY)
    assert TrustList.read(tmp_path).find(key.key_id) is not None


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are a POSIX matter")
def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    own_key(tmp_path, name="a", today=TODAY)
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        own_key(tmp_path, name="a", today=TODAY)


def test_a_damaged_key_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (tmp_path / "key.pem").chmod(0o600)
    with pytest.raises(BadInput, match=r"key\.pem"):
        own_key(tmp_path, name="a", today=TODAY)


def test_a_key_no_longer_trusted_stays_so(tmp_path: Path) -> None:
    key = own_key(tmp_path, name="a", today=TODAY)
    TrustList.read(tmp_path).distrust(key.key_id).write(tmp_path)
    own_key(tmp_path, name="a", today=TODAY)
    assert TrustList.read(tmp_path).find(key.key_id) is None


def test_trusting_twice_renames_and_a_name_is_enough_to_distrust(tmp_path: Path) -> None:
    key = SigningKey.new()
    names = TrustList().trust(key.public_pem, "vendor", added=TODAY).trust(key.public_pem, "line vendor", added=TODAY)
    assert [k.name for k in names.keys] == ["line vendor"]
    names.write(tmp_path)
    assert TrustList.read(tmp_path) == names
    assert names.distrust("line vendor").keys == ()
    with pytest.raises(UnknownName, match="line vendor"):
        names.distrust("lin vendor")


@pytest.mark.parametrize("pem", ["", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_public_key_is_not_trusted(pem: str) -> None:
    with pytest.raises(BadInput, match="ed25519"):
        TrustList().trust(pem, "x", added=TODAY)


def test_a_key_of_another_kind_is_not_trusted() -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    other = generate_private_key(SECP256R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(BadInput, match="ed25519"):
        TrustList().trust(pem, "x", added=TODAY)


def test_a_trust_list_whose_ids_do_not_fit_its_keys_is_not_read(tmp_path: Path) -> None:
    one, other = SigningKey.new(), SigningKey.new()
    TrustList().trust(one.public_pem, "x", added=TODAY).write(tmp_path)
    path = tmp_path / "trust.json"
    path.write_text(path.read_text().replace(one.key_id, other.key_id))
    with pytest.raises(BadInput, match=r"trust\.json"):
        TrustList.read(tmp_path)
    path.write_text("{}{")
    with pytest.raises(BadInput, match=r"trust\.json"):
        TrustList.read(tmp_path)
