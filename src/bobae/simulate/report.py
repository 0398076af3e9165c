"""The page of a study: what the plant makes, what its machines do, and what a decision changes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bobae.core import Text, say, text
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.page import Band, Lane, Line, chart, lanes, page
from bobae.simulate import words
from bobae.simulate.bottleneck import Bottlenecks
from bobae.simulate.comparing import Comparison
from bobae.simulate.figures import DAY_S, STATE_WORDS, Key
from bobae.simulate.study import Study

_MOST = 20  # groups drawn
_POINTS = 300
_TONES: dict[str, Any] = {
    "busy": "proved",
    "setup": "moved",
    "idle": "left",
    "blocked": "fault",
    "down": "alarm",
    "maintenance": "set",
    "closed": "learned",
}


def study_html(found: Study, *, title: str) -> str:
    """A study, or the plant as it is."""
    return page(
        "bobae.simulate",
        "study.html.j2",
        title=title,
        headlines=_headlines(found),
        span=_span(found),
        states=_states(found),
        keys=[(_TONES[word], words.FIGURES[word]) for word in _TONES],
        lots=_lots_in_plant(found),
        tables=_tables(found),
        comparison=None,
        suspects=(),
        methods=(),
    )


def comparison_html(found: Comparison, *, title: str) -> str:
    """Two plants side by side; the pictures are of the plant as it would be."""
    return page(
        "bobae.simulate",
        "study.html.j2",
        title=title,
        headlines=_changed(found),
        span=_span(found.before),
        states=_states(found.after),
        keys=[(_TONES[word], words.FIGURES[word]) for word in _TONES],
        lots=_lots_in_plant(found.before, found.after),
        tables=(),
        comparison={"changes": found.changes, "rows": list(words.compared(found))},
        suspects=(),
        methods=(),
    )


def bottlenecks_html(found: Bottlenecks, *, title: str) -> str:
    """Which machines hold the plant back."""
    study, first = found.study, found.suspects[0]
    share = max(first.first_by.values())
    said = text("{name} holds the plant back (comes first in {share:.0%} of the runs)", name=first.name, share=share)
    return page(
        "bobae.simulate",
        "study.html.j2",
        title=title,
        headlines=[said],
        span=_span(study),
        states=_states(study),
        keys=[(_TONES[word], words.FIGURES[word]) for word in _TONES],
        lots=None,
        tables=(),
        comparison=None,
        suspects=[
            (
                one.name,
                f"{one.utilisation.value:.1%}",
                [f"{one.first_by[method]:.0%}" for method in words.METHODS],
                words.change(one.throughput),
                words.change(one.cycle_time),
            )
            for one in found.suspects[:_MOST]
        ],
        methods=list(words.METHODS.values()),
    )


def _span(found: Study) -> str:
    return say(
        "{runs} runs of {days} d each, after {warm} d of filling; in brackets the interval of the mean (95 %)",
        runs=len(found.hashes),
        days=found.span.days,
        warm=round(found.span.warm_up_days, 1),
    )


def _headlines(found: Study) -> list[Text]:
    made, took, busiest = Key("throughput"), Key("cycle_time"), words.busiest_first(found)[0]
    said = [text("{made} lots are finished a day", made=words.told(made, found.figure(made)))]
    if took in found.runs:
        said.append(text("a lot is in the plant for {took}", took=words.told(took, found.figure(took))))
    busy = Key("busy", busiest)
    said.append(text("{name} works most: {busy}", name=busiest, busy=words.told(busy, found.figure(busy))))
    return said


def _changed(found: Comparison) -> list[Text]:
    said = []
    for measure in ("throughput", "cycle_time", "margin"):
        if Key(measure) in found.figures:
            told = words.difference(Key(measure), found.figures[Key(measure)][2])
            said.append(text("{what}: {told}", what=words.FIGURES[measure], told=told))
    return said


def _states(found: Study) -> Any:
    """A strip a group: how its machines spend their time."""
    rows = []
    for name in words.busiest_first(found)[:_MOST]:
        shares = {word: found.figure(Key(word, name)).value for word in STATE_WORDS}
        setup = found.figure(Key("setup", name)).value
        shares = {"busy": shares.pop("busy") - setup, "setup": setup, **shares}
        edges = np.concatenate([[0.0], np.cumsum([shares[word] for word in _TONES])])
        bands = tuple(
            Band(100.0 * start, 100.0 * end, _TONES[word])
            for word, start, end in zip(_TONES, edges[:-1], edges[1:], strict=True)
            if end - start > 0.0005
        )
        rows.append(Lane(name, bands))
    said = say("how the machines spend their time, in per cent; the busiest first")
    return lanes(rows, span=(0.0, 100.0), title=said, said=said, kind="number")


def _lots_in_plant(*found: Study) -> Any:
    """The lots in the plant over the days of the first run, one line a plant."""
    lines = []
    tones: tuple[Any, ...] = ("soft", "main") if len(found) > 1 else ("main",)
    for study, tone in zip(found, tones, strict=True):
        days = np.linspace(0.0, study.span.warm_up_days + study.span.days, _POINTS + 1)[1:]
        run, lots = Run.new(study.plan, seed=0), np.empty(_POINTS)
        for number, day in enumerate(days):
            run.until(day * DAY_S)
            lots[number] = run.state.clock[w.WIP]
        lines.append(Line(days, lots, tone))
    said = say("lots in the plant, day by day, in one run")
    return chart(lines, title=said, said=said, kind="number")


def _tables(found: Study) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, headings, rows."""
    plant = [
        [str(words.FIGURES[measure]), words.told(Key(measure), found.figure(Key(measure)))]
        for measure in words.PLANT
        if Key(measure) in found.runs and found.runs[Key(measure)].any()
    ]
    return [
        (say("the plant"), ["", ""], plant),
        _table(found, say("product"), words.PRODUCT, found.plan.products),
        _table(found, say("machines"), words.MACHINE, words.busiest_first(found)),
    ]


def _table(
    found: Study, title: str, measures: Sequence[str], names: Sequence[str]
) -> tuple[str, list[str], list[list[str]]]:
    rows = [
        [name, *(words.told(k, found.figure(k)) if (k := Key(m, name)) in found.runs else "-" for m in measures)]
        for name in names
    ]
    return title, [title, *(str(words.FIGURES[measure]) for measure in measures)], rows
