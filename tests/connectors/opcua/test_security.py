"""Encrypted sessions: who the server is, who bobae is, and what happens when one of them changes."""

import asyncio
import logging
import random
import shutil
import stat
from dataclasses import replace

import pytest

from bobae.collect import Collector, Patience
from bobae.connectors.opcua import connector, source
from bobae.connectors.opcua.certificates import KEY, OWN, SERVER, identity, thumbprint
from bobae.connectors.opcua.session import Session
from bobae.core import STILL_GOOD, BadInput, Gap, Refused, TagRow, Wish
from bobae.historian import open_store
from bobae.testing.live_connector import Heard, until
from bobae.testing.opcua_process import Node, OpcUaProcess, Security, Write

T = 1_772_625_600_000_000_000  # 2026-03-04 12:00 UTC
NODES = [Node("pressure", 200.0, time_ns=T)]
WISH = Wish("pressure", NODES[0].address)
OFFERED = ("Aes256Sha256RsaPss_SignAndEncrypt", "Basic256Sha256_Sign", "Aes128Sha256RsaOaep_SignAndEncrypt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A source's folder whose certificate the server trusts."""
    folder = tmp_path_factory.mktemp("source")
    identity(folder)
    return folder


@pytest.fixture(scope="module")
def secure(tmp_path_factory, folder):
    theirs, trusted = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("trusted")
    identity(theirs)
    shutil.copy(folder / OWN, trusted)
    security = Security(str(theirs / OWN), str(theirs / KEY), OFFERED, str(trusted))
    with OpcUaProcess(NODES, login=("bobae", "s3cret"), security=security) as process:
        yield process


@pytest.fixture
def settings(secure, monkeypatch):
    monkeypatch.setenv("PRESS_PASSWORD", "s3cret")
    login = {"user": "bobae", "password_env": "PRESS_PASSWORD"}
    return {"url": secure.url, "publishing_ms": 20, "timeout_s": 2, "security": "sign_and_encrypt"} | login


def first_value(settings, folder):
    """What the server shows in a session as said."""

    async def read():
        one, heard = connector(settings, folder), Heard()
        try:
            await one.open()
            assert await one.subscribe([WISH], heard.deliver) == []
            await until(lambda: bool(heard.rows))
            return heard.rows[0][2]
        finally:
            await one.close()

    return asyncio.run(read())


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"policy": "Aes128_Sha256_RsaOaep"},
        {"security": "sign"},
    ],
)
def test_a_session_is_signed_and_encrypted_as_wished(settings, folder, wanted):
    before = (folder / OWN).read_bytes()
    assert first_value(settings | wanted, folder) == 200.0
    assert (folder / OWN).read_bytes() == before
    assert stat.S_IMODE((folder / KEY).stat().st_mode) == 0o600


def test_a_server_without_an_end_point_as_wished_is_refused_with_what_it_has(settings, folder):
    for wrong in ({"security": "none", "clear_password": True}, {"policy": "Basic256Sha256"}):
        with pytest.raises(Refused, match="security: sign, policy: Basic256Sha256"):
            first_value(settings | wrong, folder)


def test_a_wrong_password_is_refused(settings, folder, monkeypatch):
    monkeypatch.setenv("PRESS_PASSWORD", "wrong")
    with pytest.raises(Refused, match="BadUserAccessDenied"):
        first_value(settings, folder)


def test_a_server_that_does_not_trust_us_is_refused_with_the_file_to_trust(settings, tmp_path):
    with pytest.raises(Refused, match=OWN):
        first_value(settings, tmp_path)


def test_the_server_may_be_known_by_its_thumbprint_or_a_file(settings, secure, folder):
    file = secure.security.certificate
    right = thumbprint((folder / SERVER).read_bytes())
    for said in (file, right, "SHA256:" + right.upper()):
        assert first_value(settings | {"server_certificate": said}, folder) == 200.0
    for said, why in (("0" * 64, right), (str(folder / OWN), right), ("/nowhere.der", "no certificate")):
        with pytest.raises(Refused, match=why):
            first_value(settings | {"server_certificate": said}, folder)


def test_a_channel_that_renews_its_keys_goes_on(secure, settings, folder, monkeypatch):
    class Hasty(Session):
        def __init__(self, *args):
            super().__init__(*args)
            self.secure_channel_timeout = 2_000

    monkeypatch.setattr(source, "Session", Hasty)

    async def listen():
        one, heard = connector(settings, folder), Heard()
        try:
            await one.open()
            await one.subscribe([WISH], heard.deliver)
            for value in range(12):
                secure.write(Write("pressure", float(value)))
                await until(lambda value=value: bool(heard.rows) and heard.rows[-1][2] == value)
                await asyncio.sleep(0.3)
            assert [row[2] for row in heard.rows][-12:] == list(range(12))
        finally:
            await one.close()
            secure.write(*NODES)

    asyncio.run(listen())


def test_a_source_that_is_secure_needs_a_folder(settings):
    with pytest.raises(BadInput, match="folder"):
        connector(settings)


def test_what_can_be_wrong_with_certificates_is_told(tmp_path):
    mine, another = tmp_path / "mine", tmp_path / "another"
    identity(mine)
    identity(another)
    shutil.copy(another / KEY, mine / KEY)
    with pytest.raises(Refused, match="is not the private key"):
        identity(mine)
    (mine / KEY).unlink()
    with pytest.raises(Refused, match="is gone"):
        identity(mine)
    (another / OWN).write_bytes(b"nonsense")
    with pytest.raises(Refused, match="cannot be read"):
        identity(another)


def test_an_encrypted_source_comes_back_and_a_replaced_certificate_waits_for_a_person(
    secure, settings, folder, tmp_path
):
    async def watch(store):
        tags = store.writer.tag_ids([TagRow(-1, WISH.path)])
        collector = Collector(
            "line",
            lambda: connector(settings, folder),
            [WISH],
            tags,
            writer=store.writer,
            reader=store,
            chance=random.Random(0),
            patience=Patience(0.05, 0.2, 0.2),
        )
        task = asyncio.create_task(collector.run())
        await until(lambda: collector.state.samples == 1)
        secure.kill()
        await until(lambda: not collector.state.connected)
        await asyncio.to_thread(secure.start)
        await until(lambda: collector.state.samples == 2)
        secure.kill()
        theirs = tmp_path / "server"
        identity(theirs)
        secure.security = replace(secure.security, certificate=str(theirs / OWN), key=str(theirs / KEY))
        await asyncio.to_thread(secure.start)
        await until(lambda: "another certificate" in str(collector.state.reason))
        new, old = thumbprint((theirs / OWN).read_bytes()), thumbprint((folder / SERVER).read_bytes())
        assert new in str(collector.state.reason)
        assert old in str(collector.state.reason)
        assert str(folder / SERVER) in str(collector.state.reason)
        (folder / SERVER).unlink()
        await until(lambda: collector.state.samples == 3 and collector.state.waiting == 0)
        task.cancel()
        await asyncio.wait([task])

    with open_store(tmp_path / "store", write=True) as store:
        asyncio.run(watch(store))
    with open_store(tmp_path / "store") as store:
        rows = store.raw([WISH.path], 0, 2**62)
    assert thumbprint((folder / SERVER).read_bytes()) == thumbprint((tmp_path / "server" / OWN).read_bytes())
    assert [status for status in rows.status.tolist() if status] == [
        Gap.NO_COMMUNICATION,
        STILL_GOOD,
        Gap.NO_COMMUNICATION,
        STILL_GOOD,
        Gap.NOT_COLLECTED,
    ]


def test_a_password_without_encryption_is_hidden_by_the_certificate_of_the_server_that_is_known(
    secure, settings, folder, tmp_path, caplog
):
    secure.kill()
    secure.security = replace(secure.security, policies=("NoSecurity", "Basic256Sha256_SignAndEncrypt"))
    secure.start()  # the last test: it stays so
    plain = settings | {"security": "none"}
    assert first_value(plain, None) == 200.0
    with caplog.at_level(logging.WARNING):
        assert first_value(plain, tmp_path) == 200.0
    assert thumbprint((tmp_path / SERVER).read_bytes()) in caplog.text
    assert "names other hosts" in caplog.text
    shutil.copy(folder / OWN, tmp_path / SERVER)
    with pytest.raises(Refused, match="another certificate"):
        first_value(plain, tmp_path)
