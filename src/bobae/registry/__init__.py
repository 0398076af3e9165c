"""Sealed models: what was trained is what will run, and nothing else gets in."""

from bobae.registry.gate import Check, Description, open_sealed, show, verify
from bobae.registry.keys import SigningKey, TrustedKey, TrustList, own_key
from bobae.registry.seal import seal, sign
from bobae.registry.sealed import SealedModel, export, score_rows
from bobae.registry.trial import Proving

__all__ = [
    "Check",
    "Description",
    "Proving",
    "SealedModel",
    "SigningKey",
    "TrustList",
    "TrustedKey",
    "export",
    "open_sealed",
    "own_key",
    "score_rows",
    "seal",
    "show",
    "sign",
    "verify",
]
