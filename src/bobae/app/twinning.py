"""The twin of a plant: where its description is found, and its studies with their progress told."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml
from pyarrow import parquet

from bobae.app import plant_file
from bobae.core import BadInput, Progress, Text, text
from bobae.flow import Plan, Production, compiled
from bobae.flow.aas import aas
from bobae.flow.autosched import autosched
from bobae.flow.checking import Doubt, doubts, loads
from bobae.flow.engine import Run, warm
from bobae.flow.production import production_of
from bobae.flow.sheets import sheets
from bobae.flow.tracing import events
from bobae.simulate.bottleneck import Bottlenecks
from bobae.simulate.bottleneck import bottleneck as _bottleneck
from bobae.simulate.changing import changed
from bobae.simulate.comparing import Comparison
from bobae.simulate.comparing import whatif as _whatif
from bobae.simulate.figures import DAY_S, Key
from bobae.simulate.forecasting import Promise
from bobae.simulate.forecasting import forecast as _forecast
from bobae.simulate.learning import learn as _learn
from bobae.simulate.learning import with_network
from bobae.simulate.optimising import Optimum, knob
from bobae.simulate.optimising import optimise as _optimise
from bobae.simulate.report import bottlenecks_html, comparison_html, study_html
from bobae.simulate.study import Span, Study, study, study_until
from bobae.simulate.warm_up import warm_up_days

_SOON_S = 2.0  # an engine that was compiled before is there sooner


def twin_plan(place: Path, changes: Sequence[str] = ()) -> Plan:
    """The plant that a file or folder describes, with what is to be changed in it.

    Args:
        place: a plant file or its folder (section `production`), a YAML file of the section alone, a workbook, a folder
            of CSV files named like a workbook's sheets, a folder of AutoSched tables, or Asset Administration Shells
            (.aasx, .json).
        changes: such as `machines.saw.count=3`.

    Raises:
        BadInput: nothing of this is there, or it is wrong.
    """
    production = _production(place)
    for change in changes:
        one = knob(change)
        if len(one.choices) != 1:
            raise BadInput("'{change}' names more than one value; a change has one", change=change)
        production = changed(production, one.place, one.choices[0])
    return compiled(production)


def _production(place: Path) -> Production:
    if not place.exists():
        raise BadInput("there is nothing at {path}", path=place)
    if place.is_dir() and (place / plant_file.FILE_NAME).exists():
        return _section(place / plant_file.FILE_NAME)
    if place.is_dir():
        return autosched(place) if any(place.glob("tool.txt*")) else sheets(place)
    if place.suffix.lower() in (".yaml", ".yml"):
        return _section(place)
    if place.suffix.lower() in (".aasx", ".json"):
        return aas(place)
    return sheets(place)


def _section(path: Path) -> Production:
    alone = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    if isinstance(alone, dict) and "machines" in alone and "plant" not in alone:
        return production_of(alone)
    section = plant_file.read(path).plant.production
    if section is None:
        raise BadInput("{path} has no section `production`: say there what machines and routes there are", path=path)
    return production_of(section)


def twin_warm(progress: Progress | None = None) -> None:
    """Have the engine ready before it is needed."""
    with _ready(progress):
        pass


@contextmanager
def _ready(progress: Progress | None) -> Iterator[Callable[[Text], Callable[[int, int], None]]]:
    """The engine, compiled (told where that takes its time), and a way to tell how far a study is."""
    said = text("the engine is being compiled, once on this machine: about half a minute")
    tell = threading.Timer(_SOON_S, lambda: progress(said, 0.0, 1.0) if progress is not None else None)
    tell.start()
    try:
        warm()
    finally:
        tell.cancel()

    def told(what: Text) -> Callable[[int, int], None]:
        return lambda done, total: progress(what, done, total) if progress is not None else None

    yield told


def twin_study(
    plan: Plan,
    *,
    days: float,
    warm_up: float | None,
    runs: int,
    within: float | None = None,
    most: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
) -> Study:
    """Runs of the plant; without a warm-up given, as long a one as MSER-5 finds.

    Raises:
        BadInput: something in the plant cannot work at all.
    """
    refuse_the_impossible(plan)
    with _ready(progress) as told:
        span = _span(plan, days, warm_up, seed)
        if within is None:
            return study(plan, span, runs=runs, seed=seed, progress=told(text("runs")))
        return study_until(
            plan,
            span,
            key=Key("throughput"),
            within=within,
            most=most,
            seed=seed,
            progress=told(text("runs")),
        )


def twin_events(found: Study, path: Path, *, seed: int = 0) -> Path:
    """Write down all that happened in the study's first run, as Parquet; the file comes back, whole or not at all."""
    run = Run.new(found.plan, seed=seed, traced=True)
    run.until((found.span.warm_up_days + found.span.days) * DAY_S)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    parquet.write_table(events(run), new)
    return new.replace(path)


def twin_bottleneck(
    plan: Plan, *, days: float, warm_up: float | None, runs: int, seed: int = 0, progress: Progress | None = None
) -> Bottlenecks:
    """Which machines hold the plant back."""
    refuse_the_impossible(plan)
    with _ready(progress) as told:
        span = _span(plan, days, warm_up, seed)
        return _bottleneck(plan, span, runs=runs, seed=seed, progress=told(text("runs")))


def twin_whatif(
    before: Plan,
    after: Plan,
    *,
    days: float,
    warm_up: float | None,
    runs: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Two plants side by side, with the same chance."""
    refuse_the_impossible(before)
    refuse_the_impossible(after)
    with _ready(progress) as told:
        span = _span(before, days, warm_up, seed)
        return _whatif(before, after, span, runs=runs, seed=seed, progress=told(text("runs")))


def twin_optimise(
    plan: Plan,
    vary: Sequence[str],
    *,
    aim: str,
    days: float,
    warm_up: float | None,
    runs: int,
    tries: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> Optimum:
    """Better values for what can be decided, proved on fresh chance."""
    with _ready(progress) as told:
        span = _span(plan, days, warm_up, seed)
        knobs = [knob(written) for written in vary]
        return _optimise(
            plan, knobs, span, aim=aim, tries=tries, runs=runs, seed=seed, progress=told(text("plants tried"))
        )


def twin_learn(
    plan: Plan,
    machines: Sequence[str],
    *,
    aim: str,
    days: float,
    warm_up: float | None,
    runs: int,
    tries: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> Optimum:
    """Which lot goes first at these machines, learned, and proved on fresh chance."""
    with _ready(progress) as told:
        span = _span(plan, days, warm_up, seed)
        return _learn(
            plan, machines, span, aim=aim, tries=tries, runs=runs, seed=seed, progress=told(text("plants tried"))
        )


def write_learned(plan: Plan, found: Optimum, path: Path) -> Path:
    """The plant with what was learned, as a file that `twin_plan` reads."""
    weights = next(iter(found.values.values()))
    machines = [place.split(".")[1] for place in found.values]
    made = with_network(plan.production, machines, weights).model_dump(mode="json", exclude_defaults=True)
    path.write_text(yaml.safe_dump(made, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def twin_forecast(
    plan: Plan, *, days: float, runs: int, seed: int = 0, progress: Progress | None = None
) -> list[Promise]:
    """When each order will be done."""
    with _ready(progress) as told:
        return _forecast(plan, days=days, runs=runs, seed=seed, progress=told(text("runs")))


def refuse_the_impossible(plan: Plan) -> None:
    """Work that can never be done is told before anything runs.

    Raises:
        BadInput: a group would have to work more time than there is.
    """
    for doubt in doubts(plan):
        if doubt.impossible:
            raise BadInput("this plant cannot work: {what}", what=doubt.what)


def _span(plan: Plan, days: float, warm_up: float | None, seed: int) -> Span:
    if warm_up is not None:
        return Span(days, warm_up)
    found = warm_up_days(plan, days, seed=seed)
    if found is None:
        raise BadInput(
            "{days} d are too short: the plant is still filling after half of them. Give more days, or say with "
            "--warm-up how many do not count",
            days=days,
        )
    return Span(days, found)


def twin_check(plan: Plan) -> tuple[dict[str, float], list[Doubt]]:
    """How full each group would be by the plan alone, and what cannot work."""
    return dict(zip(plan.groups, loads(plan).load.tolist(), strict=True)), doubts(plan)


def twin_page(found: Study | Comparison | Bottlenecks, *, title: str) -> str:
    """The page of what was found, in the current language."""
    if isinstance(found, Study):
        return study_html(found, title=title)
    return (
        comparison_html(found, title=title) if isinstance(found, Comparison) else bottlenecks_html(found, title=title)
    )
