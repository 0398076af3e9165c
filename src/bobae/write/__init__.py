"""Writing to the plant: asked by one person, approved by another, within limits, read back, taken back, written down.

It is not a safety system: what must never happen is prevented in the machine's own controller.
"""

from bobae.write.desk import EXPIRES_S, Desk
from bobae.write.executor import Executor
from bobae.write.limits import Limits, shown_as, told
from bobae.write.persons import Persons, TooManyTries, WrongSecret, check_administrator, name_of
from bobae.write.secret import to_recognise
from bobae.write.switch import KillSwitch
from bobae.write.words import LOUD, entry_told, in_words
from bobae.write.writing import Writing

__all__ = [
    "EXPIRES_S",
    "LOUD",
    "Desk",
    "Executor",
    "KillSwitch",
    "Limits",
    "Persons",
    "TooManyTries",
    "Writing",
    "WrongSecret",
    "check_administrator",
    "entry_told",
    "in_words",
    "name_of",
    "shown_as",
    "to_recognise",
    "told",
]
