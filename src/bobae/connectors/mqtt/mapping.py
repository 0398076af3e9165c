"""How a source's JSON says when a value was true and whether to trust it."""

from dataclasses import dataclass
from typing import Any

from bobae.connectors.mqtt.addresses import Step, steps_of, walked
from bobae.connectors.mqtt.columns import BAD_DECODING
from bobae.connectors.mqtt.times import UNITS_NS
from bobae.core import BadInput, Given
from bobae.core.connector import Settings

MAPPING_SETTINGS = ("time", "time_unit", "quality", "good")
BAD, UNCERTAIN = 0x8000_0000, 0x4000_0000


@dataclass(frozen=True)
class Place:
    """Where something stands: from the top of the payload, or beside each value.

    Attributes:
        steps: the way there.
        beside: whether it begins at what holds the value.
    """

    steps: tuple[Step, ...]
    beside: bool

    def find(self, document: Any, holder: Any) -> Any:
        """What stands there; None where nothing does."""
        try:
            return walked(holder if self.beside else document, self.steps)
        except (KeyError, IndexError, TypeError):
            return None


@dataclass(frozen=True)
class Mapping:
    """What plant.yaml says of the payloads of one source.

    Attributes:
        time: where the time stands; None: what comes is of when it came.
        time_unit: what a time that is a number counts.
        quality: where the quality stands; None: all is good.
        good: the qualities that are good, or how they are coded: 'opcua' or 'opcda'.
    """

    time: Place | None = None
    time_unit: str = "ms"
    quality: Place | None = None
    good: tuple[Any, ...] | str = ()

    def status(self, quality: Any) -> int:
        """The OPC UA status that a quality means; one that is not there is good."""
        if quality is None:
            return 0
        if isinstance(self.good, tuple):
            return 0 if quality in self.good else BAD
        if isinstance(quality, bool) or not isinstance(quality, int) or not 0 <= quality < 2**32:
            return BAD_DECODING
        if self.good == "opcua":
            return quality
        return {0xC0: 0, 0x40: UNCERTAIN}.get(quality & 0xC0, BAD)  # OPC DA 3.0, 6.8


def mapping_of(given: Given, settings: Settings) -> Mapping:
    """The mapping that the settings of a source describe.

    Raises:
        BadInput: a setting cannot be.
    """
    quality, good = _place(given.word("quality"), "quality"), settings.get("good")
    if (quality is None) != (good is None):
        raise BadInput(
            "quality and good of an MQTT source belong together; write quality: q and good: [GOOD, 192], or good: "
            "opcua or opcda where qualities are codes of these"
        )
    if good is not None and not isinstance(good, list) and good not in ("opcua", "opcda"):
        raise BadInput("good of an MQTT source is {value!r}; it can be: [GOOD, 192], opcua, opcda", value=good)
    return Mapping(
        time=_place(given.word("time"), "time"),
        time_unit=given.choice("time_unit", tuple(UNITS_NS), "ms"),
        quality=quality,
        good=tuple(good) if isinstance(good, list) else good or (),
    )


def _place(path: str | None, name: str) -> Place | None:
    if path is None:
        return None
    beside = path.startswith(".")
    steps = steps_of(path[1:] if beside else path)
    if steps is None or None in steps:
        raise BadInput(
            "{name} of an MQTT source is {path!r}; write {name}: ts for one at the top of the payload, {name}: .ts for "
            "one beside each value",
            name=name,
            path=path,
        )
    return Place(steps, beside)
