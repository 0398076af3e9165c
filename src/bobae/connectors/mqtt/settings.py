"""What plant.yaml may say about an MQTT source."""

from dataclasses import dataclass

from bobae.connectors.mqtt.login import LOGIN_SETTINGS, Login, login_of
from bobae.connectors.mqtt.mapping import MAPPING_SETTINGS, Mapping, mapping_of
from bobae.core import BadInput, Given
from bobae.core.connector import Settings

_KNOWN = (*LOGIN_SETTINGS, *MAPPING_SETTINGS, "qos", "availability", "offline", "browse", "browse_s")


@dataclass(frozen=True)
class MqttSettings:
    """Where the broker is, and how its messages are read.

    Attributes:
        login: the broker, and how it lets us in.
        mapping: where time and quality stand in a payload.
        qos: 1: each message comes at least once, also what is published while nobody listens; 0: as it comes.
        availability: the topic that says whether the machine is there; None: none does.
        offline: what stands there when it is not.
        browse: which topics are looked at for what there is; wildcards allowed.
        browse_s: for how long.
    """

    login: Login
    mapping: Mapping
    qos: int = 1
    availability: str | None = None
    offline: str = "offline"
    browse: str = "#"
    browse_s: float = 5.0


def checked(settings: Settings) -> MqttSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"url": "mqtt://10.0.0.7", "time": "ts"}).login.endpoint
        'mqtt://10.0.0.7:1883'
    """
    given = Given(settings, "mqtt", _KNOWN)
    availability = given.word("availability")
    if availability is not None and any(sign in availability for sign in "+#"):
        raise BadInput("availability is one topic, without + and #; it is {topic!r}", topic=availability)
    return MqttSettings(
        login=login_of(given, settings),
        mapping=mapping_of(given, settings),
        qos=given.whole("qos", 1, high=1),
        availability=availability,
        offline=given.word("offline", "offline") or "",
        browse=given.word("browse", "#") or "#",
        browse_s=given.number("browse_s", 5.0),
    )
