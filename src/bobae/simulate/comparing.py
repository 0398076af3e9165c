"""Two plants side by side: the same chance, so what differs is the decision."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bobae.evidence.intervals import Figure
from bobae.flow import Plan
from bobae.simulate.changing import differences
from bobae.simulate.figures import Key
from bobae.simulate.study import Span, Study, paired, study


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a decision changes.

    Attributes:
        before: the plant as it is.
        after: the plant as it would be.
        changes: place, what stands there now, what would stand there.
        figures: figure -> (before, after, difference run by run); those that both plants have.
    """

    before: Study
    after: Study
    changes: list[tuple[str, Any, Any]]
    figures: dict[Key, tuple[Figure, Figure, Figure]]


def whatif(
    before: Plan,
    after: Plan,
    span: Span,
    *,
    runs: int,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run both, run by run with the same chance.

    A difference whose interval holds 0 is no difference that these runs can tell.
    """
    one = study(before, span, runs=runs, seed=seed, progress=progress)
    other = study(after, span, runs=runs, seed=seed, progress=progress)
    shared = [key for key in one.runs if key in other.runs]
    told = {key: (one.figure(key), other.figure(key), paired(one, other, key)) for key in shared}
    return Comparison(one, other, differences(before.production, after.production), told)
