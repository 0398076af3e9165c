"""Files in: CSV, Excel and Parquet, one or many, read as one dataset with everything found out on the way."""

from bobae.connectors.files.content import is_measurement
from bobae.connectors.files.group import FileGroup
from bobae.connectors.files.parts import Part, Reads, Table
from bobae.connectors.files.reading import read, tables
from bobae.connectors.files.units import bare_name

__all__ = ["FileGroup", "Part", "Reads", "Table", "bare_name", "is_measurement", "read", "tables"]
