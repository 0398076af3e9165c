"""Chance by counting: a number is drawn by what it is for, never by when.

A draw is a hash of (seed, purpose, whose, how many-eth), so two runs that differ in a decision share all chance that
the decision does not touch (common random numbers), and no order of events, thread or interpreter changes a draw. The
mixer is the finaliser of splitmix64 (Steele, Lea and Flood 2014), applied twice over all words. Logarithm and
exponential are made of additions, multiplications and divisions alone: a library's differ by a bit between machines.
"""

from typing import Any

import numpy as np

from bobae.flow.kernel import words as w
from bobae.flow.kernel.held import HeldTables, compiled

_GAMMA, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_UNIT = 1.0 / 4503599627370496.0  # 2**-52
_LN2 = 0.6931471805599453
# P. Acklam's rational fit of the normal quantile, relative error below 1.2e-9: middle over middle, tail over tail
_MIDDLE = (
    -39.69683028665376,
    220.9460984245205,
    -275.9285104469687,
    138.357751867269,
    -30.66479806614716,
    2.506628277459239,
)
_UNDER = (-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1.0)
_TAIL = (
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838,
    -2.549732539343734, 4.374664141464968, 2.938163982698783,
)  # fmt: skip
_BELOW = (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0)


@compiled
def mixed(x: Any) -> Any:
    """One word, stirred."""
    x = np.uint64(x) + _GAMMA
    x = (x ^ (x >> _30)) * _FIRST
    x = (x ^ (x >> _27)) * _SECOND
    return x ^ (x >> _31)


@compiled
def unit(seed: int, purpose: int, who: int, count: int) -> float:
    """A number in (0, 1)."""
    x = np.uint64(seed) * _SECOND + np.uint64(purpose) * _GAMMA
    x = mixed(mixed(x ^ (np.uint64(who) * _FIRST)) + np.uint64(count))
    return (np.float64(x >> _12) + 0.5) * _UNIT


@compiled
def log(x: float) -> float:
    """Of a positive number: the power of two taken out, the rest by the series of artanh."""
    power = 0
    while x < 0.7071067811865476:
        x *= 2.0
        power -= 1
    while x > 1.4142135623730951:
        x *= 0.5
        power += 1
    s = (x - 1.0) / (x + 1.0)
    q, total, k = s * s, 0.0, 21
    while k > 0:
        total = total * q + 1.0 / k
        k -= 2
    return 2.0 * s * total + power * _LN2


@compiled
def exp(x: float) -> float:
    """By Taylor's series of a 1024th of it, squared ten times."""
    x /= 1024.0
    total, k = 1.0, 8
    while k > 0:
        total = 1.0 + total * x / k
        k -= 1
    for _ in range(10):
        total *= total
    return total


@compiled
def _polynomial(factors: tuple[float, ...], x: float) -> float:
    total = 0.0
    for factor in factors:
        total = total * x + factor
    return total


@compiled
def normal(u: float) -> float:
    """Quantile of the standard normal."""
    low = min(u, 1.0 - u)
    if low < 0.02425:
        q = np.sqrt(-2.0 * log(low))
        z = _polynomial(_TAIL, q) / _polynomial(_BELOW, q)
        return z if u < 0.5 else -z
    q = u - 0.5
    return q * _polynomial(_MIDDLE, q * q) / _polynomial(_UNDER, q * q)


@compiled
def drawn(t: HeldTables, distribution: int, seed: int, purpose: int, who: int, count: int) -> int:
    """Whole microseconds, of one of the plant's distributions; 0 where it has none."""
    if distribution < 0:
        return 0
    d = t.distributions[distribution]
    if d.kind == w.CONSTANT:
        return int(d.a)
    return int(np.floor(_real(t, d, seed, purpose, who, count) + 0.5))


@compiled
def _real(t: HeldTables, d: Any, seed: int, purpose: int, who: int, count: int) -> float:
    u = unit(seed, purpose, who, count)
    if d.kind == w.UNIFORM:
        return float(d.a + (d.b - d.a) * u)
    if d.kind == w.EXPONENTIAL:
        return float(-d.a * log(u))
    if d.kind == w.TRIANGULAR:  # a lowest, b likeliest, c highest
        if u * (d.c - d.a) < d.b - d.a:
            return float(d.a + np.sqrt(u * (d.c - d.a) * (d.b - d.a)))
        return float(d.c - np.sqrt((1.0 - u) * (d.c - d.a) * (d.c - d.b)))
    if d.kind == w.ERLANG:  # a mean, b stages
        total = log(u)
        for stage in range(1, int(d.b)):
            total += log(unit(seed, purpose + 64 * stage, who, count))
        return float(-d.a / d.b * total)
    if d.kind == w.NORMAL:  # never below nothing
        return float(max(0.0, d.a + d.b * normal(u)))
    if d.kind == w.LOGNORMAL:  # a, b of its logarithm
        return float(exp(d.a + d.b * normal(u)))
    if d.kind == w.WEIBULL:  # a scale, b shape
        return float(d.a * exp(log(-log(u)) / d.b))
    if d.kind == w.GEOMETRIC:  # a cycle, b chance that a cycle is the last
        return float(d.a * (1.0 + np.floor(log(u) / log(1.0 - d.b))))
    length = int(t.values[d.values])
    return float(t.values[d.values + 1 + int(u * length)])
