"""What a prediction is worth in money: of parts told good or bad, what its mistakes cost against a simple rule's."""

import numpy as np

from bobae.core import Floats, HeldOut, text
from bobae.evidence.intervals import Figure, block_bootstrap
from bobae.evidence.value import money
from bobae.train.predicting.posed import Asked, Posed, Said
from bobae.train.proven import MoneyOutcome

_PER = 1000


def worth(posed: Posed, held: HeldOut, best: Said, asked: Asked, currency: str) -> MoneyOutcome:
    """Saved for each thousand parts against the cheapest way to do without the model; only for two kinds with costs.

    Without a model one passes all, rejects all, or follows the best simple rule, whichever costs least.
    """
    if len(posed.target.classes) != 2 or asked.costs is None:
        said = text("What it saves depends on what is done with the number; bobae knows no cost of that.")
        if posed.target.classes:
            said = text(
                "What it saves can be said for two kinds of result and your own costs: --costs missed=..,false=.."
            )
        return MoneyOutcome(currency=currency, saved=Figure(np.nan), per="thousand", costs={}, said=said)
    at = np.flatnonzero(held.tried & posed.known)
    truth = posed.truth[at].astype(np.int64)
    rare = int(np.bincount(truth, minlength=2).argmin())
    bad, costs = truth == rare, asked.costs

    def spent(told: Floats) -> Floats:
        return np.where(bad & (told != rare), costs[0], 0.0) + np.where(~bad & (told == rare), costs[1], 0.0)

    chance = best.answers["chances"][at, rare]
    by_rule = np.where(chance * costs[0] > (1.0 - chance) * costs[1], rare, 1 - rare).astype(np.float64)
    others = [spent(by_rule), spent(np.full(len(at), float(rare))), spent(np.full(len(at), float(1 - rare)))]
    other = min(others, key=lambda each: float(each.sum()))
    gain = other - spent(held.answers["prediction"][at])
    blocks = np.unique(posed.folding.groups[at], return_inverse=True)[1]
    sums = np.stack([np.bincount(blocks, gain), np.bincount(blocks).astype(np.float64)], axis=1)
    saved = block_bootstrap(sums, lambda totals: _PER * totals[..., 0] / totals[..., 1], seed=asked.seed)
    said = text(
        "For each thousand parts it would save about {saved} {unit} ({low} to {high}) at your own costs, against the "
        "cheapest way to do without it.",
        saved=money(saved.value),
        low=money(saved.low),
        high=money(saved.high),
        unit=currency,
    )
    spent_on = {"missed": costs[0], "false": costs[1]}
    return MoneyOutcome(currency=currency, saved=saved, per="thousand", costs=spent_on, said=said)
