"""The cap: from how far away an end can be told at all, found from the lives that ended."""

from dataclasses import replace

import numpy as np

from bobae.learners.making.heads import Examples, Learns

_SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # of the middle life
_LOST = 0.025  # of the share explained; what is gained in length must not cost more
_MOST_ROWS = 8_000
_FOLDS = 3


def found_cap(learn: Learns, given: Examples, *, seed: int) -> float:
    """The farthest end that is foretold nearly as well as a near one.

    For each length c a small model foretells min(left, c) of machines it has not seen; the cap is the longest c at
    which the share of the variance explained is within 0.025 of the best, between the lengths tried by a straight line.

    Args:
        learn: how the small model learns.
        given: rows whose life left is known; groups are machines.
        seed: of the small models.
    """
    left = given.aim
    names, who, count = np.unique(given.groups, return_inverse=True, return_counts=True)
    middle = float(np.median([left[who == i].max() for i in range(len(names))]))
    rows = np.arange(0, len(left), max(1, len(left) // _MOST_ROWS))
    fold = who % min(_FOLDS, len(names))
    weight = 1.0 / count[who]
    lengths = middle * np.array(_SHARES)
    explained = []
    for length in lengths:
        aim, said = np.minimum(left, length), np.zeros(len(left))
        for number in np.unique(fold):
            mine, other = rows[fold[rows] == number], rows[fold[rows] != number]
            head = learn(replace(given, aim=aim, weight=weight).chosen(other), seed=seed)
            said[mine] = np.clip(head.run(given.columns[mine])[:, 0], 0.0, length)
        centre = np.average(aim[rows], weights=weight[rows])
        missed = np.average(np.square(said - aim)[rows], weights=weight[rows])
        explained.append(1.0 - missed / np.average(np.square(aim[rows] - centre), weights=weight[rows]))
    enough = max(explained) - _LOST
    last = int(np.flatnonzero(np.array(explained) >= enough)[-1])
    if last + 1 == len(lengths):
        return float(lengths[-1])
    between = (explained[last] - enough) / (explained[last] - explained[last + 1])
    return float(lengths[last] + between * (lengths[last + 1] - lengths[last]))
