"""Engineering units of OPC UA as UCUM codes."""

import pytest
from asyncua import ua

from bobae.connectors.opcua.units import _UNECE, ucum_of
from bobae.core import is_ucum


@pytest.mark.parametrize(
    ("number", "name", "code"),
    [
        (4408652, "°C", "Cel"),  # the number that OPC UA gives 'CEL'
        (4342098, "", "bar"),
        (-1, "bar", "bar"),
        (-1, "rpm", "{rev}/min"),
        (-1, "bananas", None),
        (0, None, None),
    ],
)
def test_the_common_code_counts_first_and_then_the_name(number, name, code):
    assert ucum_of(ua.EUInformation("", number, ua.LocalizedText(name))) == code


def test_every_code_of_the_table_is_ucum():
    assert [code for code in _UNECE.values() if not is_ucum(code)] == []
