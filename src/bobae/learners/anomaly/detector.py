"""The detector: from a row to a score, an alarm and the sensors behind it; in numpy, and as one ONNX graph."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bobae.core import Contract, Dataset, Floats, Input, NotEnoughEvidence, Output
from bobae.graph import DriftingLimit, GraphBuilder, Lags
from bobae.learners.anomaly.calibration import Calibration, calibrated, drift_rate
from bobae.learners.anomaly.operation import Operation
from bobae.learners.anomaly.residuals import Residuals
from bobae.learners.anomaly.surprise import Memories, Surprise
from bobae.learners.anomaly.trace import Trace
from bobae.learners.making.rows import arranged

_TINY = 1e-12
FEWEST_ROWS = 20


@dataclass(frozen=True, eq=False)
class AnomalyDetector:
    """A chain of pieces, each of which runs here and stands in the graph.

    Attributes:
        inputs: sensors first, then categories.
        sensors: how many of the inputs are sensors.
        sampling_s, max_gap_s: the rows it was made for.
        operation, lags, residuals, memories, surprise, limit: the pieces in their order.
        settling: rows after a fresh start that are not judged.
        own: the rows it was learned from, judged by fits that had not seen them, for calibration.
        calibration: how the limit was set: by `fit` on those rows, by `calibrate` on later ones too.
    """

    inputs: tuple[Input, ...]
    sensors: int
    sampling_s: float | None
    max_gap_s: float | None
    operation: Operation
    lags: Lags
    residuals: Residuals
    memories: Memories
    surprise: Surprise
    limit: DriftingLimit
    settling: int
    own: Trace
    calibration: Calibration

    @cached_property
    def contract(self) -> Contract:
        """What goes in and out."""
        outputs = (
            Output(name="score", kind="score"),
            Output(name="alarm", kind="decision"),
            Output(name="contribution", kind="score", shape=(len(self.inputs),)),
            Output(name="moved", kind="decision"),
        )
        return Contract(
            inputs=self.inputs,
            outputs=outputs,
            states=self._built.states,
            sampling_s=self.sampling_s,
            max_gap_s=self.max_gap_s,
        )

    def run(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        """Score (alarm limit 1.0), alarm, contribution (rows, inputs) and moved for rows x (rows, inputs)."""
        trace, parts = self._followed(x, gap)
        ratio, alarm, moved = self.limit.run(trace.surprise, trace.judged, gap).T
        shares = np.zeros((len(x), len(self.inputs)))
        whole = np.maximum(parts.sum(axis=1, keepdims=True), _TINY)
        shares[:, : self.sensors] = parts / whole * trace.judged[:, None]
        return {"score": ratio, "alarm": alarm, "contribution": shares, "moved": moved}

    def graph(self) -> bytes:
        """The same as one ONNX model."""
        return self._built.serialise(self.contract)

    def calibrate(self, data: Dataset, *, budget_per_week: float) -> "AnomalyDetector":
        """The limit set anew from held-out normal rows, for so many false alarm episodes a week and asset.

        Raises:
            NotEnoughEvidence: hardly any row of `data` can be judged.
        """
        _, x, gap = arranged(data, self.contract)
        later = self.trace(x, gap)
        judged = int(later.judged.sum())
        if judged < FEWEST_ROWS:
            raise NotEnoughEvidence(
                "only {rows} rows of normal running are left to set the alarm limit with; at least {fewest} are needed",
                rows=judged,
                fewest=FEWEST_ROWS,
            )
        both = self.own.followed_by(later)
        surprise = Surprise.of(both.statistics[both.judged > 0])
        later, both = (replace(part, surprise=surprise.run(part.statistics)) for part in (later, both))
        rate = drift_rate(later.surprise[later.judged > 0], sampling_s=self.sampling_s)
        found = calibrated(
            both,
            later,
            sampling_s=self.sampling_s,
            budget_per_week=budget_per_week,
            limit=replace(self.limit, rate=rate),
            highest=float(np.median(surprise.run(self.memories.one_sensor_off()))),
        )
        return replace(self, surprise=surprise, limit=found.limit, calibration=found)

    def trace(self, x: Floats, gap: Floats) -> Trace:
        """What leads up to the score, row by row."""
        return self._followed(x, gap)[0]

    def _followed(self, x: Floats, gap: Floats) -> tuple[Trace, Floats]:
        """The trace, and how far off each sensor is, squared (rows, sensors)."""
        scaled, fresh, since = self.operation.run(x, gap)
        moving, standing = self.residuals.run(scaled, fresh, self.lags)
        judged = (since > self.settling).astype(np.float64)
        statistics, slow = self.memories.run(moving, standing, judged, gap)
        parts = np.square(moving) + np.square(slow) * self._slow_weight
        return Trace(self.surprise.run(statistics), statistics, judged, gap), parts

    @cached_property
    def _built(self) -> GraphBuilder:
        b = GraphBuilder(inputs=len(self.inputs))
        scaled, since = self.operation.emit(b)
        judged = b.node("Cast", b.node("Greater", since, float(self.settling)), to=11)
        lagged, _ = self.lags.emit(b, "lags", scaled)
        moving, standing = self.residuals.moving.emit(b, lagged), self.residuals.standing.emit(b, scaled)
        row, slow = self.memories.emit(b, moving, standing, judged)
        surprise = self.surprise.emit(b, row, self.memories.places)
        ratio, alarm, moved = self.limit.emit(b, "limit", surprise, judged)
        quick = b.node("Mul", moving, moving)
        parts = b.node("Add", quick, b.node("Mul", b.node("Mul", slow, slow), self._slow_weight))
        whole = b.node("Max", b.node("ReduceSum", parts, np.array([1])), _TINY)
        shares = b.node("Mul", parts, b.node("Div", judged, whole))
        if len(self.inputs) > self.sensors:
            shares = b.node("MatMul", shares, np.eye(self.sensors, len(self.inputs)))
        b.output("score", ratio)
        b.output("alarm", alarm)
        b.output("contribution", shares, shape=(len(self.inputs),))
        b.output("moved", moved)
        return b

    @property
    def _slow_weight(self) -> float:
        """Makes a standing residual that was averaged as noisy as one that was not."""
        rate = float(self.memories.memory.rates[self.memories.sizes])
        return (2.0 - rate) / rate
