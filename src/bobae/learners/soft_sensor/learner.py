"""A quality value told from the machine's own signals, between two measurements (virtual metrology)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from bobae.core import Dataset, Floats, Fold, Input, NotEnoughEvidence, Role, Task
from bobae.core.model import Late
from bobae.frames import are_runs, last_rows
from bobae.graph import FillLast, Lags
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.columns import category_sizes, inputs_of, middles, step_of, targets_of
from bobae.learners.making.crossed import crossed
from bobae.learners.making.designs import Design, Lagged, Plain
from bobae.learners.making.domain import Domain
from bobae.learners.making.following import Followed, followed
from bobae.learners.making.heads import Examples, Learns, Owner
from bobae.learners.making.linear import PartialLeastSquares, Ridge
from bobae.learners.making.modes import ByMode, mode_columns
from bobae.learners.making.process import GaussianProcess
from bobae.learners.making.regressor import Regressor
from bobae.learners.making.rows import groups_of, readings
from bobae.learners.making.traced import Traced

FEWEST_MEASURED = 20
_LONG_RUN = 20  # rows of a run that make it worth looking back
_FEW_FOR_TREES = 100


@dataclass(frozen=True)
class SoftSensorLearner:
    """Several lines, a Gaussian process and boosted trees, of which the nearest on held-out groups is kept.

    Attributes:
        traces: whether a run of several rows with one result is the example; None: found.
        lags: rows looked back at; None: 3 where rows follow on each other in runs, else 0.
        candidates: of 'ridge', 'pls', 'modes' (these two, apart for each chamber, stage or recipe), 'squares',
            'process' and 'trees', those to try.
        trees, leaves, rate: of the boosted trees.
        members: ensembles that are averaged in the model.
        confidence: share of values that an interval is to hold.
        late_rows: so many rows later a measured value is known, and moves what is said from then on; None: never.
        late_s: a row that comes sooner after it than this does not know it yet.
    """

    name: ClassVar[str] = "soft_sensor"
    task: ClassVar[Task] = "soft-sensor"

    traces: bool | None = None
    lags: int | None = None
    candidates: tuple[str, ...] = ("ridge", "pls", "modes", "squares", "process", "trees")
    trees: int = 250
    leaves: int = 15
    rate: float = 0.04
    members: int = 3
    confidence: float = 0.9
    late_rows: int | None = None
    late_s: float | None = None

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        return asdict(self) | {"candidates": list(self.candidates)}

    def fit(self, data: Dataset, *, folds: Sequence[Fold], seed: int, budget_s: float | None = None) -> Regressor:
        """See `Predictor`.

        Raises:
            NotEnoughEvidence: fewer than twenty measured values.
        """
        y, groups = targets_of(data), groups_of(data)
        traced = self.traces if self.traces is not None else are_runs(y, groups)
        y = np.where(last_rows(groups), y, np.nan) if traced else y
        known = np.isfinite(y)
        if known.sum() < FEWEST_MEASURED:
            raise NotEnoughEvidence(
                "{rows} measured values are too few to learn from; at least {fewest} are needed",
                rows=int(known.sum()),
                fewest=FEWEST_MEASURED,
            )
        inputs = inputs_of(data)
        sizes = category_sizes(inputs)
        read = readings(data, inputs)
        if traced:
            design: Design = Traced.learned(read.x, read.gap, sizes, step=step_of(inputs), seed=seed)
        else:
            design = self._design(read.x, sizes, runs=len(np.unique(groups)))
        owner = Owner(design.owner, len(inputs))
        witnesses = groups if len(np.unique(groups)) > 2 else np.arange(len(y), dtype=np.int64)
        columns = design.run(read.x, read.gap)
        modes = mode_columns(columns, known, owner.sizes(sizes), owner)
        found = crossed(
            Examples(columns, y, witnesses, np.ones(len(y)), owner),
            self._kinds(owner.sizes(sizes), int(known.sum()), {inputs[i].name: c for i, c in modes.items()}),
            folds,
            seed=seed,
            confidence=self.confidence,
            members=self.members,
            budget_s=budget_s,
        )
        late = None if traced else self._late(data, y)  # a run's one result stands in all its rows
        kept = Followed(None, found.bands, found.held_out)
        if late is not None and late.late is not None:
            kept = followed(found, late.late.rows, late.read(data), read.gap, witnesses, confidence=self.confidence)
        return Regressor(
            inputs=inputs if kept.bias is None or late is None else (*inputs, late),
            design=design,
            heads=found.heads,
            bands=kept.bands,
            least=-np.inf,
            most=np.inf,
            domain=Domain.learned(
                read.x, np.zeros(len(y), dtype=np.int64), sizes, witnesses, modes=tuple(sorted(modes))
            ),
            horizon=None,
            sampling_s=read.sampling_s,
            max_gap_s=read.max_gap_s,
            held_out=kept.held_out,
            bias=kept.bias,
        )

    def _late(self, data: Dataset, y: Floats) -> Input | None:
        """What goes in once it is known: the measured value itself; None where nobody waits for it."""
        if self.late_rows is None:
            return None
        name = data.names(Role.TARGET)[0]
        seen = y[np.isfinite(y)]
        late = Late(rows=self.late_rows, least_s=self.late_s)
        return Input(name=name, unit=data.column(name).unit, low=seen.min(), high=seen.max(), late=late)

    def _design(self, x: np.ndarray, sizes: tuple[int, ...], *, runs: int) -> Design:
        lags = self.lags if self.lags is not None else 3 * (len(x) >= _LONG_RUN * runs)
        if not lags:
            none = np.empty((0, 2), dtype=np.int64)
            return Plain(len(sizes), none, none)
        return Lagged(FillLast(middles(x, sizes)), Lags(lags, len(sizes)))

    def _kinds(self, sizes: tuple[int, ...], measured: int, modes: Mapping[str, int]) -> dict[str, Learns]:
        """The candidates, cheapest first; `modes` are columns by the name of the input that they hold."""
        lines: dict[str, Learns] = {"ridge": Ridge(sizes), "pls": PartialLeastSquares(sizes)}
        others: dict[str, Learns] = {
            "squares": Ridge(sizes, squares=True),
            "process": GaussianProcess(sizes),
            "trees": Boosting(trees=self.trees, leaves=self.leaves, rate=self.rate, least_rows=20),
        }
        few = {"trees"} if measured < _FEW_FOR_TREES else set()
        kinds = {name: kind for name, kind in (lines | others).items() if name in self.candidates and name not in few}
        if "modes" not in self.candidates:
            return kinds
        apart = {f"{name} by {mode}": ByMode(line, at) for name, line in lines.items() for mode, at in modes.items()}
        first = {name: kinds.pop(name) for name in lines if name in kinds}
        return first | apart | kinds
