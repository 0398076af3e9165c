"""A session with a server: encrypted as plant.yaml says, logged in, and with the server that is known only."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asyncua import Client, ua
from asyncua.crypto import security_policies, uacrypto

from bobae.connectors.opcua.certificates import Identity, identity, known, remember, thumbprint
from bobae.connectors.opcua.failures import CERTIFICATE, told
from bobae.connectors.opcua.settings import ANY_POLICY, POLICIES, OpcUaSettings
from bobae.core import Refused

_SESSION_S = 60.0  # a server with few sessions gets back soon what a killed client held
_PROBE_S = 60.0  # asyncua's own watchdog ends a connection that was only slow; ours is the one that judges
_URI = "http://opcfoundation.org/UA/SecurityPolicy#"
_CLEAR = (None, "", f"{_URI}None")
_MODES = {
    "none": ua.MessageSecurityMode.None_,
    "sign": ua.MessageSecurityMode.Sign,
    "sign_and_encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}
_CLASSES: dict[str, Any] = {
    "Aes256_Sha256_RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128_Sha256_RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
}


class Session(Client):  # type: ignore[misc]
    """asyncua's client, which trusts and tells no server that is not known.

    Args:
        settings: of the source.
        folder: of the source: bobae's certificate and the server's lie there.
    """

    def __init__(self, settings: OpcUaSettings, folder: Path | None) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # what it logs is told by what we raise
        super().__init__(settings.url, timeout=settings.timeout_s, watchdog_intervall=_PROBE_S)
        self._settings = settings
        self._folder = folder
        self._me: Identity | None = None
        self._shown: bytes | None = None
        self.name, self.application_uri = "bobae", "urn:bobae:collect"
        self.session_timeout = int(1000 * max(_SESSION_S, 10 * settings.publishing_ms / 1000, 10 * settings.poll_s))
        if settings.user is not None:
            self.set_user(settings.user)
            self.set_password(settings.password or "")

    async def enter(self) -> None:
        """Connect and log in.

        Raises:
            Unreachable: nobody answers.
            Refused: wrong login, another certificate than the one known, or no end point as wished.
        """
        with told(self._settings.url):
            try:
                if self._settings.security != "none":
                    await self._secure()
                await self.connect()
                self._remember()
            except ConnectionRefusedError:
                raise
            except (ua.UaError, ConnectionError) as error:
                self._tell_untrusted(error)
                await self._tell_secure_only(error)
                raise

    async def activate_session(self, *args: Any, **more: Any) -> ua.ActivateSessionResult:
        """Log in; a password is shown to the server that is known only, and to nobody on the way."""
        if self._settings.user is not None:
            policy = self.server_policy(ua.UserTokenType.UserName)
            if policy.SecurityPolicyUri in _CLEAR:
                self._allow_clear()
            elif self.security_policy.peer_certificate is None:
                raise Refused("{url} shows no certificate to encrypt the password with", url=self._settings.url)
            elif self._settings.security == "none":
                self._known(self.security_policy.peer_certificate)
        return await super().activate_session(*args, **more)

    async def leave(self, broken: bool) -> None:
        """Let go; a server that is not there any more is not waited for."""
        protocol = self.uaclient.protocol
        if broken and protocol is not None and protocol.transport is not None:
            protocol.transport.abort()
            await asyncio.sleep(0)  # the transport reports its end in the next round of the loop
        await self.disconnect()  # never raises; waits no longer than one answer may take

    async def _secure(self) -> None:
        """Choose the end point, make sure that the server is the one known, and bring the keys."""
        assert self._folder is not None  # looked at where the connector is made
        offered = await self.connect_and_get_server_endpoints()
        endpoint, policy = _chosen(offered, self._settings)
        server = uacrypto.x509_from_der(endpoint.ServerCertificate)
        if server is None:
            raise Refused("{url} shows no certificate", url=self._settings.url)
        self._known(uacrypto.der_from_x509(server))
        self._me = await asyncio.to_thread(identity, self._folder)
        self.application_uri = self._me.uri
        mode = _MODES[self._settings.security]
        self.security_policy = _CLASSES[policy](server, self._me.certificate, self._me.key, mode)
        self.uaclient.set_security(self.security_policy)

    def _known(self, server: bytes) -> None:
        self._shown = server
        known(server, host=self._host, said=self._settings.server_certificate, folder=self._folder)

    def _remember(self) -> None:
        """The server of a session that stands has the key of what it has shown."""
        if self._shown is not None and self._folder is not None and self._settings.server_certificate is None:
            remember(self._shown, host=self._host, folder=self._folder)

    @property
    def _host(self) -> str:
        return self.server_url.hostname or ""

    def _allow_clear(self) -> None:
        hidden = self.security_policy.Mode == ua.MessageSecurityMode.SignAndEncrypt
        if not hidden and not self._settings.clear_password:
            raise Refused(
                "{url} would have the password sent for all to read; write security: sign_and_encrypt, or "
                "clear_password: true where nobody else is on the network",
                url=self._settings.url,
            )

    def _tell_untrusted(self, error: Exception) -> None:
        if self._me is not None and isinstance(error, ua.UaStatusCodeError) and error.code in CERTIFICATE:
            raise Refused(
                "{url} does not accept bobae's certificate ({why}); have it trust {file} (SHA-256 {thumbprint})",
                url=self._settings.url,
                why=ua.StatusCode(error.code).name,
                file=self._me.file,
                thumbprint=thumbprint(self._me.file.read_bytes()),
            ) from error

    async def _tell_secure_only(self, error: Exception) -> None:
        if self._settings.security != "none":
            return
        offered: Sequence[ua.EndpointDescription] = ()
        with contextlib.suppress(ua.UaError, OSError, TimeoutError):
            offered = await self.connect_and_get_server_endpoints()
        if offered and all(one.SecurityMode != ua.MessageSecurityMode.None_ for one in offered):
            raise _none_fits(offered, self._settings) from error


def _chosen(offered: Sequence[ua.EndpointDescription], settings: OpcUaSettings) -> tuple[ua.EndpointDescription, str]:
    """The end point as wished, with the strongest policy that may be used."""
    mode = _MODES[settings.security]
    for policy in POLICIES if settings.policy == ANY_POLICY else (settings.policy,):
        for one in offered:
            if one.SecurityMode == mode and one.SecurityPolicyUri == _URI + policy:
                return one, policy
    raise _none_fits(offered, settings)


def _none_fits(offered: Sequence[ua.EndpointDescription], settings: OpcUaSettings) -> Refused:
    words = {mode: word for word, mode in _MODES.items()}
    there = {(words.get(one.SecurityMode, "?"), (one.SecurityPolicyUri or "").removeprefix(_URI)) for one in offered}
    return Refused(
        "{url} offers no end point with security: {security}, policy: {policy}; it offers: {there}. Write one of these",
        url=settings.url,
        security=settings.security,
        policy=settings.policy,
        there="; ".join(f"security: {word}, policy: {policy}" for word, policy in sorted(there)) or "-",
    )
