import pytest

from bobae.core import is_ucum, nearest_unit, ucum_code

CODES = "Cel bar kPa m/s2 [g] A V kW kW.h L/min {rev}/min /min % mm um Hz N.m kgf/cm2 mm[Hg] m/(s.kg) {count} 1 10*3/uL"


@pytest.mark.parametrize("code", CODES.split())
def test_a_ucum_code_is_known(code: str) -> None:
    assert is_ucum(code)
    assert ucum_code(code) == code


@pytest.mark.parametrize("written", ["", "°C", "rpm", "kWh", "m//s", "m/", "(m", "m)", "m s", "CEL", "Kpa", ".", "{"])
def test_what_is_no_ucum_code_is_refused(written: str) -> None:
    assert not is_ucum(written)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("℃", "Cel"),
        (" deg C ", "Cel"),
        ("RPM", "{rev}/min"),
        ("kWh", "kW.h"),
        ("㎥/h", "m3/h"),
        ("Kpa", "kPa"),
        ("㎏", "kg"),
    ],
)
def test_a_common_spelling_is_told_its_code(written: str, code: str) -> None:
    assert ucum_code(written) == code
    assert nearest_unit(written) == code
    assert is_ucum(code)


def test_a_word_that_is_no_unit_has_no_code() -> None:
    assert ucum_code("blah") is None
    assert "Cel" in nearest_unit("blah")
