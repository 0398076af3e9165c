"""Every connector lives through every fault, against a real server in a process of its own."""

from bobae.testing.chaos import ChaosContract
from bobae.testing.chaos_subjects import SUBJECTS


class TestOpcUa(ChaosContract):
    subject = SUBJECTS["opcua"]


class TestMqtt(ChaosContract):
    subject = SUBJECTS["mqtt"]


class TestSparkplug(ChaosContract):
    subject = SUBJECTS["sparkplug"]


class TestModbus(ChaosContract):
    subject = SUBJECTS["modbus"]


class TestSecs(ChaosContract):
    subject = SUBJECTS["secs"]


class TestFolder(ChaosContract):
    subject = SUBJECTS["folder"]


class TestSql(ChaosContract):
    subject = SUBJECTS["sql"]
