"""The Sparkplug connector keeps what every live connector promises, against a real broker and edge node."""

from collections.abc import Iterator

import pytest

from bobae.testing import LiveConnectorContract
from bobae.testing.sparkplug_process import SparkplugSource


@pytest.fixture(scope="module")
def edge() -> Iterator[SparkplugSource]:
    with SparkplugSource() as source:
        yield source


class TestSparkplug(LiveConnectorContract):
    @pytest.fixture
    def source(self, edge: SparkplugSource) -> SparkplugSource:
        return edge
