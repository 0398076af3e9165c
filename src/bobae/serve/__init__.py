"""Serve: sealed models on live rows, with the same scores as in the backtest."""

from bobae.serve.line import WARM_ROWS, Line
from bobae.serve.live_model import LiveModel, LiveRow, Proof, step_ns

__all__ = ["WARM_ROWS", "Line", "LiveModel", "LiveRow", "Proof", "step_ns"]
