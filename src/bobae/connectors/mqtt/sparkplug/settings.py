"""What plant.yaml may say about a Sparkplug source."""

from dataclasses import dataclass

from bobae.connectors.mqtt.login import LOGIN_SETTINGS, Login, login_of
from bobae.core import BadInput, Given
from bobae.core.connector import Settings

_KNOWN = (*LOGIN_SETTINGS, "host_id", "birth_s", "browse_s")


@dataclass(frozen=True)
class SparkplugSettings:
    """Where the broker is, and as whom bobae listens.

    Attributes:
        login: the broker, and how it lets us in.
        host_id: by which edge nodes know their primary host; one source of one bobae alone has it at a broker.
        birth_s: how long the births of edge nodes are waited for before their metrics are looked for.
        browse_s: how long births are gathered.
    """

    login: Login
    host_id: str = "bobae"
    birth_s: float = 1.0
    browse_s: float = 5.0


def checked(settings: Settings) -> SparkplugSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"url": "mqtt://10.0.0.7"}).host_id
        'bobae'
    """
    given = Given(settings, "sparkplug", _KNOWN)
    host_id = given.word("host_id", "bobae") or "bobae"
    if any(sign in host_id for sign in "/+#"):
        raise BadInput("host_id is part of a topic, without / + and #; it is {host_id!r}", host_id=host_id)
    return SparkplugSettings(
        login_of(given, settings), host_id, given.number("birth_s", 1.0), given.number("browse_s", 5.0)
    )
