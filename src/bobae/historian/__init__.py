"""The historian: samples kept so that none acknowledged is lost, and read back fast."""

from bobae.historian.store import Store, open_store
from bobae.historian.warming import warm

__all__ = ["Store", "open_store", "warm"]
