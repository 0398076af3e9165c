"""Predictions: posed as a question to the rows, learned, tried on rows not seen, weighed against simple rules."""
