"""The states of an alarm in words."""

from bobae.core import Text, text
from bobae.registry.catalogue import AlarmState

_WORDS: dict[AlarmState, Text] = {
    AlarmState.NORMAL: text("over"),
    AlarmState.UNACKNOWLEDGED: text("active, nobody has taken notice"),
    AlarmState.ACKNOWLEDGED: text("active, noticed"),
    AlarmState.RETURNED: text("over before anybody took notice"),
    AlarmState.LATCHED_UNACKNOWLEDGED: text("over before anybody took notice, stands until it is reset"),
    AlarmState.LATCHED: text("over and noticed, stands until it is reset"),
    AlarmState.SHELVED: text("shelved"),
    AlarmState.SUPPRESSED: text("suppressed by design"),
    AlarmState.OUT_OF_SERVICE: text("out of service"),
}


def state_in_words(state: AlarmState) -> Text:
    """What a state means for the person at the machine."""
    return _WORDS[state]
