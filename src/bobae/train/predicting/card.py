"""The card of a prediction: what it is for, what it was tried on, where it must not be used; Markdown, any language."""

import math

from bobae.core import Contract, Text, text
from bobae.train.card import bullets, origin_lines, part_line, short, signals_table
from bobae.train.predicting.outcome import PredictionOutcome

_WEIGHTS = 8


def prediction_card(outcome: PredictionOutcome, contract: Contract, *, name: str, language: str) -> str:
    """The card of a model called `name` in `language`."""

    def told(said: Text) -> str:
        return said.render(language)

    divided = text("The rows were divided by {by}: {reason}.", by=outcome.split.by, reason=outcome.split.reason)
    parts = [told(part_line(part, has_time=outcome.has_time)) for part in outcome.split.parts]
    weights = [
        told(
            text(
                "{tag}: {share} % ({low} to {high} % in the parts)",
                tag=w.tag,
                share=_percent(w.share),
                low=_percent(w.low),
                high=_percent(w.high),
            )
        )
        for w in outcome.weights[:_WEIGHTS]
        if w.share > 0
    ]
    sections = (
        (text("What it is for"), [told(_tells(outcome))]),
        (
            text("What it was tried on"),
            [told(divided), bullets(parts), _figures(outcome, language)],
        ),
        (text("What moves its answers"), [bullets(weights), told(_ASSOCIATION)]),
        (text("Where it must not be used"), [bullets([told(one) for one in (*_limits(contract), *outcome.warnings)])]),
        (text("Signals"), [signals_table(contract, language)]),
        (text("How to make it again"), [bullets([told(line) for line in origin_lines(outcome)])]),
    )
    blocks = [f"# {name}", *(told(said) for said in outcome.headlines)]
    for title, texts in sections:
        blocks += [f"## {told(title)}", *texts]
    return "\n\n".join(blocks) + "\n"


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


_ASSOCIATION = text("These signals go along with the answer; they need not have caused it.")


def _limits(contract: Contract) -> tuple[Text, ...]:
    sampling = (
        text("a row every {step} s", step=f"{contract.sampling_s:g}") if contract.sampling_s else text("any rate")
    )
    return (
        text("On other machines, other sensors or another sampling than {sampling}: train it anew.", sampling=sampling),
        text("Far outside the ranges below: it has seen nothing there."),
        text("As a safety device, or in place of a measurement that a rule or a customer asks for."),
    )


def _figures(outcome: PredictionOutcome, language: str) -> str:
    rules = [text("this model"), *(b.title for b in outcome.baselines)]
    heads = [text("figure (95 % interval)"), *rules]
    table = ["| " + " | ".join(head.render(language) for head in heads) + " |", "|---" * len(heads) + "|"]
    for name, figure in outcome.metrics.items():
        if not math.isfinite(figure.value):
            continue
        others = [b.metrics.get(name) for b in outcome.baselines]
        cells = ["-" if f is None or not math.isfinite(f.value) else short(f.value) for f in others]
        own = short(figure.value)
        if math.isfinite(figure.low) and math.isfinite(figure.high):
            own += f" ({short(figure.low)} - {short(figure.high)})"
        title = outcome.titles[name].render(language) if name in outcome.titles else name
        table.append("| " + " | ".join([title, own, *cells]) + " |")
    return "\n".join(table)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"
