"""Live rows through sealed models: each row as soon as it has settled, with the score that the backtest would give it.

A row of time t is read from the store once everything received until t + settle is there, through the kernel that
training reads through, and only from what had been received by then. So a later reading with the same `settle_ns`
gives the same row, bit for bit, and the same model the same score.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Contract, Floats, Frame, StoreReader
from bobae.core.model import UNSEEN
from bobae.graph import Runner

NS = 1_000_000_000
_MOST_ROWS = 500  # that are read at once when scoring is behind
WARM_ROWS = 2_000  # of history that a model sees before its first live row


@dataclass(frozen=True, eq=False)
class LiveRow:
    """What a model said about one row.

    Attributes:
        model: its name in the line.
        time_ns: of the row, ns UTC.
        x: the model's inputs (inputs,), NaN where missing.
        answers: output name -> (*shape); None where every input was missing, so that nothing can be said.
    """

    model: str
    time_ns: int
    x: Floats
    answers: Mapping[str, Floats] | None


class LiveModel:
    """One sealed model on the tags of one asset.

    Args:
        name: in the line.
        tags: path of each input of the contract, in its order.
        contract: what goes in and out; its sampling is the step between rows.
        graph: the sealed graph.
    """

    def __init__(self, name: str, tags: Sequence[str], contract: Contract, graph: bytes) -> None:
        self.name, self.tags, self.contract = name, tuple(tags), contract
        # three digits: the median of jittered clocks is no round number, and rows stand on whole steps
        self.step_ns = round(float(f"{contract.sampling_s or 1.0:.3g}") * NS)
        self._runner = Runner(graph, contract)
        self._before_ns: int | None = None
        self._known = {
            i: {category: float(n) for n, category in enumerate(wanted.categories)}
            for i, wanted in enumerate(contract.inputs)
            if wanted.categories is not None
        }

    def row(self, time_ns: int, values: Floats, word: Callable[[str, float], str]) -> LiveRow:
        """The next row through the model; one without any value is passed over, as in a cut.

        Args:
            time_ns: of the row.
            values: as the store has them (inputs,), NaN where missing.
            word: what the store's number of a tag means as a word, for inputs that are categories.
        """
        x = values.copy()
        for i, known in self._known.items():
            if not np.isnan(x[i]):
                x[i] = known.get(word(self.tags[i], x[i]), UNSEEN)
        if np.isnan(x).all():
            return LiveRow(self.name, time_ns, x, None)
        gap = 0.0
        if self._before_ns is None:
            gap = 2.0
        elif time_ns - self._before_ns > (self.contract.max_gap_s or np.inf) * NS:
            gap = 1.0
        self._before_ns = time_ns
        return LiveRow(self.name, time_ns, x, self._runner.step(x, gap=gap))


class Line:
    """All models that watch one plant. Models of one step share each reading of the store.

    Args:
        models: those that watch.
        settle_ns: how long after its time a row is taken as complete; what comes later, comes too late for it.
        from_ns: everything received until then can be read. What has settled by then is history; what settles later
            is scored.
    """

    def __init__(self, models: Sequence[LiveModel], *, settle_ns: int, from_ns: int) -> None:
        steps = sorted({model.step_ns for model in models})
        self._groups = [
            _Group([m for m in models if m.step_ns == step], step, settle_ns, (from_ns - settle_ns) // step * step)
            for step in steps
        ]

    def warm(self, store: StoreReader, rows: int = WARM_ROWS) -> None:
        """Show the models the rows before the first live one, so that they begin as if they had never stopped."""
        for group in self._groups:
            group.warm(store, rows)

    def settled(self, store: StoreReader, complete_ns: int) -> Iterator[LiveRow]:
        """Every row that has settled by now, in time order within each step.

        Args:
            store: where the rows are read.
            complete_ns: everything received until then can be read.
        """
        for group in self._groups:
            yield from group.settled(store, complete_ns)


class _Group:
    def __init__(self, models: Sequence[LiveModel], step_ns: int, settle_ns: int, done_ns: int) -> None:
        self._models, self._step_ns, self._settle_ns, self._done_ns = models, step_ns, settle_ns, done_ns
        self._tags = list(dict.fromkeys(tag for model in models for tag in model.tags))
        place = {tag: i for i, tag in enumerate(self._tags)}
        self._columns = [np.array([place[tag] for tag in model.tags]) for model in models]

    def warm(self, store: StoreReader, rows: int) -> None:
        begin_ns = self._done_ns - rows * self._step_ns
        for model in self._models:  # one after the other: the past of all tags at once would take much memory
            frame = self._read(store, model.tags, begin_ns, self._done_ns)
            word = _words(store, frame.texts)
            values = frame.values[:, 0].T
            for k in np.flatnonzero(~np.isnan(values).all(axis=1)):
                model.row(int(frame.time_ns[k]), values[k], word)

    def settled(self, store: StoreReader, complete_ns: int) -> Iterator[LiveRow]:
        while (rows := (complete_ns - self._settle_ns - self._done_ns) // self._step_ns) > 0:
            until_ns = self._done_ns + min(rows, _MOST_ROWS) * self._step_ns
            frame = self._read(store, self._tags, self._done_ns, until_ns)
            self._done_ns = until_ns
            yield from self._rows(store, frame)

    def _read(self, store: StoreReader, tags: Sequence[str], t0_ns: int, t1_ns: int) -> Frame:
        return store.frame(tags, t0_ns, t1_ns, self._step_ns, settle_ns=self._settle_ns)

    def _rows(self, store: StoreReader, frame: Frame) -> Iterator[LiveRow]:
        values = np.ascontiguousarray(frame.values[:, 0].T)
        word = _words(store, frame.texts)
        for time_ns, row in zip(frame.time_ns.tolist(), values, strict=True):
            for model, columns in zip(self._models, self._columns, strict=True):
                yield model.row(time_ns, row[columns], word)


def _words(store: StoreReader, texts: Sequence[str]) -> Callable[[str, float], str]:
    """What the store's number of a tag means as a word."""
    of_texts = {row.path for row in store.tags() if row.kind == "text"} if texts else set()
    return lambda tag, value: texts[int(value)] if tag in of_texts else str(value)
