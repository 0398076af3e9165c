"""The main job on files: assess, train, verdict, report, sealed model, and a new day scored, told step by step.

A step that the data cannot carry is told with its reason, and the job goes on with what is left.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from bobae.app import plant_file
from bobae.app.data import read_with_roles
from bobae.app.models import Scored, score, verdict_in_words
from bobae.app.reports import FOLDER, write_report
from bobae.app.settings import Settings
from bobae.app.train import Judged, train
from bobae.core import BadInput, Dataset, Progress, Refused, Text, Verdict, text
from bobae.train.assess import Assessment
from bobae.train.assess import assess as assess_dataset
from bobae.train.outcome import EpisodeOutcome, EventOutcome, Outcome
from bobae.train.report import report_html

Level = Literal["step", "plain", "good", "warning"]
_TAGS_SHOWN = 3
_FINDINGS_SHOWN = 5
_TASK = "anomaly"


class Stage(Protocol):
    """Where the job is told and its progress shown."""

    def tell(self, what: Text, level: Level = "plain") -> None:
        """Say one thing; a 'step' begins a new part of the job."""
        ...

    def working(self) -> AbstractContextManager[Progress]:
        """Show that something takes a while; nothing is told inside."""
        ...


@dataclass(frozen=True)
class Made:
    """One file that the job leaves behind, and what it is."""

    path: Path
    what: Text


@dataclass(frozen=True, eq=False)
class Up:
    """What came of the job.

    Attributes:
        data: the files that were read.
        assessment: what they can answer.
        judged: the trained model; None where the data could not carry one.
        refusal: why not.
        scored: the new day, where there was one and a model.
        files: what to open, most telling first.
        next: commands to type next, each with what it does.
        seconds: from the first row to the last word.
    """

    data: Path
    assessment: Assessment
    judged: Judged | None
    refusal: Text | None
    scored: Scored | None
    files: tuple[Made, ...]
    next: tuple[tuple[str, Text], ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        trained = None
        if self.judged is not None:
            trained = self.judged.outcome.as_json(model=str(self.judged.path), model_sha256=self.judged.model.sha256)
        return {
            "data": str(self.data),
            "readiness": self.assessment.readiness.score,
            "verdict": None if self.judged is None else str(self.judged.outcome.verdict),
            "refusal": None if self.refusal is None else str(self.refusal),
            "trained": trained,
            "new_day_alarms": None if self.scored is None else [a.as_json() for a in self.scored.alarms()],
            "files": [{"path": str(made.path), "what": str(made.what)} for made in self.files],
            "next": [{"command": command, "what": str(what)} for command, what in self.next],
            "seconds": round(self.seconds, 1),
        }


@dataclass
class _Job:
    """One run of the job: what it works on, where it tells, and what it has made so far."""

    settings: Settings
    stage: Stage
    results: Path
    made: list[Made] = field(default_factory=list)

    def keep(self, path: Path, what: Text) -> None:
        self.made.append(Made(path, what))


def up(
    place: Path,
    settings: Settings,
    stage: Stage,
    *,
    results: Path | None = None,
    new_day: Path | None = None,
    names: Callable[[EventOutcome], Text | None] = lambda event: None,  # noqa: ARG005
) -> Up:
    """Do the main job on a folder of files, or on the files that the plant in that folder names.

    Args:
        place: a folder with files, a plant folder, or one file.
        settings: those that hold there.
        stage: where it is told.
        results: the folder that reports and model go into; else one beside the work.
        new_day: rows that came later, to be scored with the model.
        names: what a known fault was, where somebody knows.

    Raises:
        BadInput: nothing is there, or it cannot be read.
    """
    began = time.monotonic()
    data = data_of(place, settings)
    folder = results or FOLDER / (place.resolve().stem or "data")
    job = _Job(settings, stage, folder)
    dataset, assessment = _assess(job, data)
    judged, refusal = _train(job, dataset, names)
    scored = _score(job, judged, new_day) if judged is not None and new_day is not None else None
    done = Up(
        data=data,
        assessment=assessment,
        judged=judged,
        refusal=refusal,
        scored=scored,
        files=tuple(job.made),
        next=tuple(_next(data, judged)),
        seconds=time.monotonic() - began,
    )
    _close(stage, done)
    return done


def data_of(place: Path, settings: Settings) -> Path:
    """The files to read at `place`: those that its plant file names, else all that lie there."""
    own = place / plant_file.FILE_NAME
    if settings.plant is None or not own.is_file():
        return place
    for source in settings.plant.sources.values():
        named = source.settings.get("path")
        if source.connector == "files" and isinstance(named, str):
            return place / named
    return place


def _assess(job: _Job, data: Path) -> tuple[Dataset, Assessment]:
    job.stage.tell(text("What can these data answer?"), "step")
    with job.stage.working() as progress:
        dataset = read_with_roles([data], job.settings, progress=progress)
    found = assess_dataset(dataset)
    said = text(
        "{origin}: {rows} rows, {columns} columns",
        origin=dataset.origin,
        rows=f"{len(dataset):,}",
        columns=len(dataset.columns),
    )
    job.stage.tell(said)
    job.stage.tell(text("How far the data are ready: {score} of 100", score=found.readiness.score))
    for answer in found.tasks:
        if answer.ready != "no":
            job.stage.tell(text("{question}: {why}", question=answer.title, why=answer.why), "good")
    for finding in [f for f in found.findings if f.level != "info"][:_FINDINGS_SHOWN]:
        job.stage.tell(finding.text, "warning")
    job.stage.tell(text("What would help most: {what}", what=found.missing.what))
    page = write_report(found.as_html(), job.results / "assessment.html")
    job.keep(page, text("what the data can answer, and what is odd about them"))
    return dataset, found


def _train(
    job: _Job, dataset: Dataset, names: Callable[[EventOutcome], Text | None]
) -> tuple[Judged | None, Text | None]:
    job.stage.tell(text("Learning what normal running looks like, and proving it on later days"), "step")
    model = job.results / f"{job.results.parent.name if job.results.name == 'results' else job.results.name}.bobae"
    try:
        with job.stage.working() as progress:
            judged = train(dataset, job.settings, task=_TASK, out=model, progress=progress)
    except (Refused, BadInput) as error:
        job.stage.tell(error.text, "warning")
        job.stage.tell(text("No model was made; the assessment says what the data can answer as they are."), "warning")
        return None, error.text
    outcome = judged.outcome
    for part in outcome.split.parts:
        if part.part != "left_out" and part.start_ns is not None and part.end_ns is not None:
            job.stage.tell(_period(part.title, part.start_ns, part.end_ns, outcome.has_time, job.settings))
    job.stage.tell(text("Is the model worth having?"), "step")
    level: Level = "good" if outcome.verdict is Verdict.USEFUL else "warning"
    job.stage.tell(text("Verdict: {verdict}", verdict=verdict_in_words(outcome.verdict)), level)
    for headline in outcome.headlines:
        job.stage.tell(headline)
    for line in _faults(outcome, names, job.settings):
        job.stage.tell(*line)
    for warning in outcome.warnings:
        job.stage.tell(warning, "warning")
    report = write_report(report_html(outcome, judged.dataset), job.results / "report.html")
    job.made.insert(0, Made(report, text("the verdict with all that it rests on: alarms, sensors, money")))
    job.keep(model, text("the sealed model: what was trained is what will run"))
    return judged, None


def _period(title: Text, start_ns: int, end_ns: int, has_time: bool, settings: Settings) -> Text:
    if not has_time:
        return text("{part}: {rows} rows", part=title, rows=f"{end_ns - start_ns:,}")
    return text("{part}: {start} to {end}", part=title, start=_when(start_ns, settings), end=_when(end_ns, settings))


def _faults(
    outcome: Outcome, names: Callable[[EventOutcome], Text | None], settings: Settings
) -> Iterator[tuple[Text, Level]]:
    """Each known fault of the proof: whether it was found, how soon, and by which sensors."""
    for event in outcome.events:
        if event.detected is None:
            continue
        what = names(event) or event.what or text("known fault")
        start = _when(event.start_ns, settings) if outcome.has_time else f"{event.start_ns:,}"
        episode = _alarm_of(event, outcome.episodes)
        if not event.detected or episode is None:
            yield text("{start} {what}: not found", start=start, what=what), "warning"
            continue
        tags = ", ".join(tag for tag, _ in episode.top_tags[:_TAGS_SHOWN])
        delay = text("{minutes} min after it began", minutes=round((event.delay_s or 0.0) / 60))
        yield text("{start} {what}: found {delay}, by {tags}", start=start, what=what, delay=delay, tags=tags), "good"


def _alarm_of(event: EventOutcome, episodes: tuple[EpisodeOutcome, ...]) -> EpisodeOutcome | None:
    """The first alarm of the machine that reaches into the fault."""
    return next(
        (
            e
            for e in episodes
            if e.kind == "true" and e.asset == event.asset and e.end_ns >= event.start_ns and e.start_ns <= event.end_ns
        ),
        None,
    )


def _score(job: _Job, judged: Judged, new_day: Path) -> Scored:
    job.stage.tell(text("A new day comes in: the sealed model watches it"), "step")
    out = job.results / f"{new_day.stem}_scores.csv"
    with job.stage.working() as progress:
        dataset = read_with_roles([new_day], job.settings, progress=progress)
        scored = score(judged.path, dataset, job.settings, out=out, progress=progress)
    alarms = scored.alarms()
    job.stage.tell(text("{n} alarms in {rows} rows", n=len(alarms), rows=f"{scored.table.num_rows:,}"))
    for alarm in alarms[:_FINDINGS_SHOWN]:
        said = text("{start} to {end}: {tag}", start=alarm.start, end=alarm.end, tag=alarm.top_tag or "-")
        job.stage.tell(said, "warning")
    job.keep(scored.path, text("the new day, row by row: score, alarm, sensor"))
    return scored


def _next(data: Path, judged: Judged | None) -> Iterator[tuple[str, Text]]:
    if judged is None:
        yield f"bobae assess {data}", text("again, once what is missing is there")
        return
    yield f"bobae score {judged.path} NEW.csv", text("watch the next days with this model")
    yield f"bobae model show {judged.path}", text("what the model says about itself")
    yield f"bobae train {data} --costs missed=..,false=..", text("the same at your own costs")


def _close(stage: Stage, done: Up) -> None:
    stage.tell(text("Done in {seconds} s. Open these:", seconds=round(done.seconds)), "step")
    for made in done.files:
        stage.tell(text("{path}: {what}", path=made.path, what=made.what))
    stage.tell(text("What to type next:"), "step")
    for command, what in done.next:
        stage.tell(text("{command}: {what}", command=command, what=what))


def _when(time_ns: int, settings: Settings) -> str:
    zone = ZoneInfo(settings.timezone or "UTC")
    moment = datetime.fromtimestamp(0, tz=zone) + timedelta(microseconds=time_ns // 1000)
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
