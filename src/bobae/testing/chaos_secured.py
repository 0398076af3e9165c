"""Sources that are encrypted, whose server can show another certificate from one day to the next."""

import datetime as dt
import ipaddress
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bobae.connectors import opcua
from bobae.connectors.opcua.certificates import KEY, OWN, SERVER, identity
from bobae.core import LiveConnector
from bobae.testing.mqtt_broker import Tls
from bobae.testing.mqtt_process import MqttSource
from bobae.testing.opcua_process import OpcUaSource, Security


class SecuredOpcUa(OpcUaSource):
    """A press that signs and encrypts, and trusts every client."""

    def __init__(self, host: str = "127.0.0.1", port: int | None = None, prefix: Sequence[str] = ()) -> None:
        super().__init__(host, port, prefix)
        self._theirs = tempfile.TemporaryDirectory(prefix="bobae-opcua-")
        self._show("first")

    def __exit__(self, *ended: object) -> None:
        super().__exit__(*ended)
        self._theirs.cleanup()

    def connector(self, folder: Path | None = None, **settings: Any) -> opcua.OpcUaSource:
        """One that knows the server by the certificate that it showed first."""
        return super().connector(folder, security="sign_and_encrypt", **settings)

    def change(self) -> None:
        """Start again with another certificate."""
        self.kill()
        self._show("second")
        self.start()

    def trust(self, keeps: Path) -> None:
        """What a person does who trusts the new one; `keeps` is the source's own folder."""
        (keeps / SERVER).unlink()

    def _show(self, name: str) -> None:
        folder = Path(self._theirs.name) / name
        folder.mkdir()
        identity(folder)
        self.server.security = Security(str(folder / OWN), str(folder / KEY))


class SecuredMqtt(MqttSource):
    """A line whose broker has a certificate of the plant's own authority."""

    def __init__(self, host: str = "127.0.0.1", port: int | None = None, prefix: Sequence[str] = ()) -> None:
        self._files = tempfile.TemporaryDirectory(prefix="bobae-mqtt-")
        self._folder = Path(self._files.name)
        self._trusted = self._folder / "trusted.pem"
        super().__init__(host=host, port=port, prefix=prefix, tls=self._made("first", host))
        self._trusted.write_bytes(self._tls.ca.read_bytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._files.cleanup()

    def connector(self, folder: Path | None = None, **settings: Any) -> LiveConnector:
        """One that trusts the authority of the file it was given."""
        url = f"mqtts://{self.broker.host}:{self.broker.port}"
        return super().connector(folder, url=url, ca=str(self._trusted), **settings)

    def change(self) -> None:
        """Start again with a certificate of another authority."""
        self.kill()
        self.broker.tls = self._made("second", self.broker.host)
        self.start()

    def trust(self, keeps: Path) -> None:  # noqa: ARG002 - the file is named in plant.yaml
        """What a person does who trusts the new one."""
        self._trusted.write_bytes(self._tls.ca.read_bytes())

    def _made(self, name: str, host: str) -> Tls:
        """Files of an authority, and of a broker that it vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} authority")])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
            .sign(key, hashes.SHA256())
        )
        authority, shown, secret = (self._folder / f"{name}.{end}" for end in ("ca", "pem", "key"))
        self._tls = Tls(authority, shown, secret)
        for file in (self._tls.ca, self._tls.certificate):
            file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        kind = serialization.PrivateFormat.PKCS8
        self._tls.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, plain))
        return self._tls
