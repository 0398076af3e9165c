"""Addresses: a column, or `pattern:column` where the files of several machines lie in one folder."""

import fnmatch
from collections.abc import Iterable, Sequence

from bobae.connectors.files import bare_name


def column_of(address: str, name: str, columns: Iterable[str]) -> str | None:
    """The column of the file `name` that an address means; None if it means none of them.

    Example:
        >>> column_of("press1_*.csv:temp", "press1_0304.csv", ["temp"]), column_of("temp", "a.csv", ["pressure"])
        ('temp', None)
    """
    columns = list(columns)
    for wanted in (address, bare_name(address)):
        if wanted in columns:
            return wanted
    pattern, _, column = address.partition(":")
    if not column or not fnmatch.fnmatch(name.rsplit("/", 1)[-1], pattern):
        return None
    return next((wanted for wanted in (column, bare_name(column)) if wanted in columns), None)


def wanted_of(addresses: Sequence[str], name: str, columns: Sequence[str]) -> dict[int, str]:
    """Position among the addresses -> column, for those that mean a column of the file `name`."""
    found = {i: column_of(address, name, columns) for i, address in enumerate(addresses)}
    return {i: column for i, column in found.items() if column is not None}
