"""Serve: sealed models on live rows, with the same scores as in the backtest."""
