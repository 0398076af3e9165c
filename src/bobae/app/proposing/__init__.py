"""Tags proposed from names and address spaces, to be looked at by a person before they are written."""

from bobae.app.proposing.proposal import propose
from bobae.app.proposing.proposed import LeftOut, Proposal, ProposedAsset, ProposedTag, by_reason, speaks_of

__all__ = ["LeftOut", "Proposal", "ProposedAsset", "ProposedTag", "by_reason", "propose", "speaks_of"]
