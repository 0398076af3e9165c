"""Tags proposed from names and address spaces, to be looked at by a person before they are written."""

from bobae.app.proposing.proposal import LeftOut, Proposal, ProposedAsset, ProposedTag, by_reason, propose

__all__ = ["LeftOut", "Proposal", "ProposedAsset", "ProposedTag", "by_reason", "propose"]
