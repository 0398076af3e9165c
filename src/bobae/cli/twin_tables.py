"""What the twin found, in tables for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bobae.core import LazyModule, say

if TYPE_CHECKING:
    import rich.table as rich_table
    from rich.console import Console

    from bobae.flow import Plan
    from bobae.flow.checking import Doubt
    from bobae.simulate import figures, words
    from bobae.simulate.bottleneck import Bottlenecks
    from bobae.simulate.comparing import Comparison
    from bobae.simulate.forecasting import Promise
    from bobae.simulate.optimising import Optimum
    from bobae.simulate.study import Study
else:
    rich_table = LazyModule("rich.table")
    words = LazyModule("bobae.simulate.words")
    figures = LazyModule("bobae.simulate.figures")

_MOST = 12  # machines told of; all are in the JSON


def show_study(console: Console, found: Study) -> None:
    """The plant, its products, its machines: the fullest first."""
    runs, span = len(found.hashes), found.span
    console.print(
        say(
            "{runs} runs of {days} d each, after {warm} d of filling; in brackets the interval of the mean (95 %)",
            runs=runs,
            days=span.days,
            warm=round(span.warm_up_days, 1),
        ),
        markup=False,
        soft_wrap=True,
    )
    plant = _table(say("the plant"), "")
    for measure in words.PLANT:
        for key in found.keys(measure):
            if key.of == "" and found.runs[key].any():
                plant.add_row(str(words.FIGURES[measure]), words.told(key, found.figure(key)))
    console.print(plant)
    _grid(console, found, say("product"), words.PRODUCT, found.plan.products)
    busiest = words.busiest_first(found)
    _grid(console, found, say("machines"), words.MACHINE, busiest[:_MOST])
    if len(busiest) > _MOST:
        console.print(say("and {n} more, less busy; all of them with --json", n=len(busiest) - _MOST), markup=False)


def _grid(console: Console, found: Study, title: str, measures: Sequence[str], names: Sequence[str]) -> None:
    shown = [measure for measure in measures if any(_counts(found, measure, name) for name in names)]
    table = _table(title, *(str(words.FIGURES[measure]) for measure in shown))
    for name in names:
        keys = {key.measure: key for key in found.runs if key.of == name}
        table.add_row(name, *(words.told(keys[m], found.figure(keys[m])) if m in keys else "-" for m in shown))
    console.print(table)


def _counts(found: Study, measure: str, name: str) -> bool:
    return any(found.runs[key].any() for key in found.keys(measure) if key.of == name)


def show_comparison(console: Console, found: Comparison) -> None:
    """What is different, and what that changes; differences that nobody can tell are marked."""
    for place, before, after in found.changes:
        console.print(f"{place}: {before} -> {after}", markup=False, highlight=False, soft_wrap=True)
    if not found.changes:
        console.print(say("the two plants are the same"), markup=False)
    table = _table(say("figure"), say("as it is"), say("as it would be"), say("difference"))
    for row in words.compared(found):
        table.add_row(*row)
    console.print(table)


def show_bottlenecks(console: Console, hunt: Bottlenecks) -> None:
    """The likeliest bottleneck first, and what being quicker there would bring."""
    found = hunt.suspects
    first = found[0]
    sure = max(first.first_by.values())
    console.print(
        say("{name} holds the plant back (comes first in {share:.0%} of the runs)", name=first.name, share=sure),
        markup=False,
        soft_wrap=True,
    )
    headings = [str(words.METHODS[method]) for method in first.first_by]
    table = _table(
        say("machines"), say("busy"), *headings, say("5 % quicker: more lots"), say("5 % quicker: lots sooner")
    )
    for one in found[:_MOST]:
        table.add_row(
            one.name,
            f"{one.utilisation.value:.1%}",
            *(f"{share:.0%}" for share in one.first_by.values()),
            words.change(one.throughput),
            words.change(one.cycle_time),
        )
    console.print(table)


def show_optimum(console: Console, found: Optimum, aim: str) -> None:
    """The best values, and what they are worth."""
    for place, value in found.values.items():
        console.print(f"{place} = {value}", markup=False, highlight=False, soft_wrap=True)
    if found.is_real:
        said = say(
            "best of {tries} plants; on runs that the search never saw {aim} is better by {gain}",
            tries=found.tries,
            aim=str(words.FIGURES[aim]),
            gain=words.told(figures.Key(aim), found.gain),
        )
    else:
        said = say(
            "best of {tries} plants, and no better than the plant as it is on runs that the search never saw: leave it",
            tries=found.tries,
        )
    console.print(said, markup=False, soft_wrap=True)
    show_comparison(console, found.proof)


def show_promises(console: Console, found: Sequence[Promise]) -> None:
    """Every order, those in danger first."""
    table = _table(
        say("order"), say("product"), say("due in"), say("likely"), say("nine of ten between"), say("in time")
    )
    for one in sorted(found, key=lambda promise: promise.on_time):
        table.add_row(
            str(one.number),
            one.product,
            words.hours(24.0 * one.due_days),
            words.hours(24.0 * one.likely_days),
            f"{words.hours(24.0 * one.early_days)} - {words.hours(24.0 * one.late_days)}",
            f"{one.on_time:.0%}",
        )
    console.print(table)


def show_doubts(console: Console, plan: Plan, loads: Mapping[str, float], found: Sequence[Doubt]) -> None:
    """What cannot work, and how full everything is."""
    console.print(
        say(
            "{machines} machines in {groups} groups, {steps} steps of {products} products",
            machines=len(plan.tables.machines),
            groups=len(plan.groups),
            steps=len(plan.steps),
            products=len(plan.products),
        ),
        markup=False,
    )
    for doubt in found:
        console.print(("! " if doubt.impossible else "? ") + str(doubt.what), markup=False, soft_wrap=True)
    if not found:
        console.print(say("nothing here that cannot work"), markup=False)
    table = _table(say("machines"), say("load by the plan"))
    for name, share in sorted(loads.items(), key=lambda pair: -pair[1])[:_MOST]:
        table.add_row(name, f"{share:.1%}")
    console.print(table)


def _table(*headings: str) -> rich_table.Table:
    table = rich_table.Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 else "right")
    return table
