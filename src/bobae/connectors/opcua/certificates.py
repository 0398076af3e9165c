"""Certificates: bobae's own, made once and kept; the server's, remembered from the first meeting on."""

import contextlib
import datetime
import hashlib
import logging
import os
import re
import socket
import string
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bobae.core import Refused, text

KEY, OWN, SERVER = "private-key.pem", "bobae.der", "server.der"
_VALID = datetime.timedelta(days=20 * 365)  # a server is told of it by a person: it must not run out unnoticed
_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=True,
    data_encipherment=True,
    key_cert_sign=True,  # it signs itself
    key_agreement=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
_THUMBPRINT = re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger("bobae.opcua")


@dataclass(frozen=True)
class Identity:
    """Who bobae is to a server.

    Attributes:
        certificate: given to the server.
        key: its private key.
        uri: the application that the certificate names.
        file: where the certificate lies, for whoever runs the server.
    """

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    uri: str
    file: Path


def identity(folder: Path) -> Identity:
    """The certificate and key in `folder`; made there if there are none yet, never made again.

    Raises:
        Refused: one of the two is missing or cannot be read.
    """
    key_file, file = folder / KEY, folder / OWN
    if file.exists() and not key_file.exists():
        raise Refused(
            "the private key {key} is gone; put it back, or delete {file} too and have the server trust the new one",
            key=key_file,
            file=file,
        )
    if not file.exists():
        _make(key_file, file)
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        certificate = x509.load_der_x509_certificate(file.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise Refused("bobae's certificate in {folder} cannot be read ({why})", folder=folder, why=error) from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise Refused("{key} is not the private key of {file}", key=key_file, file=file)
    _tell_if_run_out(certificate, text("bobae's certificate {file}", file=file))
    return Identity(certificate, key, uri, file)


def _make(key_file: Path, file: Path) -> None:
    """A key, if there is none yet, and a certificate for it."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    if not key_file.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        plain = serialization.NoEncryption()
        pem = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        _write(key_file, pem, 0o600)
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    _write(file, _self_signed(key).public_bytes(serialization.Encoding.DER), 0o644)
    said = text(
        "bobae has made itself the certificate {file} (SHA-256 {thumbprint}); the server must be told to trust it",
        file=file,
        thumbprint=thumbprint(file.read_bytes()),
    )
    _log.warning("%s", said)


def _self_signed(key: rsa.RSAPrivateKey) -> x509.Certificate:
    """An application's certificate (OPC UA Part 6, 6.2.2)."""
    host = re.sub(f"[^{string.ascii_letters}{string.digits}.-]", "-", socket.gethostname())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"bobae@{host}"[:64])])
    names = [x509.UniformResourceIdentifier(f"urn:{host}:bobae"), x509.DNSName(host)]
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def known(server: bytes, *, host: str, said: str | None, folder: Path | None) -> None:
    """Compare a server's certificate with the one that is known, if there is one.

    Args:
        server: DER.
        host: name or address by which the server is called.
        said: a file with the certificate, or its thumbprint, as plant.yaml says it.
        folder: where the first one seen lies; None: nowhere.

    Raises:
        Refused: it is another one.
    """
    if said is not None:
        wanted = _said(said)
        where = text("write its certificate or thumbprint in place of server_certificate: {said}", said=said)
    elif folder is not None and (folder / SERVER).exists():
        wanted = thumbprint((folder / SERVER).read_bytes())
        where = text("delete {file}, and the next one seen is taken", file=folder / SERVER)
    else:
        return
    if thumbprint(server) != wanted:
        raise Refused(
            "{host} shows another certificate (SHA-256 {new}) than the one known (SHA-256 {old}): it was replaced, or "
            "this is another server. Ask whoever runs it; if the new one is right: {where}",
            host=host,
            new=thumbprint(server),
            old=wanted,
            where=where,
        )
    with contextlib.suppress(ValueError):
        _tell_if_run_out(x509.load_der_x509_certificate(server), text("the certificate of {host}", host=host))


def remember(server: bytes, *, host: str, folder: Path) -> None:
    """Keep the certificate of a server that has proved to have its key, if it is the first one."""
    if (folder / SERVER).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / SERVER, server, 0o644)
    first = text(
        "{host} is met for the first time; from now on only its certificate (SHA-256 {thumbprint}) is accepted",
        host=host,
        thumbprint=thumbprint(server),
    )
    _log.warning("%s", first)
    if host not in (hosts := _hosts(server)):
        said = text("the certificate of {host} names other hosts: {hosts}", host=host, hosts=", ".join(hosts) or "-")
        _log.warning("%s", said)


def thumbprint(der: bytes) -> str:
    """SHA-256 of a certificate, as hexadecimal digits.

    Example:
        >>> thumbprint(b"")[:8]
        'e3b0c442'
    """
    return hashlib.sha256(der).hexdigest()


def _said(said: str) -> str:
    digits = re.sub("[: ]|^sha256:?", "", said.strip().lower())
    if _THUMBPRINT.fullmatch(digits):
        return digits
    try:
        content = Path(said).read_bytes()
        certificate = (
            x509.load_pem_x509_certificate(content)
            if content.lstrip().startswith(b"-----")
            else x509.load_der_x509_certificate(content)
        )
    except (OSError, ValueError) as error:
        raise Refused(
            "server_certificate {said!r} is no certificate that can be read and no SHA-256 thumbprint ({why})",
            said=said,
            why=error,
        ) from error
    return thumbprint(certificate.public_bytes(serialization.Encoding.DER))


def _hosts(server: bytes) -> list[str]:
    try:
        names = x509.load_der_x509_certificate(server).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return []
    dns = names.value.get_values_for_type(x509.DNSName)
    return [*dns, *map(str, names.value.get_values_for_type(x509.IPAddress))]


def _tell_if_run_out(certificate: x509.Certificate, whose: object) -> None:
    until = certificate.not_valid_after_utc
    if until < datetime.datetime.now(datetime.UTC):
        _log.warning("%s", text("{whose} has run out on {day}; renew it", whose=whose, day=until.date()))


def _write(file: Path, content: bytes, mode: int) -> None:
    """All of it or nothing, readable by those that `mode` says from the first byte on."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as written:
        written.write(content)
    part.replace(file)
