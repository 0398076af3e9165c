"""Measurement files of the automotive kind (MDF), CAN logs included, as one table or channel by channel."""

from bobae.connectors.files import bare_name
from bobae.connectors.mdf.measured import Measured
from bobae.connectors.mdf.reading import read, tables

__all__ = ["Measured", "bare_name", "read", "tables"]
