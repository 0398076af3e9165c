"""The SECS/GEM connector keeps what every live connector promises, against secsgem's equipment."""

from collections.abc import Iterator

import pytest

from bobae.testing import LiveConnectorContract
from bobae.testing.secs_process import SecsSource


@pytest.fixture(scope="module")
def tool() -> Iterator[SecsSource]:
    with SecsSource() as source:
        yield source


class TestSecs(LiveConnectorContract):
    @pytest.fixture
    def source(self, tool: SecsSource) -> SecsSource:
        return tool
