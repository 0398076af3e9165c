"""Whether the lots of a product can fill its batches, and where that has to be looked at lot by lot."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bobae.core import BadInput
from bobae.flow.kernel import words as w
from bobae.flow.layout import Records


def may_fall_short(steps: Records, routes: Any, lots: Records, names: Sequence[tuple[str, str]]) -> Any:
    """Of each step, whether enough pieces may wait for a batch and yet not fit into one.

    A batch is filled lot by lot until none that waits fits any more. With lots of one size it then holds as many as
    there is room for; with several it may lack as much as the largest, less one piece.

    Args:
        steps: of the plant.
        routes: (products, 2), first step and the step after the last.
        lots: product and pieces of whatever may come in.
        names: (product, step) of each step.

    Returns:
        Of each step True or False.

    Raises:
        BadInput: a lot is larger than a batch may be, or no number of lots comes to one.
    """
    short = np.zeros(len(steps), bool)
    for product, (first, end) in enumerate(routes):
        sizes = sorted(set(lots["pieces"][lots["product"] == product].tolist()))
        for step in range(first, end):
            fewest, most = int(steps["batch_min"][step]), int(steps["batch_max"][step])
            if steps["per"][step] != w.BATCH or most == 0 or not sizes:
                continue
            told = dict(zip(("product", "step"), names[step], strict=True)) | {"fewest": fewest, "most": most}
            if sizes[-1] > most:
                raise BadInput(
                    "product {product}, step {step}: a lot has {pieces} pieces and a batch at most {most}; make the "
                    "batch larger or the lots smaller",
                    pieces=sizes[-1],
                    **told,
                )
            if not _comes_to(sizes, fewest, most):
                raise BadInput(
                    "product {product}, step {step}: no number of its lots comes to {fewest} to {most} pieces, so no "
                    "batch would ever begin; choose other bounds or lots of other sizes",
                    **told,
                )
            short[step] = len(sizes) > 1 and most - sizes[-1] + 1 < fewest
    return short


def _comes_to(sizes: list[int], fewest: int, most: int) -> bool:
    reached = {0}
    for _ in range(most):
        reached |= {total + size for total in reached for size in sizes if total + size <= most}
        if any(total >= max(fewest, 1) for total in reached):
            return True
    return False
