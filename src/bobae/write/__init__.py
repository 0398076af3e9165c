"""Writing to the plant: asked by one person, approved by another, within limits, read back, taken back, written down.

It is not a safety system: what must never happen is prevented in the machine's own controller.
"""

from bobae.write.desk import EXPIRES_S, Desk
from bobae.write.executor import Executor
from bobae.write.limits import Limits, shown_as, told
from bobae.write.persons import Persons, WrongSecret
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
    "Writing",
    "WrongSecret",
    "entry_told",
    "in_words",
    "shown_as",
    "told",
]
