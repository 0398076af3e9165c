"""Who is let in: certificates, passwords, and brokers that speak only the older MQTT."""

import asyncio
import datetime
import ipaddress

import pytest
from amqtt.broker import Broker as OldBroker
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bobae.connectors.mqtt import connector
from bobae.core import Refused, Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.mqtt_broker import Broker, Tls
from bobae.testing.served import free_port


def made(folder, name, signer=None):
    """A key and a certificate for 127.0.0.1, signed by `signer` (key, certificate), or by itself as an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    issuer_key, issuer = signer if signer is not None else (key, None)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(private)
    return key, certificate


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    plant = made(folder, "plant")
    made(folder, "broker", plant)
    made(folder, "bobae", plant)
    made(folder, "stranger")
    return folder


@pytest.fixture(scope="module")
def broker(certificates):
    tls = Tls(certificates / "plant.pem", certificates / "broker.pem", certificates / "broker.key", clients=True)
    with Broker(tls=tls, login=("bobae", "s3cret")) as running:
        yield running


@pytest.fixture
def settings(broker, certificates, monkeypatch):
    monkeypatch.setenv("LINE1_PASSWORD", "s3cret")
    return {
        "url": f"mqtts://127.0.0.1:{broker.port}",
        "user": "bobae",
        "password_env": "LINE1_PASSWORD",
        "ca": str(certificates / "plant.pem"),
        "certificate": str(certificates / "bobae.pem"),
        "key": str(certificates / "bobae.key"),
        "timeout_s": 2,
    }


def opened(settings):
    async def run():
        source = connector(settings)
        try:
            await source.open()
            return source.alive_ns
        finally:
            await source.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    return asyncio.run(run())


def test_who_has_the_certificate_and_the_password_is_let_in(settings):
    assert opened(settings) > 0


def test_a_wrong_password_is_refused_and_says_what_to_check(settings, monkeypatch):
    monkeypatch.setenv("LINE1_PASSWORD", "wrong")
    with pytest.raises(Refused, match="password_env"):
        opened(settings)


def test_nobody_without_a_login_is_let_in(settings):
    with pytest.raises(Refused, match="password_env"):
        opened({name: value for name, value in settings.items() if name not in ("user", "password_env")})


def test_a_broker_of_another_authority_is_not_trusted(settings, certificates):
    with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        opened(settings | {"ca": str(certificates / "stranger.pem")})


def test_a_broker_under_another_name_is_not_trusted(settings, broker):
    with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        opened(settings | {"url": f"mqtts://localhost:{broker.port}"})


def test_without_the_certificate_that_the_broker_wants_nobody_is_let_in(settings):
    bare = {name: value for name, value in settings.items() if name not in ("certificate", "key")}
    # a loaded broker may hang up before its reason has come
    with pytest.raises((Refused, Unreachable), match=r"certificate|ended the connection"):
        opened(bare)


def test_no_encryption_at_an_encrypted_port_is_unreachable(settings, broker):
    plain = {"url": f"mqtt://127.0.0.1:{broker.port}", "timeout_s": 1}
    with pytest.raises(Unreachable, match=str(broker.port)):
        opened(plain)


def test_something_else_at_the_port_is_unreachable():
    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def ask():
        stranger = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = stranger.sockets[0].getsockname()[1]
        source = connector({"url": f"mqtt://127.0.0.1:{port}", "timeout_s": 0.5})
        try:
            with pytest.raises(Unreachable, match=str(port)):
                await source.open()
        finally:
            await source.close()
            stranger.close()
            await stranger.wait_closed()

    asyncio.run(ask())


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_broker_that_speaks_only_the_older_mqtt_is_read_all_the_same(version, tmp_path):
    async def listen():
        port = free_port()
        everybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
        old = OldBroker({"listeners": listeners, "plugins": everybody})
        await old.start()
        settings = {"url": f"mqtt://127.0.0.1:{port}", "version": version, "timeout_s": 0.5, "time": "t"}
        source, heard = connector(settings, tmp_path), Heard()
        try:
            await source.open()
            rejected = await source.subscribe([Wish("a", "a#v"), Wish("b", "b")], heard.deliver)
            await old.internal_message_broadcast("a", b'{"t": 1772625600000, "v": 5}', 1)
            await old.internal_message_broadcast("b", b"RUN", 0)
            await until(lambda: len(heard.rows) == 2)
        finally:
            await source.close()
            await old.shutdown()
        assert rejected == []
        return heard.rows

    rows = asyncio.run(listen())
    assert sorted(row[2:] for row in rows if row[0] == 0) == [(5.0, 0, None)]
    assert [row[4] for row in rows if row[0] == 1] == ["RUN"]
