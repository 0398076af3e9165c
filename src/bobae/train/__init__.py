"""The verbs that judge data and models: assess, train, backtest, score."""
