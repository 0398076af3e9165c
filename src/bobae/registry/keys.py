"""Keys: this installation's own signing key, and the list of keys whose models may run here."""

import hashlib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from bobae.core import BadInput, Refused, UnknownName
from bobae.registry.durable import write_whole


@dataclass(frozen=True)
class SigningKey:
    """A private ed25519 key. Its signatures are deterministic: the same bytes signed twice give the same signature.

    Example:
        >>> len(SigningKey.new().sign(b"a model"))
        64
    """

    private: Ed25519PrivateKey

    @classmethod
    def new(cls) -> "SigningKey":
        """A fresh key from the system's random source."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> "SigningKey":
        """The key in a PKCS8 PEM file.

        Raises:
            BadInput: there is no ed25519 key in the file.
            Refused: others on this computer can read the file.
        """
        if sys.platform != "win32" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Refused(
                "the key file {path} can be read by others on this computer; run: chmod 600 {path}", path=path
            )
        try:
            private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadInput("{path} holds no ed25519 key in PEM form", path=path) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise BadInput("{path} holds no ed25519 key in PEM form", path=path)
        return cls(private)

    @property
    def key_id(self) -> str:
        """32 hexadecimal digits that name the key."""
        return _key_id(self.private.public_key())

    @property
    def public_pem(self) -> str:
        """The public half, to give to whoever is to trust models signed with this key."""
        return _pem(self.private.public_key())

    def sign(self, message: bytes) -> bytes:
        """The signature over a message, 64 bytes."""
        return self.private.sign(message)

    def private_pem(self) -> bytes:
        """The key as PKCS8 PEM, not encrypted."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


class TrustedKey(BaseModel):
    """A key whose models may run here: its id, whose it is, the public half as PEM, and since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str
    name: str
    public_key: str
    added: date

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over `message` was made with this key."""
        try:
            _public(self.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class TrustList(BaseModel):
    """Whose models may run here; kept in `trust.json` of bobae's own folder. Changing it gives a new list.

    Example:
        >>> key = SigningKey.new()
        >>> mine = TrustList().trust(key.public_pem, "line 3", added=date(2026, 1, 5))
        >>> [trusted.name for trusted in mine.keys], mine.find(key.key_id) is not None
        (['line 3'], True)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    keys: tuple[TrustedKey, ...] = ()

    @classmethod
    def read(cls, home: Path) -> "TrustList":
        """The list kept in the folder `home`; empty where there is none yet.

        Raises:
            BadInput: the file is not such a list.
        """
        path = home / "trust.json"
        if not path.exists():
            return cls()
        try:
            found = cls.model_validate_json(path.read_bytes())
            if any(_key_id(_public(key.public_key)) != key.key_id for key in found.keys):
                raise BadInput("{path}: a key does not have the id that stands beside it", path=path)
        except ValidationError as error:
            raise BadInput("{path} is not a list of trusted keys: {reason}", path=path, reason=error) from error
        return found

    def write(self, home: Path) -> None:
        """Keep the list in the folder `home`."""
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(home / "trust.json", self.model_dump_json(indent=2).encode() + b"\n")

    def trust(self, public_pem: str, name: str, *, added: date) -> "TrustList":
        """The list with one more key; a key that is on it already gets the new name.

        Raises:
            BadInput: that is no ed25519 public key in PEM form.
        """
        public = _public(public_pem)
        key = TrustedKey(key_id=_key_id(public), name=name, public_key=_pem(public), added=added)
        return TrustList(keys=(*(k for k in self.keys if k.key_id != key.key_id), key))

    def distrust(self, key: str) -> "TrustList":
        """The list without the key of that id or name.

        Raises:
            UnknownName: no key is called so.
        """
        kept = tuple(k for k in self.keys if key not in (k.key_id, k.name))
        if len(kept) == len(self.keys):
            known = [name for k in self.keys for name in (k.key_id, k.name)]
            raise UnknownName.among("no trusted key is called {name!r}; nearest: {nearest}", name=key, known=known)
        return TrustList(keys=kept)

    def find(self, key_id: str) -> TrustedKey | None:
        """The trusted key of that id, or None."""
        return next((key for key in self.keys if key.key_id == key_id), None)


def own_key(home: Path, *, name: str, today: date) -> SigningKey:
    """This installation's signing key, kept in `home`; made and trusted at its first use.

    Raises:
        BadInput: the key file is damaged.
        Refused: others on this computer can read it.
    """
    path = home / "key.pem"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = not path.exists() and _keep_first(path, SigningKey.new().private_pem())
    key = SigningKey.read(path)
    # without any list, the power went between key and list: nobody has distrusted the key
    if made or not (home / "trust.json").exists():
        TrustList.read(home).trust(key.public_pem, name, added=today).write(home)
    return key


def _keep_first(path: Path, data: bytes) -> bool:
    """Write a file only its owner can read; False where another process was quicker, whose file then stays."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        Path(draft).unlink()
    return True


def _public(pem: str) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInput("that is no ed25519 public key in PEM form") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput("that is no ed25519 public key in PEM form")
    return key


def _key_id(public: Ed25519PublicKey) -> str:
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:32]


def _pem(public: Ed25519PublicKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(encoding, form).decode()
