"""Other computers may ask once people sign in: under a name that was said, encrypted where a certificate is given."""

import asyncio
import contextlib
import datetime
import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bobae.api import Tls, create_api, serve_http
from bobae.app.access import Users
from bobae.core import BadInput, Refused
from bobae.core.access import UserRole
from bobae.historian import open_store
from bobae.registry.catalogue import open_catalogue
from bobae.testing.served import free_port
from bobae.write import Writing

from .conftest import PLANT, SmallPlant

NAME = "plant.example"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[SmallPlant]:
    with open_store(tmp_path / "historian", write=True) as store, open_catalogue(tmp_path) as catalogue:
        yield SmallPlant(store, catalogue, Writing.over(catalogue.writes, {}), PLANT, tmp_path)


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """A certificate for the name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = Tls(tmp_path / "cert.pem", tmp_path / "key.pem")
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
    )
    return files


def asked(plant: SmallPlant, hosts: list[str], tls: Tls | None = None) -> list[int]:
    """What is answered to GET /api/v1/alarms under each host."""
    port = free_port()

    def ask(host: str) -> int:
        if tls is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        else:
            trust = ssl.create_default_context(cafile=tls.certificate)
            connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=trust)
        with contextlib.closing(connection):
            connection.request("GET", "/api/v1/alarms", headers={"Host": host})
            return connection.getresponse().status

    async def run() -> list[int]:
        api = create_api(plant, names=(NAME,))
        serving = asyncio.create_task(serve_http(api, port=port, names=(NAME,), tls=tls))
        await asyncio.sleep(0)
        found = [await asyncio.to_thread(ask, host) for host in hosts]
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        return found

    return asyncio.run(run())


def test_nobody_elsewhere_asks_before_people_sign_in(plant: SmallPlant) -> None:
    for host, names in (("0.0.0.0", (NAME,)), ("192.0.2.1", ()), ("127.0.0.1", (NAME,))):
        with pytest.raises(Refused, match="this computer only"):
            asyncio.run(serve_http(create_api(plant, host=host, names=names), host=host, names=names, port=free_port()))


def test_a_host_that_is_every_address_needs_a_name(plant: SmallPlant) -> None:
    Users(plant.writing.book).add("kim", UserRole.ADMINISTRATOR, "a sentence of Kim")
    with pytest.raises(BadInput, match="under which name"):
        asyncio.run(serve_http(create_api(plant, host="0.0.0.0"), host="0.0.0.0", port=free_port()))


def test_only_names_that_were_said_lead_here(plant: SmallPlant) -> None:
    users = Users(plant.writing.book)
    users.add("kim", UserRole.ADMINISTRATOR, "a sentence of Kim")
    assert asked(plant, [NAME, f"{NAME.upper()}:8800", "localhost", "evil.example", f"{NAME}.evil"]) == [
        401,
        401,
        401,
        403,
        403,
    ]


def test_it_is_not_open_again_when_the_last_user_goes(plant: SmallPlant) -> None:
    users = Users(plant.writing.book)
    users.add("kim", UserRole.ADMINISTRATOR, "a sentence of Kim")
    api = create_api(plant, names=(NAME,))
    users.remove("kim")
    assert api.state.door.is_open()
    assert not api.state.may_be_open


def test_with_a_certificate_it_speaks_https(plant: SmallPlant, tls: Tls) -> None:
    Users(plant.writing.book).add("kim", UserRole.ADMINISTRATOR, "a sentence of Kim")
    assert asked(plant, [NAME], tls) == [401]
