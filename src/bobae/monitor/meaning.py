"""What an alarm means, in the words of the plant: which signals, what they show, what they usually showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from bobae.core import Text, text
from bobae.core.gauge import number, unit

SHOWN = 3
_LEAST_SHARE = 0.1
_PLACES = 4


@dataclass(frozen=True)
class Signal:
    """One signal behind an alarm.

    Attributes:
        tag: its name.
        share: how much of the alarm it is.
        value: what it shows, NaN if nothing.
        usual: what it showed before, NaN if nobody knows.
        unit: UCUM code.
    """

    tag: str
    share: float
    value: float
    usual: float
    unit: str | None


def meaning(asset: str, signals: Sequence[Signal], because: Text | None) -> Text:
    """One or two sentences for the person at the machine.

    Args:
        asset: path of the machine.
        signals: those behind the alarm, most important first.
        because: what somebody who knows the machine says of it.

    Example:
        >>> print(meaning("press3", [Signal("oil", 0.8, 71.2, 55.0, "Cel")], None))
        press3 runs differently from usual. Out of step with the rest of the machine: oil 71.2 °C (usually 55 °C).
    """
    shown = [_told(signal) for signal in signals if signal.share >= _LEAST_SHARE][:SHOWN]
    if shown:
        said = text(
            "{asset} runs differently from usual. Out of step with the rest of the machine: {signals}.",
            asset=asset,
            signals=reduce(lambda before, after: text("{before}; {after}", before=before, after=after), shown),
        )
    else:
        said = text("{asset} runs differently from usual.", asset=asset)
    return said if because is None else text("{meaning} {because}", meaning=said, because=because)


def parts(said: Text) -> tuple[Text, ...]:
    """The parts of an alarm's meaning: what is seen, and what somebody who knows the machine says of it, if anybody."""
    return (said.values["meaning"], said.values["because"]) if "because" in said.values else (said,)


def _told(signal: Signal) -> Text:
    value, usual = (f"{number(x, _PLACES)} {unit(signal.unit)}".strip() for x in (signal.value, signal.usual))
    if signal.usual != signal.usual:  # NaN
        return text("{tag} {value}", tag=signal.tag, value=value)
    return text("{tag} {value} (usually {usual})", tag=signal.tag, value=value, usual=usual)
