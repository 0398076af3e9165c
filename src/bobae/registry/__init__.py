"""Sealed models: what was trained is what will run, and nothing else gets in.

Each name loads when it is first asked for: the catalogue below this folder needs no runtime for models.
"""

from typing import TYPE_CHECKING, Any

from bobae.core import LazyModule

if TYPE_CHECKING:
    from bobae.registry.gate import Check, Description, open_sealed, show, verify
    from bobae.registry.handed_on import FORMATS, files_for
    from bobae.registry.keys import SigningKey, TrustedKey, TrustList, own_key
    from bobae.registry.sealed import SealedModel, export, score_rows
    from bobae.registry.sealing import seal, sign
    from bobae.registry.trial import Proving

__all__ = [
    "FORMATS",
    "Check",
    "Description",
    "Proving",
    "SealedModel",
    "SigningKey",
    "TrustList",
    "TrustedKey",
    "export",
    "files_for",
    "open_sealed",
    "own_key",
    "score_rows",
    "seal",
    "show",
    "sign",
    "verify",
]

_WHERE = {
    "gate": ("Check", "Description", "open_sealed", "show", "verify"),
    "handed_on": ("FORMATS", "files_for"),
    "keys": ("SigningKey", "TrustList", "TrustedKey", "own_key"),
    "sealing": ("seal", "sign"),
    "sealed": ("SealedModel", "export", "score_rows"),
    "trial": ("Proving",),
}
_LATE = {name: LazyModule(f"bobae.registry.{module}") for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_LATE[name], name)
