from importlib.metadata import entry_points

import pytest

from bobae.testing import TwinContract

TWINS = sorted(entry_points(group="bobae.twins"), key=lambda point: point.name)


@pytest.mark.parametrize("point", TWINS, ids=lambda point: point.name)
class TestEveryTwin(TwinContract):
    @pytest.fixture
    def new(self, point):
        return point.load().TWIN
