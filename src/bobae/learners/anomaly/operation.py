"""How the machine is run: holes filled, stops and changes seen, each product or mode measured from its own centre."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Dataset, Floats, Input, Ints
from bobae.core.model import UNSEEN
from bobae.graph import ByCode, FillLast, GraphBuilder, RegimeScale, Running
from bobae.learners.anomaly.regimes import category_inputs, running_gate, scaling


@dataclass(frozen=True, eq=False)
class Operation:
    """From the inputs of a row to scaled sensors, and for how long the machine has run the same way.

    Attributes:
        sensors: how many of the inputs are sensors; the rest are categories.
        fill: stands in for missing inputs.
        running: sees stops, starts and changes of regime.
        codes: which categories make which regime; None without categories.
        scale: each regime's centre, and the spread.
    """

    sensors: int
    fill: FillLast
    running: Running
    codes: ByCode | None
    scale: RegimeScale

    def run(self, x: Floats, gap: Floats) -> tuple[Floats, Floats, Ints]:
        """(scaled (rows, sensors), fresh (rows,), since (rows,)) for rows x (rows, inputs); see `Running`."""
        held = self.fill.run(x, gap)[0]
        filled = held[:, : self.sensors]
        regime = np.zeros(len(x), dtype=np.int64)
        if self.codes is not None:
            regime = self.codes.run(held[:, self.sensors :])[0]
        fresh, since = self.running.run(filled, regime, gap)
        return self.scale.run(filled, regime), fresh, since

    def emit(self, b: GraphBuilder) -> tuple[str, str]:
        """The same as nodes: (scaled, since); states declared after it start afresh with it."""
        filled, _ = self.fill.emit(b, "fill", b.x)
        regime = None
        if self.codes is not None:
            codes = b.columns(filled, np.arange(self.sensors, len(self.fill.default)))
            filled = b.columns(filled, np.arange(self.sensors))
            regime = self.codes.emit(b, codes)[0]
        since = self.running.emit(b, "running", filled, regime)
        return self.scale.emit(b, filled, regime or b.constant(np.array([0]))), since


def learned(data: Dataset, x: Floats, gap: Floats, *, clip: float) -> tuple[Operation, tuple[Input, ...], Floats]:
    """The operation of rows in time order, the categories that tell, and all inputs: sensors x, then their codes.

    Args:
        data: the rows, for their categories.
        x: their sensors (rows, sensors), NaN where missing.
        gap: as in `Contract`.
        clip: farthest a scaled sensor may go.
    """
    middle = np.nanmedian(x, axis=0)
    filled = FillLast(middle).run(x, gap)[0]
    gate = running_gate(filled)
    runs = gate.run(filled, np.zeros(len(x), dtype=np.int64), gap)[1] > 0
    told = category_inputs(data.rows(runs), rows=filled[runs])
    fill = FillLast(np.append(middle, [UNSEEN] * len(told)))
    inputs = np.column_stack([x, *(wanted.read(data) for wanted in told)])
    codes = fill.run(inputs, gap)[0][:, x.shape[1] :]
    by_code, scale = scaling(filled, codes, judged=runs.astype(np.float64), clip=clip)
    return Operation(x.shape[1], fill, gate, by_code, scale), told, inputs
