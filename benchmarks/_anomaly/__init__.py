"""The parts of the anomaly benchmark; each gives rows for the result file."""
