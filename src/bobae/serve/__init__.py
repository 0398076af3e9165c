"""Serve: sealed models on live rows, with the same scores as in the backtest."""

from bobae.serve.line import Line, LiveModel, LiveRow

__all__ = ["Line", "LiveModel", "LiveRow"]
