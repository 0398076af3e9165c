"""The MQTT connector keeps what every live connector promises, against a real broker."""

from collections.abc import Iterator

import pytest

from bobae.testing import LiveConnectorContract
from bobae.testing.mqtt_process import MqttSource


@pytest.fixture(scope="module")
def machine() -> Iterator[MqttSource]:
    with MqttSource() as source:
        yield source


class TestMqtt(LiveConnectorContract):
    @pytest.fixture
    def source(self, machine: MqttSource) -> MqttSource:
        return machine
