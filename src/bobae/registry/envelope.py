"""Signatures: DSSE envelopes around an in-toto statement that names every file of the package and its SHA-256.

Formats: DSSE v1.0.2 (secure-systems-lab/dsse), in-toto Attestation Framework, Statement v1. Any tool that knows them
can check a package with the signer's public key.
"""

import base64
import hashlib
import json
from collections.abc import Mapping

from bobae.core import Refused
from bobae.registry.container import is_signature
from bobae.registry.keys import SigningKey, TrustedKey, TrustList

_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_LARGEST = 64 * 1024


def statement(files: Mapping[str, bytes]) -> bytes:
    """What is signed: the name and SHA-256 of every file but the signatures."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if not is_signature(name)}
    return _json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": name, "digest": {"sha256": digests[name]}} for name in sorted(digests)],
            "predicateType": "urn:bobae:sealed-model:v1",
            "predicate": {},
        }
    )


def signed(files: Mapping[str, bytes], key: SigningKey) -> dict[str, bytes]:
    """The files and the key's signature over them; its earlier signature is replaced, others stay."""
    payload = statement(files)
    return {**files, _name(key.key_id): _envelope(payload, key.key_id, key.sign(_encoded(payload)))}


def signers(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The ids of the keys whose signatures lie in the package, checked or not."""
    return tuple(sorted(name.split("/")[1].split(".")[0] for name in files if is_signature(name)))


def trusted_signers(files: Mapping[str, bytes], trust: TrustList) -> tuple[TrustedKey, ...]:
    """The trusted keys that signed; every signature by a trusted key must be right.

    Raises:
        Refused: nobody trusted signed, or a signature is wrong.
    """
    ids = signers(files)
    if not ids:
        raise Refused("the package is not signed")
    keys = [key for key in map(trust.find, ids) if key is not None]
    if not keys:
        raise Refused(
            "signed with {keys}, a key that is not trusted here; trust it only when its owner told you this id",
            keys=", ".join(ids),
        )
    for key in keys:
        payload, signature = _opened(files[_name(key.key_id)])
        sound = files[_name(key.key_id)] == _envelope(payload, key.key_id, signature)
        if not sound or not key.signed(_encoded(payload), signature):
            raise Refused("the signature of {name} ({key}) is wrong", name=key.name, key=key.key_id)
    return tuple(keys)


def check_hashes(files: Mapping[str, bytes]) -> None:
    """Every signature speaks of exactly the files that are there.

    Raises:
        Refused: a file was changed, added or taken away after signing.
    """
    now = statement(files)
    for key_id in signers(files):
        payload, _ = _opened(files[_name(key_id)])
        if payload != now:
            raise Refused("files were changed after {key} signed them", key=key_id)


def _opened(envelope: bytes) -> tuple[bytes, bytes]:
    """The payload and the signature of an envelope."""
    try:
        if len(envelope) > _LARGEST:
            raise ValueError
        content = json.loads(envelope)
        payload = base64.b64decode(content["payload"], validate=True)
        return payload, base64.b64decode(content["signatures"][0]["sig"], validate=True)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Refused("a signature is damaged") from error


def _envelope(payload: bytes, key_id: str, signature: bytes) -> bytes:
    signatures = [{"keyid": key_id, "sig": base64.b64encode(signature).decode()}]
    whole = {"payload": base64.b64encode(payload).decode(), "payloadType": _PAYLOAD_TYPE, "signatures": signatures}
    return _json(whole)


def _encoded(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: type and payload with their lengths; neither can pose as the other."""
    return b"DSSEv1 %d %b %d %b" % (len(_PAYLOAD_TYPE), _PAYLOAD_TYPE.encode(), len(payload), payload)


def _name(key_id: str) -> str:
    return f"signatures/{key_id}.dsse.json"


def _json(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
