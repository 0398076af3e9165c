"""What plant.yaml may say about an OPC UA source."""

from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from bobae.core import BadInput, Given
from bobae.core.connector import Settings

PORT = 4840  # registered for opc.tcp
SECURITY = ("none", "sign", "sign_and_encrypt")
POLICIES = ("Aes256_Sha256_RsaPss", "Basic256Sha256", "Aes128_Sha256_RsaOaep")  # the first one offered is taken
ANY_POLICY = "strongest"


@dataclass(frozen=True)
class OpcUaSettings:
    """Where the server is and how it is listened to.

    Attributes:
        url: opc.tcp://host:port/path.
        publishing_ms: how often the server sends what has changed.
        sampling_ms: how often the server looks at each sensor; 0: as often as it can, at best at each change.
        queue_size: changes of one sensor that the server is asked to keep between two notifications, at least.
        mode: 'subscribe', or 'poll' for a server that cannot send by itself.
        poll_s: how often a polled server is read.
        requests_per_s: how often at most the server is asked something.
        user: login name, or None for an anonymous session.
        password: its password, from the environment.
        clear_password: whether the password may go over the network as it is, where the server knows no better.
        security: one of `SECURITY`.
        policy: one of `POLICIES`, or `ANY_POLICY`.
        server_certificate: a file with the server's certificate, or its SHA-256 thumbprint; None: the first one seen.
        timeout_s: how long one answer may take.
    """

    url: str
    publishing_ms: float = 200.0
    sampling_ms: float = 200.0
    queue_size: int = 50
    mode: str = "subscribe"
    poll_s: float = 1.0
    requests_per_s: float = 50.0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    clear_password: bool = False
    security: str = "none"
    policy: str = ANY_POLICY
    server_certificate: str | None = None
    timeout_s: float = 4.0


_KNOWN = {f.name for f in fields(OpcUaSettings)} - {"password"} | {"password_env"}


def checked(settings: Settings) -> OpcUaSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"url": "opc.tcp://10.0.0.7", "publishing_ms": 500}).sampling_ms
        500.0
    """
    given = Given(settings, "opcua", _KNOWN)
    publishing_ms = given.number("publishing_ms", 200.0)
    user = given.word("user")
    if user is None and "password_env" in settings:
        raise BadInput("an OPC UA source has `password_env` but no `user`; write both or neither")
    return OpcUaSettings(
        url=_url(settings.get("url")),
        publishing_ms=publishing_ms,
        sampling_ms=0.0 if _zero(settings.get("sampling_ms")) else given.number("sampling_ms", publishing_ms),
        queue_size=given.whole("queue_size", 50, low=1, high=10_000),
        mode=given.choice("mode", ("subscribe", "poll"), "subscribe"),
        poll_s=given.number("poll_s", 1.0),
        requests_per_s=given.number("requests_per_s", 50.0),
        user=user,
        password=given.secret("password_env"),
        clear_password=given.flag("clear_password", False),
        security=given.choice("security", SECURITY, "none"),
        policy=given.choice("policy", (ANY_POLICY, *POLICIES), ANY_POLICY),
        server_certificate=given.word("server_certificate"),
        timeout_s=given.number("timeout_s", 4.0),
    )


def _zero(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0


def _url(url: Any) -> str:
    parts = urlsplit(str(url))
    try:
        host, port = parts.hostname, parts.port or PORT
    except ValueError:  # a port that is no number
        host, port = None, PORT
    if parts.scheme != "opc.tcp" or not host:
        raise BadInput("the address {url!r} of an OPC UA server is wrong; write url: opc.tcp://host:4840", url=url)
    if parts.username is not None:
        raise BadInput("a login does not belong in the address of an OPC UA server; write `user` and `password_env`")
    host = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{host}:{port}").geturl()
