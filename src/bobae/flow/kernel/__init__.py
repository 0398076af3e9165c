"""The compiled engine: one function over the arrays of `flow.layout`."""
