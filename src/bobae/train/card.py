"""The model card: what a model is for, what it was tried on, where it must not be used; Markdown, in any language."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bobae.core import Contract, Text, text
from bobae.evidence.intervals import Figure
from bobae.evidence.value import money
from bobae.train.proven import PartRows, Proven


@dataclass(frozen=True)
class Purpose:
    """What only the model's own question has to say on its card.

    Attributes:
        does: what the model does.
        limits: where it must not be used, beside on machines that it was not made for.
        proved: what else was found where it was tried.
        moves: what moves its answers; () where the card does not say.
    """

    does: Text
    limits: tuple[Text, ...]
    proved: tuple[Text, ...] = ()
    moves: tuple[Text, ...] = ()


def card(outcome: Proven, contract: Contract, purpose: Purpose, *, name: str, language: str) -> str:
    """The card of a model called `name` in `language`."""

    def told(said: Text) -> str:
        return said.render(language)

    def bullets(lines: Sequence[Text]) -> str:
        return "\n".join(f"- {told(line)}" for line in lines)

    divided = text("The rows were divided by {by}: {reason}.", by=outcome.split.by, reason=outcome.split.reason)
    parts = [_part_line(part, has_time=outcome.has_time) for part in outcome.split.parts]
    figures = _figures(outcome, language)
    moves = [bullets(purpose.moves), told(_ASSOCIATION)] if purpose.moves else []
    sections = (
        (text("What it is for"), [told(purpose.does)]),
        (text("What it was tried on"), [told(divided), bullets(parts), figures, *map(told, purpose.proved)]),
        (text("What moves its answers"), moves),
        (
            text("Where it must not be used"),
            [bullets([_made_for(contract), *purpose.limits, *outcome.warnings])],
        ),
        (text("Signals"), [_signals(contract, language)]),
        (text("How to make it again"), [bullets(_origin(outcome))]),
    )
    blocks = [f"# {name}", *map(told, outcome.headlines)]
    for title, texts in sections:
        blocks += [f"## {told(title)}", *texts] if texts else []
    return "\n\n".join(blocks) + "\n"


_ASSOCIATION = text("These signals go along with the answer; they need not have caused it.")


def _made_for(contract: Contract) -> Text:
    sampling = (
        text("a row every {step} s", step=f"{contract.sampling_s:g}") if contract.sampling_s else text("any rate")
    )
    return text(
        "On other machines, other sensors or another sampling than {sampling}: train it anew.", sampling=sampling
    )


def _origin(outcome: Proven) -> tuple[Text, ...]:
    return (
        text("learner: {learner}", learner=outcome.learner),
        text("seed: {seed}", seed=outcome.seed),
        text("data (SHA-256): {digest}", digest=outcome.dataset_sha256),
    )


def _part_line(part: PartRows, *, has_time: bool) -> Text:
    """One part of the split in words."""
    values = {"title": part.title, "rows": f"{part.rows:,}"}
    if not has_time or part.start_ns is None or part.end_ns is None:
        return text("{title}: {rows} rows", **values)
    return text("{title}: {rows} rows, {start} to {end}", start=_day(part.start_ns), end=_day(part.end_ns), **values)


def _day(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M")


def _figures(outcome: Proven, language: str) -> str:
    titles = [text("this model").render(language), *(b.title.render(language) for b in outcome.baselines)]
    table = [
        "| " + " | ".join([text("figure (95 % interval)").render(language), *titles]) + " |",
        "|---" * (len(titles) + 1) + "|",
    ]
    for name, title in outcome.titles.items():
        figures = [outcome.metrics.get(name), *(b.metrics.get(name) for b in outcome.baselines)]
        if figures[0] is None or not math.isfinite(figures[0].value):
            continue
        cells = [_cell(name, figure) for figure in figures]
        table.append("| " + " | ".join([title.render(language), *cells]) + " |")
    return "\n".join(table)


def _cell(name: str, figure: Figure | None) -> str:
    if figure is None or not math.isfinite(figure.value):
        return "-"
    said = money if name == "saved_per_quarter" else _short
    if not figure.bounded:
        return said(figure.value)
    return f"{said(figure.value)} ({said(figure.low)} - {said(figure.high)})"


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _signals(contract: Contract, language: str) -> str:
    """The inputs with unit and range seen, as a Markdown table."""
    head = [text("signal").render(language), text("unit").render(language), text("range seen").render(language)]
    table = ["| " + " | ".join(head) + " |", "|---|---|---|"]
    for wanted in contract.inputs:
        if wanted.categories is not None:
            seen = ", ".join(wanted.categories)
        elif wanted.low is None or wanted.high is None:
            seen = "-"
        else:
            seen = f"{wanted.low:.5g} - {wanted.high:.5g}"
        table.append(f"| {_cell_text(wanted.name)} | {wanted.unit or '-'} | {_cell_text(seen)} |")
    return "\n".join(table)


def _cell_text(raw: str) -> str:
    return raw.replace("|", "\\|").replace("\n", " ")
