"""A PostgreSQL server for all tests of this folder."""

from collections.abc import Iterator

import pytest

from bobae.testing.sql_process import SqlSource, binaries


@pytest.fixture(scope="session")
def server() -> Iterator[SqlSource]:
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with SqlSource() as running:
        yield running
