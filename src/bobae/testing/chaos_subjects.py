"""Our own connectors, as chaos is tried on them."""

from bobae.testing.chaos_secured import SecuredMqtt, SecuredOpcUa
from bobae.testing.chaos_subject import Subject
from bobae.testing.folder_process import FolderSource
from bobae.testing.modbus_process import ModbusSource
from bobae.testing.mqtt_process import MqttSource
from bobae.testing.opcua_process import OpcUaSource
from bobae.testing.secs_process import SecsSource
from bobae.testing.sparkplug_process import SparkplugSource
from bobae.testing.sql_process import SqlSource

SUBJECTS = {
    one.name: one
    for one in (
        Subject("opcua", OpcUaSource, secured=SecuredOpcUa, settings={"publishing_ms": 100.0}),
        Subject("mqtt", MqttSource, secured=SecuredMqtt),
        Subject("sparkplug", SparkplugSource),
        Subject("modbus", ModbusSource, every_ms=250, timed=False, unnoticed_s=2.0),
        Subject("secs", SecsSource),
        Subject("sql", SqlSource, resumes=True, shared=True),
        Subject("folder", FolderSource, resumes=True, networked=False),
    )
}
