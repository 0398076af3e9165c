"""Serve: sealed models on live rows, with the same scores as in the backtest."""

from bobae.serve.line import Line
from bobae.serve.live_model import LiveModel, LiveRow, Proof

__all__ = ["Line", "LiveModel", "LiveRow", "Proof"]
