"""Times as they are written in a plant file: `3 min`, `uniform(5 min, 10 min)`, `exponential(7 d)`.

Every number carries its unit. A distribution has a name and its parameters in brackets; times among them have units,
shapes and chances have none.

| written | means |
|---|---|
| `3 min` | always that |
| `3 min +- 5 %` | uniform, 5 % to either side |
| `uniform(low, high)` | |
| `exponential(mean)` | |
| `triangular(low, likeliest, high)` | |
| `erlang(mean, stages)` | the sum of so many equal exponential stages |
| `normal(mean, deviation)` | cut off at nothing |
| `lognormal(mean, deviation)` | of the times themselves, not of their logarithm |
| `weibull(scale, shape)` | |
| `geometric(cycle, chance)` | whole cycles, each the last with that chance |
| `empirical(t1, t2, ...)` | one of these, each as likely |
"""

import math
import re
from dataclasses import dataclass

from bobae.core import BadInput, UnknownName
from bobae.flow.kernel import words as w

MICROSECONDS = {
    "us": 1.0, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "hr": 3600e6, "d": 86400e6, "day": 86400e6, "w": 604800e6,
}  # fmt: skip
_KINDS = {
    "uniform": (w.UNIFORM, "tt"),
    "exponential": (w.EXPONENTIAL, "t"),
    "triangular": (w.TRIANGULAR, "ttt"),
    "erlang": (w.ERLANG, "tn"),
    "normal": (w.NORMAL, "tt"),
    "lognormal": (w.LOGNORMAL, "tt"),
    "weibull": (w.WEIBULL, "tn"),
    "geometric": (w.GEOMETRIC, "tn"),
    "empirical": (w.EMPIRICAL, "t*"),
}
_TIME = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*([a-z]+)", re.IGNORECASE)
_SPREAD = re.compile(r"(.+?)\s*(?:\+-|±)\s*([0-9.]+)\s*%")
_CALL = re.compile(r"([a-z]+)\s*\((.*)\)")


@dataclass(frozen=True)
class Time:
    """How long something takes: a kind of distribution and its parameters.

    Attributes:
        kind: a word of `kernel.words`.
        parameters: microseconds, shapes and chances, in the order of the table above.
        mean: microseconds.
    """

    kind: int
    parameters: tuple[float, ...]
    mean: float

    def scaled(self, factor: float) -> "Time":
        """The same, so many times as long."""
        if factor == 1.0:
            return self
        if self.kind == w.CONSTANT:
            return constant(self.mean * factor)
        if self.kind == w.LOGNORMAL:
            return Time(self.kind, (self.parameters[0] + math.log(factor), self.parameters[1]), self.mean * factor)
        shape = next(shape for kind, shape in _KINDS.values() if kind == self.kind)
        kept = shape.replace("*", "t" * len(self.parameters))
        scaled = (p * factor if letter == "t" else p for p, letter in zip(self.parameters, kept, strict=False))
        return Time(self.kind, tuple(scaled), self.mean * factor)


def microseconds(text: str) -> float:
    """A single time, such as `90 s`.

    Raises:
        BadInput: it has no number, or no unit of time.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            "'{text}' is no time: write a number and its unit, such as 90 s, 3 min, 8 h, 7 d or 2 w", text=text
        )
    number, unit = found.groups()
    if unit not in MICROSECONDS:
        raise UnknownName.among(
            "'{name}' in '{text}' is no unit of time; nearest: {nearest}", name=unit, known=MICROSECONDS, text=text
        )
    return float(number) * MICROSECONDS[unit]


def time(text: str) -> Time:
    """What is written, read.

    Raises:
        BadInput: it cannot be read, or its numbers make no distribution of times.

    Example:
        >>> time("uniform(5 min, 10 min)").mean / 60e6
        7.5
    """
    text = text.strip()
    if spread := _SPREAD.fullmatch(text):
        mean, share = microseconds(spread[1]), float(spread[2]) / 100.0
        return _made(text, w.UNIFORM, (mean * (1.0 - share), mean * (1.0 + share)))
    if call := _CALL.fullmatch(text):
        if call[1] not in _KINDS:
            raise UnknownName.among(
                "'{name}' in '{text}' is no distribution; nearest: {nearest}", name=call[1], known=_KINDS, text=text
            )
        kind, shape = _KINDS[call[1]]
        return _made(text, kind, _parameters(text, shape, [part.strip() for part in call[2].split(",")]))
    return constant(microseconds(text))


def constant(value: float) -> Time:
    """Always so many microseconds."""
    return Time(w.CONSTANT, (float(round(value)),), float(round(value)))


def _parameters(text: str, shape: str, parts: list[str]) -> tuple[float, ...]:
    if shape == "t*":
        shape = "t" * len(parts)
    if len(parts) != len(shape):
        raise BadInput(
            "'{text}' has {found} numbers in its brackets, and takes {wanted}",
            text=text,
            found=len(parts),
            wanted=len(shape),
        )
    return tuple(
        microseconds(part) if kind == "t" else _number(text, part) for part, kind in zip(parts, shape, strict=True)
    )


def _number(text: str, part: str) -> float:
    try:
        return float(part)
    except ValueError as error:
        raise BadInput("'{part}' in '{text}' is no number", part=part, text=text) from error


def _made(text: str, kind: int, p: tuple[float, ...]) -> Time:
    if not _holds(kind, p):
        raise BadInput(
            "'{text}' is no distribution of times: low must come before high, means and shapes lie above 0, chances "
            "between 0 and 1",
            text=text,
        )
    if kind == w.LOGNORMAL:
        spread = math.log(1.0 + (p[1] / p[0]) ** 2)
        return Time(kind, (math.log(p[0]) - spread / 2.0, math.sqrt(spread)), p[0])
    return Time(kind, p, _mean(kind, p))


def _holds(kind: int, p: tuple[float, ...]) -> bool:
    if kind in (w.UNIFORM, w.TRIANGULAR):
        return p[0] >= 0.0 and list(p) == sorted(p)
    if kind == w.ERLANG:
        return p[0] > 0.0 and p[1] >= 1.0 and p[1] == int(p[1])
    if kind == w.GEOMETRIC:
        return p[0] > 0.0 and 0.0 < p[1] < 1.0
    return p[0] > 0.0 and all(value >= 0.0 for value in p) and (kind != w.WEIBULL or p[1] > 0.0)


def _mean(kind: int, p: tuple[float, ...]) -> float:
    if kind in (w.UNIFORM, w.TRIANGULAR, w.EMPIRICAL):
        return sum(p) / len(p)
    if kind == w.WEIBULL:
        return p[0] * math.gamma(1.0 + 1.0 / p[1])
    if kind == w.GEOMETRIC:
        return p[0] / p[1]
    if kind == w.NORMAL:  # what is cut off at nothing counts as nothing
        ratio = p[0] / p[1] if p[1] else math.inf
        return (
            p[0]
            if ratio > 8.0
            else p[0] * _below(ratio) + p[1] * math.exp(-(ratio**2) / 2.0) / math.sqrt(2.0 * math.pi)
        )
    return p[0]


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))
