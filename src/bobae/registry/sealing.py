"""Sealing: a candidate becomes one signed file that passes the import gate, or no file at all."""

from datetime import date
from pathlib import Path

from bobae.core import Candidate, Refused
from bobae.registry.container import pack, unpack
from bobae.registry.contents import files_of
from bobae.registry.durable import write_whole
from bobae.registry.envelope import signed
from bobae.registry.gate import examine, read_package
from bobae.registry.keys import SigningKey, TrustList
from bobae.registry.sealed import SealedModel


def seal(candidate: Candidate, path: Path, *, key: SigningKey) -> SealedModel:
    """Write the candidate to `path`, signed with `key`; the same candidate and key give the same bytes.

    Raises:
        BadInput: the candidate cannot be written, or the folder cannot be written to.
        Refused: it would not pass the gate, for example because the graph does not reproduce its reference here.
    """
    return _checked_and_written(files_of(candidate), path, key)


def sign(path: Path, *, key: SigningKey) -> SealedModel:
    """Add `key`'s signature to a package that is right but for its signatures: you vouch for it from now on.

    Raises:
        BadInput: the file cannot be read or written.
        Refused: its contents would not pass the gate.
    """
    data = read_package(path)
    try:
        return _checked_and_written(unpack(data), path, key)
    except Refused as refused:
        raise Refused("{path} is refused: {reason}", path=path.name, reason=refused.text) from refused


def _checked_and_written(files: dict[str, bytes], path: Path, key: SigningKey) -> SealedModel:
    data = pack(signed(files, key))
    mine = TrustList().trust(key.public_pem, key.key_id, added=date.min)
    model = examine(data, mine, lambda _: None)
    write_whole(path, data)
    return model
