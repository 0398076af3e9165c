"""Settings, read once at the edge: defaults < config.toml < plant.yaml < environment < flag."""

import os
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bobae.app import plant_file
from bobae.app.currencies import CURRENCIES
from bobae.core import LANGUAGES, BadInput, Costs, Plant, UnknownName, alarms_per_week
from bobae.core.language import locale_language

_NAMES = ("language", "timezone", "currency", "alarm_budget")


@dataclass(frozen=True)
class Settings:
    """What holds where nothing else is said.

    Attributes:
        home: bobae's own folder: signing key, trust list, config.toml.
        language: 'ko' or 'en'.
        timezone: IANA name that local times in files are in; None: asked for where it matters.
        currency: ISO 4217 code that costs and savings are told in.
        alarm_budget: false alarms that one machine may raise, as written.
        costs: what mistakes cost, from the plant's monitor.
        plant: the plant whose file was found, if any.
        origins: setting -> where its value came from.
    """

    home: Path
    language: str = "en"
    timezone: str | None = None
    currency: str = "KRW"
    alarm_budget: str = "1/week"
    costs: Costs = field(default_factory=Costs)
    plant: Plant | None = None
    origins: Mapping[str, str] = field(default_factory=dict)


def settings_for(place: Path | None, **flags: str | None) -> Settings:
    """The settings that hold at `place` (a file or folder; its plant file is looked for there and just above).

    Raises:
        BadInput: a value that cannot be; says where it came from.
        UnknownName: config.toml has a setting that does not exist.
    """
    found = plant_file.find(place) if place else None
    plant = plant_file.read(found).plant if found else None
    home = home_folder()
    chosen: dict[str, tuple[str, str]] = {"language": (locale_language(), "locale")}
    for origin, values in (
        (str(home / "config.toml"), _file(home / "config.toml")),
        (str(found), _plant(plant)),
        ("BOBAE_{name}", {name: os.environ.get(f"BOBAE_{name.upper()}") for name in _NAMES}),
        ("--{name}", flags),
    ):
        chosen |= {name: (value, _origin(origin, name)) for name, value in values.items() if value}
    for name, (value, origin) in chosen.items():
        _check(name, value, origin)
    monitor = plant.monitor_of("anomaly") if plant else None
    return Settings(
        home=home,
        plant=plant,
        costs=monitor.costs if monitor else Costs(),
        origins={name: origin for name, (_, origin) in chosen.items()},
        **{name: value for name, (value, _) in chosen.items()},
    )


def home_folder() -> Path:
    """The folder of keys and settings: BOBAE_HOME, or bobae/ in the user's configuration folder."""
    if home := os.environ.get("BOBAE_HOME"):
        return Path(home)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "bobae"


def _file(path: Path) -> dict[str, str | None]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("{path} is not TOML ({why}); correct or remove it", path=path, why=error) from error
    for name in values:
        if name not in _NAMES:
            raise UnknownName.among(
                "no setting is called {name!r} ({path}); nearest: {nearest}", name=name, known=_NAMES, path=path
            )
    return {name: str(value) for name, value in values.items()}


def _plant(plant: Plant | None) -> dict[str, str | None]:
    """What the plant file says itself; its defaults do not count as said."""
    if plant is None:
        return {}
    said = {
        name: getattr(plant, name) for name in ("language", "timezone", "currency") if name in plant.model_fields_set
    }
    monitor = plant.monitor_of("anomaly")
    return said | ({"alarm_budget": str(monitor.alarm_budget)} if monitor else {})


def _origin(origin: str, name: str) -> str:
    if origin.startswith("--") and name == "language":
        return "--lang"
    written = name.upper() if origin.startswith("BOBAE") else name.replace("_", "-")
    return origin.replace("{name}", written)


def _check(name: str, value: str, origin: str) -> None:
    if name == "language" and value not in LANGUAGES:
        raise BadInput("the language is {value!r} ({origin}); it can be ko or en", value=value, origin=origin)
    if name == "timezone" and value not in zoneinfo.available_timezones():
        raise UnknownName.among(
            "no time zone is called {name!r} ({origin}); nearest: {nearest}",
            name=value,
            known=zoneinfo.available_timezones(),
            origin=origin,
        )
    if name == "currency" and value not in CURRENCIES:
        raise UnknownName.among(
            "no currency has the code {name!r} ({origin}); nearest: {nearest}",
            name=value,
            known=CURRENCIES,
            origin=origin,
        )
    if name == "alarm_budget":
        alarms_per_week(value)
