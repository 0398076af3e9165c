"""How a secret or a password is recognised without being kept: argon2id, and scrypt as it was once."""

import hashlib
import hmac
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

_HASHER = PasswordHasher()  # RFC 9106, the second recommended choice: 64 MiB, 3 passes, 4 lanes
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""What no secret fits, at the cost of any other: a name that nobody has takes as long."""


def to_recognise(secret: str) -> str:
    """What is kept of a secret."""
    return _HASHER.hash(_plain(secret))


def recognises(kept: str, secret: str) -> bool:
    """Whether that was the secret."""
    if kept.startswith("scrypt:"):
        _, cost, block, lanes, salt, digest = kept.split(":")
        found = hashlib.scrypt(
            secret.strip().encode(), salt=bytes.fromhex(salt), n=int(cost), r=int(block), p=int(lanes), dklen=32
        )
        return hmac.compare_digest(found.hex(), digest)
    try:
        return _HASHER.verify(kept, _plain(secret))
    except VerificationError:
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was made otherwise than it would be now."""
    return kept.startswith("scrypt:") or _HASHER.check_needs_rehash(kept)


def _plain(secret: str) -> str:
    """In one form, whichever way its letters were put together; a copied space around it does not matter."""
    return unicodedata.normalize("NFC", secret).strip()
