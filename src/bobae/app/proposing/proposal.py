"""Tags proposed from what a source offers: asset, name, unit and range of each, and why some are left out."""

from collections.abc import Sequence

from bobae.app.proposing.kinds import with_classes
from bobae.app.proposing.left_out import sorted_out
from bobae.app.proposing.naming import Drafts
from bobae.app.proposing.places import owners_in
from bobae.app.proposing.proposed import LeftOut, Proposal, speaks_of
from bobae.app.proposing.words import is_hungarian, parts_of
from bobae.core import Offered, Plant, text

_SHARE = 0.6  # of names that begin with a letter for their type, where that is how a program is written


def propose(
    offered: Sequence[Offered],
    source: str,
    *,
    plant: Plant | None = None,
    below: str = "",
    wanted: Sequence[str] = (),
    ways: Sequence[str] = (),
) -> Proposal:
    """Tags for what a source offers.

    Args:
        offered: all of it.
        source: its name in plant.yaml; a machine without a name is called so.
        plant: what there is already, which stays as it is.
        below: area/line that all of it belongs to.
        wanted: texts; only variables with one of them in path or address are proposed. None: all.
        ways: first parts of a path that say how a variable is had; one that is had in several is proposed in the first.
    """
    tags = plant.tags() if plant else []
    there = {str(tag.address): path for path, tag in tags if tag.source == source and tag.address is not None}
    fit, left_out = sorted_out(offered, ways, there)
    names = [parts_of(one.path or one.address)[-1] for one in fit]
    hungarian = bool(names) and sum(map(is_hungarian, names)) >= _SHARE * len(names)
    drafts = Drafts(source, plant, below, there)
    for owner in owners_in(fit, hungarian=hungarian):  # what is there already tells where what is new belongs
        drafts.add(owner)
    new = [one for one in fit if one.address not in there]
    asked = {one.address for one in new if speaks_of(one, wanted)}
    why = text("is not among what was asked for by --filter")
    addresses = {one.address for one in offered}
    return Proposal(
        assets=tuple(with_classes(drafts.assets(asked), plant)),
        left_out=(*left_out, *(LeftOut(one, why) for one in new if one.address not in asked)),
        known=len(addresses & there.keys()),
        vanished=tuple(path for address, path in there.items() if address not in addresses),
    )
