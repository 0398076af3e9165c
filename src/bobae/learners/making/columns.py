"""Columns: which of a dataset's columns a model is asked with."""

import numpy as np

from bobae.core import Dataset, Floats, Input, Ints, Kind, NotEnoughEvidence, Role
from bobae.core.dataset import kinds_of
from bobae.core.model import UNSEEN

_STEPS = 12  # a recipe has no more


def inputs_of(data: Dataset) -> tuple[Input, ...]:
    """The measured columns that move, then the categories of more than one kind; each by name.

    Raises:
        NotEnoughEvidence: no column moves.
    """
    measured = []
    for name in sorted(data.names(Role.FEATURE)):
        values = data.values(name)
        seen = values[np.isfinite(values)]
        if len(seen) and np.ptp(seen) > 0:
            low, high = float(seen.min()), float(seen.max())
            measured.append(Input(name=name, unit=data.column(name).unit, low=low, high=high))
    told = [_category(data, name) for name in sorted(data.names(Role.CONTEXT))]
    found = (*measured, *(one for one in told if len(one.categories or ()) > 1))
    if not found:
        raise NotEnoughEvidence("no column of the {rows} rows moves, so there is nothing to learn from", rows=len(data))
    return found


def category_sizes(inputs: tuple[Input, ...]) -> tuple[int, ...]:
    """How many kinds each input has, 0 for a number."""
    return tuple(0 if one.categories is None else len(one.categories) for one in inputs)


def middles(x: Floats, sizes: tuple[int, ...]) -> Floats:
    """What stands in for a missing input (inputs,): the middle of a number, no kind at all for a category."""
    found = np.zeros(len(sizes))
    for i, size in enumerate(sizes):
        seen = x[np.isfinite(x[:, i]), i]
        found[i] = UNSEEN if size else float(np.median(seen)) if len(seen) else 0.0
    return found


def targets_of(data: Dataset) -> Floats:
    """The one target as numbers (rows,), NaN where it is not known."""
    name = data.name_of(Role.TARGET)
    assert name is not None
    return np.asarray(data.values(name), dtype=np.float64)


def classes_of(data: Dataset) -> tuple[Ints, tuple[str, ...]]:
    """The kind of each row as a number (rows,), -1 where it is not known, and the kinds' names in order."""
    name = data.name_of(Role.TARGET)
    assert name is not None
    return kinds_of(data.values(name))


def step_of(inputs: tuple[Input, ...]) -> int | None:
    """The input that names the step of a recipe: the category with fewest kinds, up to a dozen; None without one."""
    few = [(len(one.categories), i) for i, one in enumerate(inputs) if one.categories and len(one.categories) <= _STEPS]
    return min(few)[1] if few else None


def _category(data: Dataset, name: str) -> Input:
    values = data.values(name)
    if data.column(name).kind in (Kind.NUMBER, Kind.FLAG):
        values = np.array([None if np.isnan(v) else str(v) for v in values], dtype=object)
    return Input(name=name, categories=tuple(sorted({str(value) for value in values if value is not None})))
