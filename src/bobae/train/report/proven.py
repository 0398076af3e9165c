"""What every report shows, whatever was asked: verdict, what to do, figures beside simple rules, how it was made."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bobae.core import Text, Verdict, text
from bobae.evidence.intervals import Figure
from bobae.page import page
from bobae.train.proven import BaselineOutcome, Proven
from bobae.train.report.when import When

Words = Sequence[tuple[Text, Text]]

_GLOSSARY: Words = (
    (text("tried on"), text("rows that the model had not seen when it was made; every figure comes from these alone")),
    (
        text("simple rule"),
        text("what could be done without a model, such as a fixed limit; a model must beat the best one"),
    ),
    (text("leak meter"), text("how much better a careless test on mixed rows would have looked")),
)


@dataclass(frozen=True)
class Told:
    """A figure in words, in the unit of its name, and where the true one most likely lies."""

    value: Text | str
    between: Text | None = None


@dataclass(frozen=True)
class Fact:
    """One of the figures that matter: what it is, and whether it is bad news."""

    figure: Told
    what: Text
    odd: bool = False


def proven_html(
    outcome: Proven,
    template: str,
    *,
    to_do: Text,
    facts: Sequence[Fact],
    told: Callable[[str, Figure], Told],
    heads: Mapping[str, Text],
    plain: Sequence[str],
    glossary: Words,
    **own: Any,
) -> str:
    """One HTML file in the current language that asks nothing of a network and needs no script.

    Args:
        outcome: what came of a training or a backtest.
        template: extends `proven.html.j2`.
        to_do: what the verdict asks a person to do.
        facts: the figures that matter most.
        told: a figure of that name in words.
        heads: name -> what a figure is called at the head of a table, where not by its title.
        plain: the names of the figures that everybody is shown; the others are for specialists.
        glossary: words of this kind of report alone, each with what it means.
        own: what else the template needs.
    """

    def table(names: list[str]) -> dict[str, Any]:
        """The model and the simple rules side by side; figures that nobody has are left out."""
        model = BaselineOutcome("model", text("this model"), outcome.metrics)
        rules = [model, *outcome.baselines]
        names = [n for n in names if any(n in rule.metrics and math.isfinite(rule.metrics[n].value) for rule in rules)]
        rows = [
            (rule.title, [told(n, rule.metrics.get(n, Figure(math.nan))) for n in names], rule is model)
            for rule in rules
        ]
        return {"heads": [heads.get(name, outcome.titles[name]) for name in names], "rows": rows}

    return page(
        "bobae.train.report",
        template,
        o=outcome,
        when=When.of(outcome),
        to_do=to_do,
        useful=outcome.verdict is Verdict.USEFUL,
        facts=facts,
        plain=table([name for name in plain if name in outcome.metrics]),
        rest=table([name for name in outcome.metrics if name not in plain]),
        glossary=(*glossary, *_GLOSSARY),
        settings={name: _listed(value) for name, value in outcome.settings.items()},
        **own,
    )


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
