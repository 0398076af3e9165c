"""Live rows through sealed models: each row as soon as it has settled, with the score that the backtest would give it.

A row of time t is read from the store once everything received until t + settle is there, through the kernel that
training reads through, and only from what had been received by then. So a later reading with the same `settle_ns`
gives the same row, bit for bit, and the same model the same score.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from bobae.core import Bools, Floats, Frame, Ints, StoreReader
from bobae.serve.live_model import LiveModel, LiveRow
from bobae.serve.together import Together, Words

_MOST_ROWS = 500  # that are read at once when scoring is behind
_MOST_CELLS = 5_000_000
WARM_ROWS = 2_000  # of history that a model sees before its first live row


class Line:
    """All models that watch one plant. Models of one step share each reading of the store, those alike one session.

    Not for several threads at once.

    Args:
        models: those that watch.
        settle_ns: how long after its time a row is taken as complete; what comes later, comes too late for it.
        from_ns: everything received until then can be read. What has settled by then is history; what settles later
            is scored.
    """

    def __init__(self, models: Sequence[LiveModel], *, settle_ns: int, from_ns: int) -> None:
        self._settle_ns, self._complete_ns = settle_ns, from_ns
        self._groups: dict[int, _Group] = {}
        for model in sorted(models, key=lambda model: model.step_ns):
            self._group(model.step_ns).waiting.append(model)
        for group in self._groups.values():
            group.take_in()

    def warm(self, store: StoreReader, rows: int = WARM_ROWS) -> None:
        """Show the models the rows before the first live one, so that they begin as if they had never stopped."""
        for group in self._groups.values():
            for together in group.all:
                group.warm(store, rows, together, np.arange(len(together.models)))

    def add(self, models: Sequence[LiveModel], store: StoreReader, rows: int = WARM_ROWS) -> None:
        """More models from the next row on, after a look at the rows before it."""
        for model in models:
            self._group(model.step_ns).waiting.append(model)
        for group in self._groups.values():
            for together, at in group.take_in():
                group.warm(store, rows, together, at)

    def remove(self, names: Collection[str]) -> None:
        """No more rows of the models with these names."""
        for group in self._groups.values():
            group.let_go(names)
        # one without models would stay where it is, and score old rows with the next model that comes
        self._groups = {step_ns: group for step_ns, group in self._groups.items() if group.all}

    def settled(self, store: StoreReader, complete_ns: int) -> Iterator[LiveRow]:
        """Every row that has settled by now, in time order within each step.

        Args:
            store: where the rows are read.
            complete_ns: everything received until then can be read.
        """
        self._complete_ns = max(self._complete_ns, complete_ns)
        for group in list(self._groups.values()):
            yield from group.settled(store, complete_ns)

    def _group(self, step_ns: int) -> "_Group":
        if step_ns not in self._groups:
            done_ns = (self._complete_ns - self._settle_ns) // step_ns * step_ns
            self._groups[step_ns] = _Group(step_ns, self._settle_ns, done_ns)
        return self._groups[step_ns]


class _Group:
    """The models of one step.

    Attributes:
        all: those that are alike, together.
        waiting: those that are not among them yet.
    """

    def __init__(self, step_ns: int, settle_ns: int, done_ns: int) -> None:
        self.all: list[Together] = []
        self.waiting: list[LiveModel] = []
        self._step_ns, self._settle_ns, self._done_ns = step_ns, settle_ns, done_ns
        self._tags: list[str] = []
        self._columns: list[Ints] = []

    def take_in(self) -> list[tuple[Together, Ints]]:
        """Bring those that wait to those that they are like; where, and at which places."""
        there = {together.models[0].alike: together for together in self.all if together.models}
        taken = []
        waiting: dict[tuple[object, ...], list[LiveModel]] = {}
        for model in self.waiting:
            waiting.setdefault(model.alike, []).append(model)
        for alike, fresh in waiting.items():
            if alike in there:
                taken.append((there[alike], there[alike].add(fresh)))
            else:
                self.all.append(Together(fresh))
                taken.append((self.all[-1], np.arange(len(fresh))))
        self.waiting = []
        self._place()
        return taken

    def let_go(self, names: Collection[str]) -> None:
        for together in self.all:
            keep = [i for i, model in enumerate(together.models) if model.name not in names]
            if len(keep) < len(together.models):
                together.keep(np.array(keep, dtype=np.int64))
        self.all = [together for together in self.all if together.models]
        self._place()

    def warm(self, store: StoreReader, rows: int, together: Together, at: Ints) -> None:
        begin_ns = self._done_ns - rows * self._step_ns
        inputs = len(together.models[0].tags)
        some = max(1, _MOST_CELLS // (rows * inputs))
        for first in range(0, len(at), some):  # the past of all tags at once would take much memory
            places = at[first : first + some]
            tags = [tag for place in places.tolist() for tag in together.models[place].tags]
            frame = self._read(store, list(dict.fromkeys(tags)), begin_ns, self._done_ns)
            columns = _columns(frame.tags, tags).reshape(len(places), inputs)
            words, values = _words(store, frame.texts), np.ascontiguousarray(frame.values[:, 0].T)
            for time_ns, row in zip(frame.time_ns.tolist(), values, strict=True):
                together.row(time_ns, row[columns], words, places)

    def settled(self, store: StoreReader, complete_ns: int) -> Iterator[LiveRow]:
        while self.all and (rows := (complete_ns - self._settle_ns - self._done_ns) // self._step_ns) > 0:
            most = max(1, min(_MOST_ROWS, _MOST_CELLS // len(self._tags)))
            until_ns = self._done_ns + min(rows, most) * self._step_ns
            frame = self._read(store, self._tags, self._done_ns, until_ns)
            self._done_ns = until_ns
            yield from self._rows(store, frame)

    def _read(self, store: StoreReader, tags: Sequence[str], t0_ns: int, t1_ns: int) -> Frame:
        return store.frame(tags, t0_ns, t1_ns, self._step_ns, settle_ns=self._settle_ns)

    def _rows(self, store: StoreReader, frame: Frame) -> Iterator[LiveRow]:
        values = np.ascontiguousarray(frame.values[:, 0].T)
        words = _words(store, frame.texts)
        for time_ns, row in zip(frame.time_ns.tolist(), values, strict=True):
            for together, columns in zip(self.all, self._columns, strict=True):
                at = np.arange(len(together.models))
                yield from _told(together, time_ns, *together.row(time_ns, row[columns], words, at))

    def _place(self) -> None:
        """Which tags are read, and in which columns the inputs of each model stand."""
        self._tags = list(dict.fromkeys(tag for t in self.all for model in t.models for tag in model.tags))
        self._columns = [
            _columns(self._tags, [tag for model in t.models for tag in model.tags]).reshape(len(t.models), -1)
            for t in self.all
        ]


def _told(
    together: Together, time_ns: int, x: Floats, there: Bools, answers: Mapping[str, Floats]
) -> Iterator[LiveRow]:
    scored = iter(range(int(there.sum())))
    for i, model in enumerate(together.models):
        said = None
        if there[i]:
            place = next(scored)
            said = {name: values[place] for name, values in answers.items()}
        yield LiveRow(model.name, time_ns, x[i], said)


def _columns(tags: Sequence[str], wanted: Sequence[str]) -> Ints:
    place = {tag: i for i, tag in enumerate(tags)}
    return np.array([place[tag] for tag in wanted], dtype=np.int64)


def _words(store: StoreReader, texts: Sequence[str]) -> Words:
    return Words(texts, {row.path for row in store.tags() if row.kind == "text"} if texts else ())
