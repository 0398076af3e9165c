"""Sealed models that answer whoever asks: rows in, answers out, with the state of each sequence kept between requests.

What waits at the same moment is answered in one call: a row of each request beside a row of the others. Nobody waits
for others to come.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, BobaeError, Floats, Manifest, Refused
from bobae.graph import Streams

MOST_ROWS = 100_000
MOST_SEQUENCES = 10_000
IDLE_S = 3600.0


@dataclass(frozen=True)
class Stretch:
    """Which sequence of requests one belongs to, as its client counts them.

    Attributes:
        name: of the sequence.
        start: whether it begins with this request, whatever was before.
        end: whether it is over with it.
    """

    name: str
    start: bool = False
    end: bool = False


@dataclass(frozen=True, eq=False)
class Asked:
    """One request.

    Attributes:
        x: rows of one stretch in time order (rows, inputs), NaN where missing.
        gap: (rows,), as in `Contract`; None: the first row begins a stretch unless its sequence goes on.
        stretch: whose state it goes on with; None: it begins from nothing and leaves nothing.
    """

    x: Floats
    gap: Floats | None = None
    stretch: Stretch | None = None


Answers = Mapping[str, Floats]


class ServedModel:
    """One sealed model that answers requests; not for several threads at once.

    Args:
        manifest: what it says about itself; its reference windows were reproduced here.
        graph: the ONNX model.
        version: the first digits of its digest.
        most_sequences: that are remembered at once.
        idle_s: after which a sequence that nobody goes on with is forgotten.
        clock: seconds, for that.

    Example:
        >>> from bobae.core import Contract, Input, Manifest, Output, Verdict
        >>> from bobae.graph import Ewma, GraphBuilder
        >>> b = GraphBuilder(inputs=1)
        >>> b.output("mean", Ewma(rates=(0.5,)).emit(b, "slow", b.x))
        >>> outputs = (Output(name="mean", kind="score"),)
        >>> contract = Contract(inputs=(Input(name="p"),), outputs=outputs, states=b.states)
        >>> told = {"learner": "", "settings": {}, "dataset_sha256": "", "seed": 0, "verdict": Verdict.USEFUL}
        >>> manifest = Manifest(name="m", task="anomaly", contract=contract, **told)
        >>> served = ServedModel(manifest, b.serialise(contract), "1")
        >>> (answers,) = served.infer([Asked(np.array([[4.0], [8.0]]))])
        >>> answers["mean"].tolist()
        [4.0, 6.0]
    """

    def __init__(
        self,
        manifest: Manifest,
        graph: bytes,
        version: str,
        *,
        most_sequences: int = MOST_SEQUENCES,
        idle_s: float = IDLE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.manifest, self.version = manifest, version
        self._streams = Streams(graph, manifest.contract, 0)
        self._most, self._idle_s, self._clock = most_sequences, idle_s, clock
        self._places: OrderedDict[str, tuple[int, float]] = OrderedDict()  # longest idle first
        self._free: list[int] = []
        self._count = 0

    @property
    def name(self) -> str:
        """The model's name."""
        return self.manifest.name

    @property
    def sequences(self) -> int:
        """How many are remembered."""
        return len(self._places)

    def infer(self, asked: Sequence[Asked]) -> list[Answers | BobaeError]:
        """The answers to requests that wait together, each output name -> (rows, *shape), or why there are none.

        Requests of the same sequence are answered in the order they stand in.
        """
        told: list[Answers | BobaeError] = [{}] * len(asked)
        waiting = list(enumerate(asked))
        while waiting:
            now: list[tuple[int, Asked]] = []
            later: list[tuple[int, Asked]] = []
            taken: set[str] = set()
            for number, one in waiting:
                name = None if one.stretch is None else one.stretch.name
                (later if name in taken else now).append((number, one))
                taken |= set() if name is None else {name}
            for number, answers in self._at_once(now):
                told[number] = answers
            waiting = later
        return told

    def _at_once(self, asked: Sequence[tuple[int, Asked]]) -> list[tuple[int, Answers | BobaeError]]:
        told: list[tuple[int, Answers | BobaeError]] = []
        runs: list[_Run] = []
        for number, one in asked:
            try:
                runs.append(self._begun(number, one))
            except BobaeError as error:
                told.append((number, error))
        for row in range(max((len(run.asked.x) for run in runs), default=0)):
            some = [run for run in runs if row < len(run.asked.x)]
            x = np.stack([run.asked.x[row] for run in some])
            gap = np.array([run.gap(row) for run in some])
            answers = self._streams.step(x, gap, np.array([run.place for run in some]))
            for i, run in enumerate(some):
                run.take({name: values[i] for name, values in answers.items()})
        for run in runs:
            self._end(run)
            told.append((run.number, run.answers()))
        return told

    def _begun(self, number: int, one: Asked) -> "_Run":
        self._check(one)
        if one.stretch is None:
            return _Run(number, one, self._place(), goes_on=False)
        name = one.stretch.name
        goes_on = name in self._places and not one.stretch.start
        if not goes_on and not one.stretch.start:
            raise Refused(
                "sequence {name} of {model} is not known here: it never began, was ended, or was idle for too long; "
                "send its first rows with sequence_start",
                name=name,
                model=self.name,
            )
        if name not in self._places:
            self._make_room()
            self._places[name] = (self._place(), self._clock())
        place = self._places[name][0]
        if not goes_on:
            self._streams.forget(place)
        return _Run(number, one, place, goes_on=goes_on)

    def _end(self, run: "_Run") -> None:
        stretch = run.asked.stretch
        if stretch is None:
            self._free.append(run.place)
        elif stretch.end:
            self._free.append(self._places.pop(stretch.name)[0])
        else:
            self._places[stretch.name] = (run.place, self._clock())
            self._places.move_to_end(stretch.name)

    def _make_room(self) -> None:
        now = self._clock()
        while self._places:
            name, (place, last) = next(iter(self._places.items()))
            if now - last < self._idle_s:
                break
            del self._places[name]
            self._free.append(place)
        if len(self._places) >= self._most:
            raise Refused(
                "{model} remembers {most} sequences already; end one with sequence_end, or wait until one is idle for "
                "{minutes:g} minutes",
                model=self.name,
                most=self._most,
                minutes=self._idle_s / 60,
            )

    def _place(self) -> int:
        if not self._free:
            more = max(1, self._count)
            self._streams.more(more)
            self._free += range(self._count, self._count + more)
            self._count += more
        place = self._free.pop()
        self._streams.forget(place)
        return place

    def _check(self, one: Asked) -> None:
        inputs = len(self.manifest.contract.inputs)
        if one.x.ndim != 2 or one.x.shape[1] != inputs:
            raise BadInput(
                "x has the shape {shape}; {model} takes [rows, {inputs}], in each row: {names}",
                shape=list(one.x.shape),
                model=self.name,
                inputs=inputs,
                names=", ".join(wanted.name for wanted in self.manifest.contract.inputs),
            )
        if not 0 < len(one.x) <= MOST_ROWS:
            raise BadInput("x has {rows} rows; one to {most} can be answered", rows=len(one.x), most=MOST_ROWS)
        if one.gap is not None and one.gap.shape != (len(one.x),):
            raise BadInput(
                "gap has the shape {shape}; x has {rows} rows, so it must have one number for each",
                shape=list(one.gap.shape),
                rows=len(one.x),
            )


class _Run:
    """One request on its way through the rows."""

    def __init__(self, number: int, asked: Asked, place: int, *, goes_on: bool) -> None:
        self.number, self.asked, self.place = number, asked, place
        self._goes_on = goes_on
        self._rows: list[Answers] = []

    def gap(self, row: int) -> float:
        if self.asked.gap is not None:
            return float(self.asked.gap[row])
        return 0.0 if row or self._goes_on else 2.0

    def take(self, answers: Answers) -> None:
        self._rows.append(answers)

    def answers(self) -> Answers:
        return {name: np.stack([row[name] for row in self._rows]) for name in self._rows[0]}
