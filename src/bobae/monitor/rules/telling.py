"""What a rule's alarm means, in the words of the plant."""

from bobae.core import Rule, Text, text
from bobae.core.gauge import number, unit


def rule_told(asset: str, rule: Rule, value: float, code: str | None) -> Text:
    """One sentence for the person at the machine.

    Args:
        asset: path of the machine.
        rule: which rule.
        value: what its tag shows.
        code: UCUM code of the tag's unit.

    Example:
        >>> print(rule_told("press3", Rule(name="hot", tag="oil", high=80), 83.25, "Cel"))
        press3: oil 83.25 °C is above 80 °C.
    """
    shown = f"{number(value, 4)} {unit(code)}".strip()

    def limit(amount: float | None) -> str:
        return f"{number(amount or 0.0, 4)} {unit(code)}".strip()

    told = {"asset": asset, "tag": rule.tag, "value": shown}
    if rule.high is not None:
        return text("{asset}: {tag} {value} is above {limit}.", **told, limit=limit(rule.high))
    if rule.low is not None:
        return text("{asset}: {tag} {value} is below {limit}.", **told, limit=limit(rule.low))
    if rule.rise is not None:
        moved = {"moved": limit(rule.rise), "window": rule.window}
        return text("{asset}: {tag} {value} has risen by more than {moved} in {window}.", **told, **moved)
    if rule.fall is not None:
        moved = {"moved": limit(rule.fall), "window": rule.window}
        return text("{asset}: {tag} {value} has fallen by more than {moved} in {window}.", **told, **moved)
    if rule.western_electric is not None:
        usual = limit(rule.western_electric.centre)
        return text("{asset}: {tag} {value} runs away from its usual {usual} (control chart).", **told, usual=usual)
    if rule.stuck_for is not None:
        return text("{asset}: {tag} has shown {value} for {time} without moving.", **told, time=rule.stuck_for)
    return text("{asset}: nothing good has come of {tag} for {time}.", asset=asset, tag=rule.tag, time=rule.silent_for)
