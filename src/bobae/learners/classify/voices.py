"""Voices: ways to tell the chances of each class; each says chances, and those that can say why, say why."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax

from bobae.core import Floats, Ints
from bobae.graph import GraphBuilder, Trees
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.forest import Forest
from bobae.learners.making.heads import Examples, Head, LinearHead, Prepared
from bobae.learners.making.held import inner_folds

_STRICT = (1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)  # of the squared weights, beside the mean loss of a row
_MOST_STEPS = 200
_GIVEN_UP = 0.02  # of what is gained over knowing nothing
_POWERS = (0.2, 5.0)
_LEAST = 1e-6  # a chance below this is not told


class Voice(Protocol):
    """Tells chances (rows, classes) and, in log-odds, what each input brought about (rows, classes * inputs)."""

    def run(self, columns: Floats) -> tuple[Floats, Floats | None]:
        """From columns (rows, columns)."""
        ...

    def emit(self, b: GraphBuilder, columns: str) -> tuple[str, str | None]:
        """The same as nodes."""
        ...


class Speaks(Protocol):
    """A way to learn a voice from examples whose aims are class numbers."""

    def __call__(self, given: Examples, classes: int, *, seed: int) -> Voice:
        """The voice; `seed` is of everything random."""
        ...


@dataclass(frozen=True, eq=False)
class Margins:
    """Log-odds of each class by a head that also says why; of some of the columns.

    Attributes:
        head: sum after sum: log-odds, then what each input brought about.
        classes: how many.
        picks: the columns that the head is asked with; None for all.
    """

    head: Head
    classes: int
    picks: Ints | None = None

    def run(self, columns: Floats) -> tuple[Floats, Floats | None]:
        """See `Voice`."""
        said = self.head.run(columns if self.picks is None else columns[:, self.picks])
        each = said.reshape(len(said), self.classes, -1)
        return softmax(each[:, :, 0], axis=1), each[:, :, 1:].reshape(len(said), -1)

    def emit(self, b: GraphBuilder, columns: str) -> tuple[str, str | None]:
        """See `Voice`."""
        said = self.head.emit(b, columns if self.picks is None else b.columns(columns, self.picks))
        each = b.node("Reshape", said, np.array([self.classes, -1]))  # (classes, 1 + inputs)
        margins = b.node("Reshape", b.columns(each, [0]), np.array([1, -1]))
        why = b.node("Slice", each, np.array([1]), np.array([2**31]), np.array([1]))
        return b.node("Softmax", margins, axis=1), b.node("Reshape", why, np.array([1, -1]))


@dataclass(frozen=True, eq=False)
class Shares:
    """The shares of trees that vote for each class; they do not say why."""

    trees: Trees

    def run(self, columns: Floats) -> tuple[Floats, Floats | None]:
        """See `Voice`."""
        return self.trees.run(columns), None

    def emit(self, b: GraphBuilder, columns: str) -> tuple[str, str | None]:
        """See `Voice`."""
        return self.trees.emit(b, columns), None


@dataclass(frozen=True)
class BoostedVoice:
    """Boosted trees over some of the columns; None for all."""

    boosting: Boosting
    picks: tuple[int, ...] | None = None

    def others(self) -> "dict[str, BoostedVoice]":
        """The same with other settings, by name."""
        return {name: replace(self, boosting=one) for name, one in self.boosting.others().items()}

    def __call__(self, given: Examples, classes: int, *, seed: int) -> Margins:
        """See `Speaks`; two classes are told apart by one sum."""
        picks = None if self.picks is None else np.array(self.picks)
        given = given if picks is None else given.only(picks)
        if classes > 2:
            grown = replace(self.boosting, objective="multiclass", classes=classes)(given, seed=seed)
            return Margins(grown, classes, picks)
        trees = replace(self.boosting, objective="binary")(given, seed=seed)
        # the log-odds of the second class over the first as those of both: minus half and plus half
        both = replace(trees, leaves=np.concatenate([-0.5 * trees.leaves, 0.5 * trees.leaves], axis=1))
        return Margins(both, classes, picks)


@dataclass(frozen=True)
class ForestVoice:
    """Extremely randomised trees."""

    forest: Forest

    def __call__(self, given: Examples, classes: int, *, seed: int) -> Shares:
        """See `Speaks`."""
        return Shares(self.forest.grown(given.columns, given.aim.astype(np.int64), given.weight, classes, seed=seed))


@dataclass(frozen=True)
class LogitVoice:
    """Logistic regression whose weights are held small; how small is tried on whole groups.

    Of all that lose hardly more than the best the strictest is taken: what is not the same tomorrow, such as another
    load, hurts it least.

    Attributes:
        sizes: how many kinds each column has, 0 for a number.
    """

    sizes: tuple[int, ...]

    def __call__(self, given: Examples, classes: int, *, seed: int) -> Margins:  # noqa: ARG002 - no chance in it
        """See `Speaks`."""
        prepared = Prepared.learned(given.columns, self.sizes)
        z, y, weight = prepared.run(given.columns), given.aim.astype(np.int64), given.weight
        losses = np.zeros(len(_STRICT))
        for tried in inner_folds(given.groups):
            start = None
            for i in reversed(range(len(_STRICT))):
                start = _logit(z[~tried], y[~tried], weight[~tried], classes, _STRICT[i], start)
                losses[i] += _log_loss(z[tried] @ start[:-1] + start[-1], y[tried], weight[tried])
        usual_loss = _entropy(y, weight, classes) * len(inner_folds(given.groups))
        enough = losses.min() + _GIVEN_UP * max(usual_loss - losses.min(), 0.0)
        found = _logit(z, y, weight, classes, _STRICT[int(np.flatnonzero(losses <= enough)[-1])], None)
        usual = np.average(z, axis=0, weights=weight)
        return Margins(LinearHead.of(prepared, found[:-1], found[-1], usual, given.owner), classes)


def _entropy(y: Ints, weight: Floats, classes: int) -> float:
    """The loss of knowing only how often each class comes."""
    share = np.bincount(y, weight, classes) / weight.sum()
    return float(-(share[share > 0] * np.log(share[share > 0])).sum())


def _log_loss(margins: Floats, y: Ints, weight: Floats) -> float:
    """Mean of minus the logarithm of the chance given to what was true."""
    told = log_softmax(margins, axis=1)[np.arange(len(y)), y]
    return float(-np.average(told, weights=weight)) if len(y) else 0.0


def _logit(z: Floats, y: Ints, weight: Floats, classes: int, strict: float, start: Floats | None) -> Floats:
    """Weights and, in the last row, starts: (columns + 1, classes)."""
    shape = (z.shape[1] + 1, classes)
    truth = np.eye(classes)[y]
    share = weight / weight.sum()

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(shape)
        margins = z @ w[:-1] + w[-1]
        told = log_softmax(margins, axis=1)
        slope = (np.exp(told) - truth) * share[:, None]
        value = -float((share[:, None] * truth * told).sum()) + 0.5 * strict * float(np.square(w[:-1]).sum())
        grad = np.concatenate([z.T @ slope + strict * w[:-1], slope.sum(axis=0)[None]])
        return value, grad.ravel()

    first = np.zeros(shape) if start is None else start
    found = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS})
    return np.asarray(found.x.reshape(shape))


@dataclass(frozen=True)
class Trust:
    """How far the chances are to be trusted: chance ** power, made to add up to 1 (C. Guo et al., 2017).

    Nothing is done about how often each class comes: that changes with what a plant makes, and the voices know it.
    """

    power: float

    @classmethod
    def learned(cls, chances: Floats, y: Ints) -> "Trust":
        """From chances (rows, classes) of rows that were not learned from and their classes (rows,)."""
        return cls(_best_power(chances, y)[0])

    @staticmethod
    def least_loss(chances: Floats, y: Ints) -> float:
        """What chances lose once they are trusted as far as they deserve."""
        return _best_power(chances, y)[1]

    def run(self, chances: Floats) -> Floats:
        """(rows, classes) -> (rows, classes)."""
        return np.asarray(softmax(self.power * np.log(np.maximum(chances, _LEAST)), axis=1))

    def emit(self, b: GraphBuilder, chances: str) -> str:
        """The same as nodes."""
        return b.node("Softmax", b.node("Mul", b.node("Log", b.node("Max", chances, _LEAST)), self.power), axis=1)


def _best_power(chances: Floats, y: Ints) -> tuple[float, float]:
    """The power that loses least, and what it loses."""
    each = np.ones(len(y))
    told = np.log(np.maximum(chances, _LEAST))
    found = minimize_scalar(lambda power: _log_loss(power * told, y, each), bounds=_POWERS, method="bounded")
    return float(found.x), float(found.fun)
