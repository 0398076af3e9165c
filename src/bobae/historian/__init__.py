"""The historian: samples kept so that none acknowledged is lost, and read back fast."""

from bobae.historian.store import Store, open_store

__all__ = ["Store", "open_store"]
