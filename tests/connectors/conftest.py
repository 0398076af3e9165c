"""Makes files as plants have them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bobae.connectors import files
from bobae.core import Dataset

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a text file (or bytes) under a name and gives its path."""

    def written(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


@pytest.fixture
def read(write: Write) -> Callable[..., Dataset]:
    """Writes a text file and reads it."""

    def dataset(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8", **how: str) -> Dataset:
        return files.read([write(content, name, encoding)], **how)

    return dataset
