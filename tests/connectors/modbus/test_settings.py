"""What plant.yaml may say about a Modbus source, and what is said when it is wrong."""

import pytest

from bobae.connectors.modbus import connector, writer
from bobae.connectors.modbus.settings import Where, checked
from bobae.core import BadInput, LiveConnector, UnknownName, Writer


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("tcp://10.0.0.9", Where("tcp://10.0.0.9:502", "10.0.0.9")),
        ("tcp://meter.local:1502", Where("tcp://meter.local:1502", "meter.local", 1502)),
        ("tcp://[fe80::1]:502", Where("tcp://[fe80::1]:502", "fe80::1")),
        ("rtu+tcp://10.0.0.9:4001", Where("rtu+tcp://10.0.0.9:4001", "10.0.0.9", 4001, rtu=True)),
        (
            "serial:///dev/ttyUSB0?baud=9600&parity=N&stop=2&bits=7",
            Where("serial:///dev/ttyUSB0", "/dev/ttyUSB0", 502, True, True, 9600, "N", 2, 7),
        ),
        ("serial:///COM3", Where("serial:///COM3", "COM3", rtu=True, serial=True)),
    ],
)
def test_a_line_is_told_by_its_url(url, where):
    said = checked({"url": url})
    assert said.where == where
    assert connector({"url": url}).endpoint == where.url


def test_what_is_not_said_has_a_usual_value():
    said = checked({"url": "tcp://10.0.0.9"})
    assert (said.poll_s, said.timeout_s, said.requests_per_s) == (1.0, 1.5, 20.0)
    assert (said.gap_registers, said.max_registers, said.units) == (8, 125, (1,))


def test_units_are_written_as_ranges():
    assert checked({"url": "tcp://10.0.0.9", "units": "1, 2,10-12,2"}).units == (1, 2, 10, 11, 12)
    assert checked({"url": "tcp://10.0.0.9", "units": 7}).units == (7,)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "url: tcp://"),
        ({"url": "http://10.0.0.9"}, "rtu\\+tcp"),
        ({"url": "tcp://10.0.0.9:port"}, "tcp://host:502"),
        ({"url": "tcp://"}, "tcp://host:502"),
        ({"url": "serial://"}, "serial:///dev"),
        ({"url": "serial:///dev/ttyS0?parity=X"}, "parity=X"),
        ({"url": "serial:///dev/ttyS0?speed=9600"}, "speed=9600"),
        ({"url": "tcp://10.0.0.9", "poll_s": 0}, "above zero"),
        ({"url": "tcp://10.0.0.9", "max_registers": 126}, "1 - 125"),
        ({"url": "tcp://10.0.0.9", "gap_registers": -1}, "0 - 125"),
        ({"url": "tcp://10.0.0.9", "units": "all"}, "1,2,10-12"),
        ({"url": "tcp://10.0.0.9", "units": "256"}, "1,2,10-12"),
    ],
)
def test_a_setting_that_cannot_be_is_told(settings, words):
    with pytest.raises(BadInput, match=words):
        connector(settings)


def test_a_setting_that_does_not_exist_is_told_the_nearest():
    with pytest.raises(UnknownName, match="poll_s"):
        writer({"url": "tcp://10.0.0.9", "pol_s": 1})


def test_what_is_made_keeps_the_protocols():
    assert isinstance(connector({"url": "tcp://10.0.0.9"}), LiveConnector)
    assert isinstance(writer({"url": "tcp://10.0.0.9"}), Writer)
