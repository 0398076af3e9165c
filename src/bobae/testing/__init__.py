"""Contract suites that plugin authors inherit; never imported by the product.

A plugin is right when a test class that inherits its suite passes:

    from bobae.testing import TwinContract

    class TestPress(TwinContract):
        @pytest.fixture
        def new(self):
            return Press

Each suite loads when first asked for: the servers of tests are programs of this package, and are started often.
"""

from typing import TYPE_CHECKING, Any

from bobae.core.lazy import LazyModule

if TYPE_CHECKING:
    from bobae.testing.chaos import ChaosContract
    from bobae.testing.chaos_subject import ChaosSource, Subject
    from bobae.testing.connector import ConnectorContract
    from bobae.testing.learner import AnomalyContract, KindContract, LearnerContract, NumberContract, PredictorContract
    from bobae.testing.live_connector import LiveConnectorContract, LiveSource
    from bobae.testing.made_machine import FAULT_TAG, machine, with_columns_in_order
    from bobae.testing.twin import Readings, Twin, TwinContract

__all__ = [
    "FAULT_TAG",
    "AnomalyContract",
    "ChaosContract",
    "ChaosSource",
    "ConnectorContract",
    "KindContract",
    "LearnerContract",
    "LiveConnectorContract",
    "LiveSource",
    "NumberContract",
    "PredictorContract",
    "Readings",
    "Subject",
    "Twin",
    "TwinContract",
    "machine",
    "with_columns_in_order",
]

_IN = {
    "chaos": ("ChaosContract",),
    "chaos_subject": ("ChaosSource", "Subject"),
    "connector": ("ConnectorContract",),
    "learner": ("AnomalyContract", "KindContract", "LearnerContract", "NumberContract", "PredictorContract"),
    "live_connector": ("LiveConnectorContract", "LiveSource"),
    "made_machine": ("FAULT_TAG", "machine", "with_columns_in_order"),
    "twin": ("Readings", "Twin", "TwinContract"),
}
_WHERE = {name: LazyModule(f"bobae.testing.{module}") for module, names in _IN.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_WHERE[name], name)
