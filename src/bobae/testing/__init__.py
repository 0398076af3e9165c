"""Contract suites that plugin authors inherit; never imported by the product.

A plugin is right when a test class that inherits its suite passes:

    from bobae.testing import TwinContract

    class TestPress(TwinContract):
        @pytest.fixture
        def new(self):
            return Press
"""

from bobae.testing.connector import ConnectorContract
from bobae.testing.learner import AnomalyContract, LearnerContract
from bobae.testing.live_connector import LiveConnectorContract, LiveSource
from bobae.testing.machine import FAULT_TAG, machine, with_columns_in_order
from bobae.testing.twin import Readings, Twin, TwinContract

__all__ = [
    "FAULT_TAG",
    "AnomalyContract",
    "ConnectorContract",
    "LearnerContract",
    "LiveConnectorContract",
    "LiveSource",
    "Readings",
    "Twin",
    "TwinContract",
    "machine",
    "with_columns_in_order",
]
