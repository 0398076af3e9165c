"""Models that differ in nothing but their asset, scored together: each row of all of them in one call.

Few are scored one by one, bit for bit as in a backtest. From `FEWEST` on they share one session with a row for each.
The last bit of a score may then differ, since a product of matrices is summed in another order; that decisions do not
is proved with the sealed reference windows before a row is scored so.
"""

import logging
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from bobae.core import Bools, Floats, Ints, Text, text
from bobae.core.model import UNSEEN
from bobae.graph import Runner, Streams
from bobae.registry.reproduce import reproduce_at_once
from bobae.serve.live_model import NS, LiveModel

FEWEST = 8
_NEVER = -1
_log = logging.getLogger("bobae.serve")


class Words:
    """What the store's numbers mean as words.

    Args:
        texts: every text that a number of a text tag can stand for.
        tags: which tags are texts.
    """

    def __init__(self, texts: Sequence[str], tags: Collection[str]) -> None:
        self._texts, self._tags = texts, tags

    def holds(self, tag: str) -> bool:
        """Whether a tag's numbers stand for texts."""
        return tag in self._tags

    def __call__(self, tag: str, value: float) -> str:
        """The word that a number of a tag stands for."""
        return self._texts[int(value)] if tag in self._tags else str(value)


class _Alone:
    """Each model with a session of its own."""

    def __init__(self, models: Sequence[LiveModel]) -> None:
        self._runners = [Runner(model.graph, model.contract) for model in models]

    def step(self, x: Floats, gap: Floats, at: Ints) -> Mapping[str, Floats]:
        rows = [self._runners[place].step(x[i], gap=float(gap[i])) for i, place in enumerate(at.tolist())]
        return {name: np.stack([row[name] for row in rows]) for name in rows[0]}

    def add(self, models: Sequence[LiveModel]) -> None:
        self._runners += [Runner(model.graph, model.contract) for model in models]

    def keep(self, at: Ints) -> None:
        self._runners = [self._runners[place] for place in at.tolist()]


class _AtOnce:
    """All models with one session."""

    def __init__(self, models: Sequence[LiveModel]) -> None:
        self._streams = Streams(models[0].graph, models[0].contract, len(models))

    def step(self, x: Floats, gap: Floats, at: Ints) -> Mapping[str, Floats]:
        return self._streams.step(x, gap, at)

    def add(self, models: Sequence[LiveModel]) -> None:
        self._streams.more(len(models))

    def keep(self, at: Ints) -> None:
        self._streams.keep(at)


class Together:
    """Models that are alike, with the state of each.

    Args:
        models: one or more, all alike.
    """

    def __init__(self, models: Sequence[LiveModel]) -> None:
        self.models = list(models)
        self._engine: _Alone | _AtOnce = _AtOnce(models) if _may_be_scored_at_once(models) else _Alone(models)
        self._before_ns = np.full(len(models), _NEVER, dtype=np.int64)
        contract = models[0].contract
        self._longest_ns = np.inf if contract.max_gap_s is None else contract.max_gap_s * NS
        self._known = {
            i: {category: float(n) for n, category in enumerate(wanted.categories)}
            for i, wanted in enumerate(contract.inputs)
            if wanted.categories is not None
        }

    def row(self, time_ns: int, values: Floats, words: Words, at: Ints) -> tuple[Floats, Bools, Mapping[str, Floats]]:
        """The next row of some of the models; one without any value is passed over, as in a cut.

        Args:
            time_ns: of the row.
            values: as the store has them (rows, inputs), NaN where missing.
            words: what the store's numbers mean, for inputs that are categories.
            at: which model each row is of (rows,).

        Returns:
            The inputs (rows, inputs), which of the rows were scored (rows,), and their answers (scored, *shape).
        """
        x = self._coded(values, words, at)
        there: Bools = np.asarray(~np.isnan(x).all(axis=1))
        if not there.any():
            return x, there, {}
        some = at[there]
        before = self._before_ns[some]
        gap = np.where(before == _NEVER, 2.0, (time_ns - before > self._longest_ns).astype(np.float64))
        self._before_ns[some] = time_ns
        return x, there, self._engine.step(x[there], gap, some)

    def add(self, models: Sequence[LiveModel]) -> Ints:
        """More models like these, which have seen nothing yet; their places."""
        self._engine.add(models)
        first = len(self.models)
        self.models += models
        self._before_ns = np.append(self._before_ns, np.full(len(models), _NEVER, dtype=np.int64))
        return np.arange(first, len(self.models))

    def keep(self, at: Ints) -> None:
        """Only these models from now on."""
        self._engine.keep(at)
        self.models = [self.models[place] for place in at.tolist()]
        self._before_ns = self._before_ns[at]

    def _coded(self, values: Floats, words: Words, at: Ints) -> Floats:
        x = values.copy()
        for i, known in self._known.items():
            seen: dict[tuple[float, bool], float] = {}
            for row in np.flatnonzero(~np.isnan(x[:, i])).tolist():
                tag = self.models[at[row]].tags[i]
                key = (x[row, i], words.holds(tag))
                if key not in seen:
                    seen[key] = known.get(words(tag, x[row, i]), UNSEEN)
                x[row, i] = seen[key]
        return x


def _may_be_scored_at_once(models: Sequence[LiveModel]) -> bool:
    first = models[0]
    if len(models) < FEWEST or first.proof is None:
        return False
    try:
        reproduce_at_once(first.graph, first.contract, first.proof.reference, first.proof.tolerance)
    except Exception as error:  # noqa: BLE001 - whatever the runtime says: such a graph takes one row, which is no fault
        _log.warning("%s", _told(first, error))
        return False
    return True


def _told(model: LiveModel, error: Exception) -> Text:
    return text(
        "the assets of {model} are scored one by one, which takes more time: its graph does not give the same for "
        "many at once ({why})",
        model=model.name,
        why=error,
    )
