"""A model's graph, by hand: scale, slow average, limit; one row in, score and alarm out, state carried along."""

import numpy as np

from bobae.core import Contract, Input, Output
from bobae.graph import Ewma, GraphBuilder, Runner, Scale, Threshold

scale = Scale(np.array([20.0]), np.array([2.0]))  # centre and spread of a temperature in Cel
slow = Ewma((0.2,))
limit = Threshold(np.array([1.5]))

b = GraphBuilder(inputs=1)
mean = slow.emit(b, "slow", scale.emit(b, b.x))
b.output("score", mean)
b.output("alarm", limit.emit(b, mean))
contract = Contract(
    inputs=(Input(name="temperature", unit="Cel"),),
    outputs=(Output(name="score", kind="score"), Output(name="alarm", kind="decision")),
    states=b.states,
)
runner = Runner(b.serialise(contract), contract)

rows = np.array([[20.0], [20.5], [27.0], [27.5], [28.0], [28.0]])
answers = runner.run(rows, np.array([1.0, 0, 0, 0, 0, 0]))  # the first row starts afresh
for row, score, alarm in zip(rows[:, 0], answers["score"], answers["alarm"], strict=True):
    print(f"{row:5.1f} Cel  score {score:.3f}  {'ALARM' if alarm > 0.5 else ''}".rstrip())
