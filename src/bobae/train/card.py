"""The model card: what a model is for, what it was tried on, where it must not be used; Markdown, in any language."""

import math
from datetime import UTC, datetime
from typing import Protocol

from bobae.core import Contract, Text, text
from bobae.evidence.budget import rounded
from bobae.evidence.intervals import Figure
from bobae.evidence.value import money
from bobae.train.outcome import METRIC_TITLES, Outcome
from bobae.train.proven import PartRows


class Origin(Protocol):
    """What a card says of how a model was made."""

    @property
    def learner(self) -> str:
        """Its name."""
        ...

    @property
    def seed(self) -> int:
        """Of everything random."""
        ...

    @property
    def dataset_sha256(self) -> str:
        """Of the rows."""
        ...


def card(outcome: Outcome, contract: Contract, *, name: str, language: str) -> str:
    """The card of a model called `name` in `language`."""

    def told(said: Text) -> str:
        return said.render(language)

    watches = text(
        "It watches {count} signals and raises an alarm when the machine does not run as it used to. It was set for at "
        "most {budget} false alarms a week and machine.",
        count=len(contract.inputs),
        budget=rounded(outcome.alarms.budget_per_week),
    )
    divided = text("The rows were divided by {by}: {reason}.", by=outcome.split.by, reason=outcome.split.reason)
    parts = [told(part_line(part, has_time=outcome.has_time)) for part in outcome.split.parts]
    limits = [told(limit) for limit in (*_limits(contract), *outcome.warnings)]
    figures = _figures(outcome, language)
    sections = (
        (text("What it is for"), [told(watches)]),
        (
            text("What it was tried on"),
            [told(divided), bullets(parts), figures, told(outcome.alarms.said)],
        ),
        (text("Where it must not be used"), [bullets(limits)]),
        (text("Signals"), [signals_table(contract, language)]),
        (text("How to make it again"), [bullets([told(line) for line in origin_lines(outcome)])]),
    )
    blocks = [f"# {name}", *(told(said) for said in outcome.headlines)]
    for title, texts in sections:
        blocks += [f"## {told(title)}", *texts]
    return "\n\n".join(blocks) + "\n"


def bullets(lines: list[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def origin_lines(outcome: Origin) -> tuple[Text, ...]:
    """How to make the model again."""
    return (
        text("learner: {learner}", learner=outcome.learner),
        text("seed: {seed}", seed=outcome.seed),
        text("data (SHA-256): {digest}", digest=outcome.dataset_sha256),
    )


def part_line(part: PartRows, *, has_time: bool) -> Text:
    """One part of the split in words."""
    values = {"title": part.title, "rows": f"{part.rows:,}"}
    if not has_time or part.start_ns is None or part.end_ns is None:
        return text("{title}: {rows} rows", **values)
    return text("{title}: {rows} rows, {start} to {end}", start=_day(part.start_ns), end=_day(part.end_ns), **values)


def _day(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M")


def _figures(outcome: Outcome, language: str) -> str:
    titles = [text("this model").render(language), *(b.title.render(language) for b in outcome.baselines)]
    table = [
        "| " + " | ".join([text("figure (95 % interval)").render(language), *titles]) + " |",
        "|---" * (len(titles) + 1) + "|",
    ]
    for name, title in METRIC_TITLES.items():
        figures = [outcome.metrics.get(name), *(b.metrics.get(name) for b in outcome.baselines)]
        if figures[0] is None or not math.isfinite(figures[0].value):
            continue
        cells = [_cell(name, figure) for figure in figures]
        table.append("| " + " | ".join([title.render(language), *cells]) + " |")
    return "\n".join(table)


def _cell(name: str, figure: Figure | None) -> str:
    if figure is None or not math.isfinite(figure.value):
        return "-"
    said = money if name == "saved_per_quarter" else short
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)):
        return said(figure.value)
    return f"{said(figure.value)} ({said(figure.low)} - {said(figure.high)})"


def short(number: float) -> str:
    """Three significant digits."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _limits(contract: Contract) -> tuple[Text, ...]:
    sampling = (
        text("a row every {step} s", step=f"{contract.sampling_s:g}") if contract.sampling_s else text("any rate")
    )
    return (
        text("On other machines, other sensors or another sampling than {sampling}: train it anew.", sampling=sampling),
        text("As a safety device: it warns, it does not protect people or stop a machine."),
        text("As proof of a cause: the signals it names go along with the fault; they need not have caused it."),
    )


def signals_table(contract: Contract, language: str) -> str:
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
