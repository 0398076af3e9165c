"""ONNX pieces, each beside its numpy reference, and the runner that carries their state from row to row."""

from bobae.graph.alarm import Episode, Threshold
from bobae.graph.bands import Bands
from bobae.graph.builder import GraphBuilder
from bobae.graph.delays import Delays
from bobae.graph.drift import DriftingLimit
from bobae.graph.ewma import Ewma
from bobae.graph.fill import FillLast
from bobae.graph.kernel import Kernel
from bobae.graph.lags import Lags
from bobae.graph.late import LateBias
from bobae.graph.linear import Linear, Quadratic
from bobae.graph.memory import Memory
from bobae.graph.regimes import ByCode
from bobae.graph.runner import Runner
from bobae.graph.running import Running
from bobae.graph.scale import RegimeScale, Scale
from bobae.graph.streams import Streams
from bobae.graph.traces import Ripples, Trace
from bobae.graph.trees import Trees
from bobae.graph.wear import Wear

__all__ = [
    "Bands",
    "ByCode",
    "Delays",
    "DriftingLimit",
    "Episode",
    "Ewma",
    "FillLast",
    "GraphBuilder",
    "Kernel",
    "Lags",
    "LateBias",
    "Linear",
    "Memory",
    "Quadratic",
    "RegimeScale",
    "Ripples",
    "Runner",
    "Running",
    "Scale",
    "Streams",
    "Threshold",
    "Trace",
    "Trees",
    "Wear",
]
