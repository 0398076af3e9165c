"""Files in, as the command line asks for them."""

from pathlib import Path

import pytest

from bobae.app import chosen_roles, read_with_roles, settings_for
from bobae.core import Role, UnknownName

ROWS = "\n".join(f"2024-01-01 00:{i // 60:02d}:{i % 60:02d};{20 + i % 7};{i % 5}" for i in range(200))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "meter.csv"
    path.write_text(f"time;Usage_kWh;flow\n{ROWS}\n", "utf-8")
    return path


@pytest.mark.parametrize("said", ["Usage_kWh", "Usage"])
def test_a_column_may_be_named_as_it_is_written_in_the_file(file: Path, said: str) -> None:
    dataset = read_with_roles([file], settings_for(file.parent), chosen=chosen_roles(target=said))
    assert dataset.names(Role.TARGET) == ("Usage",)


def test_a_column_that_is_not_there_is_named_as_it_was_said(file: Path) -> None:
    with pytest.raises(UnknownName, match="Usgae_kWh"):
        read_with_roles([file], settings_for(file.parent), chosen=chosen_roles(target="Usgae_kWh"))
