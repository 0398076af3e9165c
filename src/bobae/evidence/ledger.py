"""The ledger's arithmetic: what alarms were worth, where most of them nobody has judged.

An alarm that a person called useful is worth the fault that it spared, less what the delay cost; one called false costs
what looking into it costs. Of the others nobody knows: how many were useful follows from those that were judged
(Jeffreys' prior, a Beta distribution with 1/2 and 1/2), so the sum has an interval that shrinks as people answer.
"""

from dataclasses import dataclass

import numpy as np

from bobae.evidence.intervals import CONFIDENCE, Figure

DRAWS = 4_000
_PRIOR = 0.5
LEAST_JUDGED = 5  # alarms, before a model may be called one that loses money


@dataclass(frozen=True)
class Booked:
    """What is known of the alarms of one model over some time.

    Attributes:
        useful: what each alarm that was called useful saved.
        false: what each alarm that was called false cost, above zero.
        unjudged: how many nobody judged.
        missed: what each fault cost that nobody was warned of; a loss that the model did not cause.
        each_useful: what a useful one of the unjudged would have saved.
        each_false: what a false one of the unjudged would have cost.
    """

    useful: tuple[float, ...] = ()
    false: tuple[float, ...] = ()
    unjudged: int = 0
    missed: tuple[float, ...] = ()
    each_useful: float = 0.0
    each_false: float = 0.0

    @property
    def judged(self) -> int:
        """How many alarms a person judged."""
        return len(self.useful) + len(self.false)

    @property
    def known(self) -> float:
        """What the judged ones brought, less what they cost."""
        return sum(self.useful) - sum(self.false)


@dataclass(frozen=True)
class Worth:
    """What a model brought over some time.

    Attributes:
        saved: money, with its interval; below zero: it cost more than it saved.
        losing: how sure it is that it cost more than it saved, 0 - 1.
        useful: share of its alarms that were useful, with its interval.
    """

    saved: Figure
    losing: float
    useful: Figure


def worth(booked: Booked, *, seed: int = 0) -> Worth:
    """What the alarms brought: the judged ones exactly, the others by how the judged ones came out.

    The share of useful ones is drawn from its posterior, the number among the unjudged from a binomial; nothing is said
    of what the next months bring.

    Example:
        >>> all_judged = worth(Booked(useful=(5e6,), false=(2e5, 2e5)))
        >>> all_judged.saved.value, all_judged.losing
        (4600000.0, 0.0)
    """
    rng = np.random.default_rng(seed)
    share = rng.beta(_PRIOR + len(booked.useful), _PRIOR + len(booked.false), DRAWS)
    useful = rng.binomial(booked.unjudged, share)
    drawn = booked.known + useful * booked.each_useful - (booked.unjudged - useful) * booked.each_false
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    expected = (_PRIOR + len(booked.useful)) / (2 * _PRIOR + booked.judged)
    value = booked.known + booked.unjudged * (expected * booked.each_useful - (1 - expected) * booked.each_false)
    shares = np.quantile(share, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Worth(
        saved=Figure(value, min(float(low), value), max(float(high), value)),
        losing=float((drawn < 0).mean()),
        useful=Figure(expected, float(shares[0]), float(shares[1])) if booked.judged else Figure(float("nan")),
    )


def loses(booked: Booked, found: Worth, *, sure: float = 0.9) -> bool:
    """Whether a model is to be proposed for retirement: enough was judged, and it is as good as sure that it loses."""
    return booked.judged >= LEAST_JUDGED and found.losing >= sure
