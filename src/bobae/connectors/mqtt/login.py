"""How a broker is reached and who asks: the settings that all connectors over MQTT share."""

import secrets
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bobae.core import BadInput, Given
from bobae.core.connector import Settings

PORTS = {"mqtt": 1883, "mqtts": 8883}  # registered for MQTT, and for MQTT over TLS
VERSIONS = ("5", "3.1.1")
LOGIN_SETTINGS = (
    *("url", "version", "user", "password_env", "ca", "certificate", "key"),
    *("client_id", "keepalive_s", "timeout_s"),
)


@dataclass(frozen=True)
class Login:
    """One broker and how it lets us in.

    Attributes:
        host, port: where it is.
        version: of MQTT; with '5' a broker that knows only 3.1.1 is talked to by that.
        tls: how it is checked and which certificate is shown to it; None: the connection is not encrypted.
        user: login name, or None.
        password: its password, from the environment.
        client_id: by which the broker knows us again; None: none is given.
        keepalive_s: a connection that was silent for so long, though asked, is lost.
        timeout_s: how long one answer may take.
    """

    host: str
    port: int
    version: str = "5"
    tls: ssl.SSLContext | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    client_id: str | None = None
    keepalive_s: float = 10.0
    timeout_s: float = 4.0

    @property
    def endpoint(self) -> str:
        """As a person would write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtt' if self.tls is None else 'mqtts'}://{host}:{self.port}"


def login_of(given: Given, settings: Settings) -> Login:
    """The login that the settings of a source describe.

    Raises:
        BadInput: a setting is missing or cannot be, or a certificate cannot be read.
    """
    scheme, host, port = _address(given.needed("url", "mqtt://10.0.0.7:1883"))
    user, password = given.word("user"), given.secret("password_env")
    if user is None and password is not None:
        raise BadInput("an MQTT source has `password_env` but no `user`; write both or neither")
    files = {name: given.word(name) for name in ("ca", "certificate", "key")}
    if scheme == "mqtt" and any(files.values()):
        raise BadInput(
            "{names} of an MQTT source are for an encrypted connection; write url: mqtts://{host}:{port}",
            names=", ".join(name for name in files if settings.get(name)),
            host=host,
            port=PORTS["mqtts"],
        )
    return Login(
        host=host,
        port=port,
        version=given.choice("version", VERSIONS, "5"),
        tls=_tls(**files) if scheme == "mqtts" else None,
        user=user,
        password=password,
        client_id=given.word("client_id"),
        keepalive_s=given.number("keepalive_s", 10.0),
        timeout_s=given.number("timeout_s", 4.0),
    )


def client_id_of(login: Login, folder: Path | None) -> str | None:
    """By which the broker knows this source again: as set, else made up once and kept in `folder`; None: neither."""
    if login.client_id is not None or folder is None:
        return login.client_id
    file = folder / "client_id"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.draft")
        draft.write_text(made_up_id(), encoding="ascii")
        draft.replace(file)
    return file.read_text(encoding="ascii")


def made_up_id() -> str:
    """A client id that nobody else has; 23 letters and digits are what every broker takes (MQTT 3.1.1, 3.1.3.1)."""
    return f"bobae{secrets.token_hex(9)}"


def _address(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number
        host, port = None, None
    if parts.scheme not in PORTS or not host or parts.path not in ("", "/"):
        raise BadInput(
            "the address {url!r} of an MQTT broker is wrong; write url: mqtt://host:1883 or mqtts://host:8883", url=url
        )
    if parts.username is not None:
        raise BadInput("a login does not belong in the address of an MQTT broker; write `user` and `password_env`")
    return parts.scheme, host, port or PORTS[parts.scheme]


def _tls(ca: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    if key is not None and certificate is None:
        raise BadInput("an MQTT source has `key` but no `certificate`; write both, or neither")
    try:
        context = ssl.create_default_context(cafile=ca)
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            "the certificates of an MQTT source cannot be read ({why}); look at ca: {ca}, certificate: {certificate}, "
            "key: {key}",
            why=error,
            ca=ca,
            certificate=certificate,
            key=key,
        ) from error
    return context
