"""Slow change: a limit that follows how the normal state drifts, but not a fault."""

import math
from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Floats
from bobae.graph.alarm import Episode
from bobae.graph.builder import GraphBuilder


@dataclass(frozen=True)
class DriftingLimit:
    """Divides a score by a limit that rises and falls back with the score's usual level, and raises the alarm.

    The limit is base * exp(offset), offset >= 0. The offset follows the score's `quantile` relative to its calibrated
    `level` by steps (stochastic quantile tracking: Robbins and Monro, 1951): up by `rate` at the most, so a fault that
    grows within 1 / rate rows is not followed. It stands still while an alarm is open and while the machine is not
    judged, and never goes past `max_offset`. Limit and alarm outlive gaps: a stop clears nothing.

    Attributes:
        base: the calibrated limit, above 0.
        level: the calibrated quantile of the score in normal running, above 0.
        quantile: which, between 0 and 1.
        rate: the largest step of the offset in one row; 0 keeps the limit where it is.
        max_offset: the farthest it may move, as a logarithm (1.1 is a factor of 3).
        told_offset: from here on the normal state has moved: a person should look, or train anew.
        episode: opens and closes the alarm.
    """

    base: float
    level: float
    rate: float
    episode: Episode
    quantile: float = 0.75
    max_offset: float = math.log(10.0)
    told_offset: float = math.log(2.0)

    def __post_init__(self) -> None:
        sound = min(self.base, self.level) > 0 and math.isfinite(self.base + self.level) and 0 < self.quantile < 1
        if not sound or self.rate < 0 or self.max_offset < 0:
            raise BadInput(
                "DriftingLimit: base and level must be above 0, quantile between 0 and 1, rate and max_offset 0 or"
                " more; they are {base}, {level}, {quantile}, {rate}, {max_offset}",
                base=self.base,
                level=self.level,
                quantile=self.quantile,
                rate=self.rate,
                max_offset=self.max_offset,
            )

    def run(self, score: Floats, judged: Floats, gap: Floats) -> Floats:
        """(ratio, alarm, moved) as (rows, 3); ratio is score over limit. All inputs (rows,).

        `judged` is 1 where the score means something; where it is 0 the alarm stays as it was. `gap` is 2 where a
        stream begins.
        """
        out = np.zeros((len(score), 3))
        offset, count, is_open = 0.0, 0, False
        rows = zip(score.tolist(), (judged > 0.5).tolist(), (gap > 1.5).tolist(), strict=True)
        for i, (value, counts, begins) in enumerate(rows):
            if begins:
                offset, count, is_open = 0.0, 0, False
            ratio = value / (self.base * math.exp(offset))
            if counts:
                count, is_open = self.episode.follow(count, is_open, ratio > 1.0)
                if not is_open:
                    step = self._step(ratio > self.level / self.base)
                    offset = min(max(offset + step, 0.0), self.max_offset)
            out[i] = ratio, is_open, offset >= self.told_offset
        return out

    def emit(self, b: GraphBuilder, name: str, score: str, judged: str) -> tuple[str, str, str]:
        """The same as nodes: (ratio, alarm, moved), each (1, 1); judged is 0 or 1, (1, 1)."""
        offset = b.lasting(f"{name}_offset", (1,))
        factor = b.node("Exp", offset)
        ratio = b.node("Div", score, b.node("Mul", self.base, factor))
        alarm = self._alarm(b, name, b.node("Cast", b.node("Greater", ratio, 1.0), to=11), judged)
        above = b.node("Cast", b.node("Greater", ratio, self.level / self.base), to=11)
        step = b.node("Add", b.node("Mul", above, self._step(True) - self._step(False)), self._step(False))
        follows = b.node("Mul", judged, b.node("Sub", 1.0, alarm))
        offset = b.node("Clip", b.node("Add", offset, b.node("Mul", step, follows)), 0.0, self.max_offset)
        b.set_state(f"{name}_offset", offset)
        return ratio, alarm, b.node("Cast", b.node("GreaterOrEqual", offset, self.told_offset), to=11)

    def _alarm(self, b: GraphBuilder, name: str, over: str, judged: str) -> str:
        count, was_open = b.lasting(f"{name}_count", (1,)), b.lasting(f"{name}_open", (1,))
        up, down = b.node("Add", b.node("Max", count, 0.0), 1.0), b.node("Sub", b.node("Min", count, 0.0), 1.0)
        new = b.node("Add", down, b.node("Mul", over, b.node("Sub", up, down)))
        count = b.node("Add", count, b.node("Mul", judged, b.node("Sub", new, count)))
        opens = b.node("GreaterOrEqual", count, float(self.episode.open_after))
        kept = b.node("Greater", b.node("Mul", was_open, b.node("Add", count, float(self.episode.close_after))), 0.0)
        alarm = b.node("Cast", b.node("Or", opens, kept), to=11)
        b.set_state(f"{name}_count", count)
        b.set_state(f"{name}_open", alarm)
        return alarm

    def _step(self, above: bool) -> float:
        return self.rate * ((1.0 if above else 0.0) - (1.0 - self.quantile)) / max(self.quantile, 1.0 - self.quantile)
