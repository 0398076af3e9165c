"""What plant.yaml gives a source: each setting looked at, and one that nobody knows told with the nearest."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bobae.core.errors import BadInput, UnknownName
from bobae.core.language import Text, text


class Given:
    """The settings of one source.

    Args:
        settings: as they stand in plant.yaml.
        connector: its name, for messages.
        known: the names of all settings that there are.

    Raises:
        UnknownName: a setting that does not exist; the nearest are told.

    Example:
        >>> Given({"poll_s": 2}, "modbus", ["poll_s", "host"]).number("poll_s", 1.0)
        2.0
    """

    def __init__(self, settings: Mapping[str, Any], connector: str, known: Iterable[str]) -> None:
        self._settings, self._connector = settings, connector
        known = list(known)
        for name in settings:
            if name not in known:
                raise UnknownName.among(
                    "a source with the connector {connector} has no setting {name!r}; nearest: {nearest}",
                    name=name,
                    known=known,
                    connector=connector,
                )

    def number(self, name: str, default: float) -> float:
        """A number above zero."""
        value = self._settings.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
            raise self._wrong(name, value, text("a number above zero"))
        return float(value)

    def whole(self, name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
        """A whole number from `low` to `high`."""
        value = self._settings.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._wrong(name, value, f"{low} - {high}")
        return value

    def word(self, name: str, default: str | None = None) -> str | None:
        """A text that is not empty."""
        value = self._settings.get(name, default)
        if value is not None and (not isinstance(value, (str, int)) or not str(value).strip()):
            raise self._wrong(name, value, text("a word"))
        return None if value is None else str(value)

    def needed(self, name: str, example: str) -> str:
        """A text that must be there."""
        value = self.word(name)
        if value is None:
            raise BadInput(
                "a source with the connector {connector} needs the setting {name}; write {name}: {example}",
                connector=self._connector,
                name=name,
                example=example,
            )
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of the words allowed."""
        value = self._settings.get(name, default)
        if value not in allowed:
            raise self._wrong(name, value, ", ".join(allowed))
        return str(value)

    def flag(self, name: str, default: bool) -> bool:
        """Yes or no."""
        value = self._settings.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, value, "true, false")
        return value

    def secret(self, name: str) -> str | None:
        """What the environment variable holds that the setting names; a secret itself never stands in plant.yaml."""
        variable = self._settings.get(name)
        if variable is None:
            return None
        if str(variable) not in os.environ:
            raise BadInput(
                "the environment variable {variable!r} is not set; `{name}` names the variable that holds the "
                "password, the password itself never stands in plant.yaml",
                variable=variable,
                name=name,
            )
        return os.environ[str(variable)]

    def _wrong(self, name: str, value: Any, wanted: Text | str) -> BadInput:
        return BadInput(
            "{name} of a source with the connector {connector} is {value!r}; it can be: {wanted}",
            name=name,
            connector=self._connector,
            value=value,
            wanted=wanted,
        )
