"""Chance without a state: each number follows from the seed and from what it is for."""

import numpy as np

from bobae.core import Floats, Ints


def normal_numbers(seed: int, keys: Ints, columns: int) -> Floats:
    """Standard normal numbers (keys, columns) that follow from the seed and the keys alone: no state to keep.

    Two rounds of SplitMix64 (Steele et al. 2014) for each, then Box and Muller's transform.
    """
    place = keys.astype(np.uint64)[:, np.newaxis] * np.uint64(2 * columns) + np.arange(2 * columns, dtype=np.uint64)
    mixed = _mixed(_mixed(place) ^ np.uint64(seed & 0xFFFF_FFFF_FFFF_FFFF))
    share = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
    radius = np.sqrt(-2.0 * np.log1p(-share[:, :columns]))
    normal: Floats = radius * np.cos(2.0 * np.pi * share[:, columns:])
    return normal


def _mixed(x: np.ndarray) -> np.ndarray:
    x = x + np.uint64(0x9E37_79B9_7F4A_7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    mixed: np.ndarray = x ^ (x >> np.uint64(31))
    return mixed
