import pytest

from bobae.core import speaking
from bobae.page import duration, moment, money, number, percent, unit


@pytest.mark.parametrize(
    ("value", "said"),
    [(12345.6, "12,346"), (0.012345, "0.0123"), (0, "0"), (-3.14159, "-3.14"), (99.96, "100"), (float("nan"), "–")],
)
def test_numbers_keep_three_places_that_matter(value, said):
    assert number(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.25, "250 ms"),
        (59, "59 s"),
        (3600, "1 h"),
        (11700, "3 h 15 min"),
        (86400, "24 h"),
        (180000, "2 days 2 h"),
        (700000, "8 days"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_units(seconds, said):
    assert str(duration(seconds)) == said


def test_a_share_is_written_as_each_language_does():
    assert str(percent(0.0339)) == "3.4 %"
    with speaking("ko"):
        assert str(percent(0.0339)) == "3.4%"


def test_a_point_in_time_is_written_as_in_the_data():
    assert moment(1_583_748_873 * 10**9) == "2020-03-09 10:14:33"


def test_won_are_said_in_ten_thousands_in_korean():
    assert money(1_254_321, "KRW") == "1.25 million KRW"
    assert money(-54_321, "KRW") == "-54,300 KRW"
    with speaking("ko"):
        assert money(1_254_321, "KRW") == "125만 원"
        assert money(123_456_789, "KRW") == "1.23억 원"


@pytest.mark.parametrize(
    ("code", "said"),
    [("Cel", "°C"), ("m/s2", "m/s²"), ("{rpm}", "rpm"), ("L/min", "L/min"), ("kW.h", "kW·h"), (None, "")],
)
def test_units_are_written_as_on_a_gauge(code, said):
    assert unit(code) == said
