"""Collect: connectors in, samples with their gaps into the historian, tried again until it works."""
