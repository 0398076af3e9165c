"""Monitor: the outputs of models become alarms with a state."""
