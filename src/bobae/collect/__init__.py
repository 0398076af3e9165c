"""Collect: connectors in, samples with their gaps into the historian, tried again until it works."""

from bobae.collect.collector import Collector, Patience
from bobae.collect.state import SourceState

__all__ = ["Collector", "Patience", "SourceState"]
