"""What the card of a prediction says of its own: what it tells, and what moves its answers."""

from bobae.core import Text, text
from bobae.train.card import Purpose
from bobae.train.predicting.outcome import PredictionOutcome, Weight

_WEIGHTS = 8


def foretelling(outcome: PredictionOutcome) -> Purpose:
    """What the card of a model that foretells says of its own."""
    return Purpose(
        does=_tells(outcome),
        limits=(
            text("Far outside the ranges below: it has seen nothing there."),
            text("As a safety device, or in place of a measurement that a rule or a customer asks for."),
        ),
        moves=tuple(_moves(weight) for weight in outcome.weights[:_WEIGHTS] if weight.share > 0),
    )


def _tells(outcome: PredictionOutcome) -> Text:
    name, unit, kinds = outcome.target.name, outcome.target.unit or "-", ", ".join(outcome.target.classes)
    if outcome.task == "rul":
        return text(
            "It tells how much life is left ({name}, in {unit}), an interval that holds nine lives of ten, and the "
            "chance to fail soon.",
            name=name,
            unit=unit,
        )
    if outcome.task == "soft-sensor":
        return text(
            "It tells {name} (in {unit}) from the machine's own signals, between two measurements, with an interval "
            "that holds nine values of ten.",
            name=name,
            unit=unit,
        )
    if outcome.task == "classify":
        return text(
            "It tells which kind of {name} a part or a run will have ({kinds}), with the chance of each.",
            name=name,
            kinds=kinds,
        )
    return text(
        "It tells how {name} (in {unit}) will go on, with an interval for each horizon that holds nine values of ten.",
        name=name,
        unit=unit,
    )


def _moves(weight: Weight) -> Text:
    return text(
        "{tag}: {share} % ({low} to {high} % in the parts)",
        tag=weight.tag,
        share=_percent(weight.share),
        low=_percent(weight.low),
        high=_percent(weight.high),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"
