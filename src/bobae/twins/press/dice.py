"""Chance whose whole state is one number in an array, so that a press can be stopped, copied and taken up again."""

import math

import numba
import numpy as np
import numpy.typing as npt

Dice = npt.NDArray[np.uint64]


def new_dice(seed: int) -> Dice:
    """Dice for one press: (1,) uint64."""
    return np.array(np.random.SeedSequence((seed, 4)).generate_state(1, np.uint64), dtype=np.uint64)


@numba.njit(cache=False)
def uniform(dice: Dice) -> float:
    """A number in [0, 1): SplitMix64 (Steele, Lea and Flood, 2014)."""
    dice[0] += np.uint64(0x9E3779B97F4A7C15)
    z = dice[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@numba.njit(cache=False)
def normal(dice: Dice) -> float:
    """A standard normal number (Box and Muller)."""
    return math.sqrt(-2.0 * math.log(1.0 - uniform(dice))) * math.cos(2.0 * math.pi * uniform(dice))


@numba.njit(cache=False)
def wander(value: float, dt_s: float, tau_s: float, dice: Dice) -> float:
    """A slowly wandering number of standard deviation 1 that forgets itself in `tau_s`, taken on by `dt_s`."""
    kept = math.exp(-dt_s / tau_s)
    return value * kept + math.sqrt(1.0 - kept * kept) * normal(dice)
