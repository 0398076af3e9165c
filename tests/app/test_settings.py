from pathlib import Path

import pytest

from bobae.app import settings_for
from bobae.core import BadInput, UnknownName


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "plant" / "data"
    folder.mkdir(parents=True)
    (tmp_path / "plant" / "plant.yaml").write_text("plant: a\nlanguage: ko\ntimezone: Asia/Seoul\n", "utf-8")
    return folder


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "TIMEZONE", "CURRENCY", "ALARM_BUDGET"):
        monkeypatch.delenv(f"BOBAE_{name}", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def test_the_plant_file_near_the_data_decides(plant: Path) -> None:
    settings = settings_for(plant)
    assert (settings.language, settings.timezone, settings.currency) == ("ko", "Asia/Seoul", "KRW")
    assert settings.plant is not None


def test_what_the_plant_file_leaves_out_is_not_decided_by_it(plant: Path, own_home: Path) -> None:
    (own_home / "config.toml").write_text('currency = "EUR"\ntimezone = "Europe/Berlin"\n')
    settings = settings_for(plant)
    assert (settings.timezone, settings.currency) == ("Asia/Seoul", "EUR")


def test_a_flag_beats_the_environment_and_that_beats_the_plant_file(
    plant: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOBAE_TIMEZONE", "Asia/Tokyo")
    assert settings_for(plant, timezone="UTC").timezone == "UTC"
    settings = settings_for(plant)
    assert settings.timezone == "Asia/Tokyo"
    assert settings.origins["timezone"] == "BOBAE_TIMEZONE"


def test_without_anything_the_locale_speaks_and_no_time_zone_is_guessed() -> None:
    settings = settings_for(None)
    assert (settings.language, settings.timezone) == ("en", None)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("timezone", "Asia/Seol", "Asia/Seoul"), ("currency", "WON", "BOBAE_CURRENCY"), ("language", "fr", "ko or en")],
)
def test_a_value_that_cannot_be_says_where_it_came_from(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BOBAE_{name.upper()}", value)
    with pytest.raises(BadInput, match=f"BOBAE_{name.upper()}.*{said}|{said}"):
        settings_for(None)


def test_a_setting_that_does_not_exist_is_told_the_nearest(own_home: Path) -> None:
    (own_home / "config.toml").write_text('langauge = "ko"\n')
    with pytest.raises(UnknownName, match="nearest: language"):
        settings_for(None)
