"""Scaling: numbers of any unit become comparable, and a wild one cannot outweigh all others."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped, vector


@dataclass(frozen=True, eq=False)
class Scale:
    """(x - centre) / scale, kept within -clip and +clip. NaN stays NaN.

    Attributes:
        centre: (inputs,).
        scale: (inputs,), not zero.
        clip: the largest distance kept, in scales; infinite for no limit.
    """

    centre: Floats
    scale: Floats
    clip: float = float("inf")

    def __post_init__(self) -> None:
        vector(self, "centre", self.centre)
        vector(self, "scale", self.scale, len(self.centre))

    def run(self, x: Floats) -> Floats:
        """The scaled rows (rows, inputs)."""
        return np.clip((x - self.centre) / self.scale, -self.clip, self.clip)

    def emit(self, b: GraphBuilder, x: str) -> str:
        """The same as nodes."""
        scaled = b.node("Div", b.node("Sub", x, self.centre[None]), self.scale[None])
        return _clipped(b, scaled, self.clip)


@dataclass(frozen=True, eq=False)
class RegimeScale:
    """As `Scale`, with each operating regime's own centre and scale.

    Attributes:
        centres: (regimes, inputs).
        scales: (regimes, inputs), not zero.
        clip: the largest distance kept, in scales; infinite for no limit.
    """

    centres: Floats
    scales: Floats
    clip: float = float("inf")

    def __post_init__(self) -> None:
        shaped(self, "centres", self.centres, (None, None))
        shaped(self, "scales", self.scales, self.centres.shape)

    def run(self, x: Floats, regime: Ints) -> Floats:
        """The scaled rows (rows, inputs); regime (rows,) are row numbers of centres."""
        return np.clip((x - self.centres[regime]) / self.scales[regime], -self.clip, self.clip)

    def emit(self, b: GraphBuilder, x: str, regime: str) -> str:
        """The same as nodes; regime is int64 (1,)."""
        centre = b.node("Gather", self.centres, regime, axis=0)
        scaled = b.node("Div", b.node("Sub", x, centre), b.node("Gather", self.scales, regime, axis=0))
        return _clipped(b, scaled, self.clip)


def _clipped(b: GraphBuilder, value: str, clip: float) -> str:
    return value if clip == float("inf") else b.node("Clip", value, -clip, clip)
