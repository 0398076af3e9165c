"""The main job: assess, train, verdict, report, sealed model, told step by step.

A step that the data cannot carry is told with its reason, and the job goes on with what is left.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bobae.app import plant_file
from bobae.app.data import read_with_roles
from bobae.app.happened import Happened
from bobae.app.judging import Judged, train_watch
from bobae.app.plant_data import plant_of
from bobae.app.reports import FOLDER, report_of, write_report
from bobae.app.settings import Settings
from bobae.app.telling import Said, Tell, tell_nobody
from bobae.app.told import named, split_told, verdict_told
from bobae.app.wanted import Wanted
from bobae.core import Dataset, Progress, Refused, Text, Verdict, silent, telling_time_of, text
from bobae.train.assess import Assessment
from bobae.train.assess import assess as assess_dataset
from bobae.train.outcome import Outcome

_FINDINGS_SHOWN = 5
TASK = "anomaly"


@dataclass(frozen=True)
class Made:
    """One file that the job leaves behind, and what it is."""

    path: Path
    what: Text


@dataclass(frozen=True, eq=False)
class Up:
    """What came of the job.

    Attributes:
        assessment: what the data can answer.
        judged: the trained model; None where the data could not carry one.
        refusal: why not.
        files: what to open, most telling first.
        next: commands to type next, each with what it does.
        seconds: from the first row to the last word.
    """

    assessment: Assessment
    judged: Judged[Outcome] | None
    refusal: Text | None
    files: tuple[Made, ...]
    next: tuple[tuple[str, Text], ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        trained = None
        if self.judged is not None:
            trained = self.judged.outcome.as_json(model=str(self.judged.path), model_sha256=self.judged.model.sha256)
        return {
            "readiness": self.assessment.readiness.score,
            "verdict": None if self.judged is None else str(self.judged.outcome.verdict),
            "refusal": None if self.refusal is None else str(self.refusal),
            "trained": trained,
            "files": [{"path": str(made.path), "what": str(made.what)} for made in self.files],
            "next": [{"command": command, "what": str(what)} for command, what in self.next],
            "seconds": round(self.seconds, 1),
        }


@dataclass
class _Job:
    """One run of the job: what holds, where results go, who is told, and what it has made so far."""

    settings: Settings
    wanted: Wanted
    results: Path
    progress: Progress
    tell: Tell
    known: tuple[Happened, ...]
    made: list[Made] = field(default_factory=list)

    def tell_all(self, said: Said) -> None:
        for what, level in said:
            self.tell(what, level)


def up(
    data: Sequence[Path],
    settings: Settings,
    *,
    results: Path | None = None,
    model: Path | None = None,
    asset: str | None = None,
    wanted: Wanted | None = None,
    known: tuple[Happened, ...] = (),
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Up:
    """Do the main job on files, on the files that a plant folder names, or on what its historian has.

    Args:
        data: files and folders; a folder with a plant file stands for the files that its source reads.
        settings: those that hold there.
        results: the folder that reports and model go into; else one beside the work, named after the data.
        model: the file that the model goes into; else one in `results`, named after the data.
        asset: of a plant's machines only this one, or those below it.
        wanted: alarm budget, costs, seed; else the settings'.
        known: what the faults were, where somebody knows more than the marks in the files say.
        progress: told how far each part is.
        tell: told what was found, as it is found.

    Raises:
        BadInput: nothing is there, or it cannot be read.
    """
    began = time.monotonic()
    name = data[0].resolve().stem or "data"
    job = _Job(settings, wanted or Wanted(), results or FOLDER / name, progress, tell, known)
    read_from = [place for given in data for place in _named_by_plant(given, settings)]
    with telling_time_of(settings.timezone):
        dataset, assessment = _assess(job, read_from, asset)
        judged, refusal = _train(job, dataset, assessment, model=model or job.results / f"{name}.bobae")
    return Up(
        assessment=assessment,
        judged=judged,
        refusal=refusal,
        files=tuple(job.made),
        next=tuple(_next(read_from, judged)),
        seconds=time.monotonic() - began,
    )


def _named_by_plant(place: Path, settings: Settings) -> list[Path]:
    """What the plant file in `place` has read by the connector `files`; without one, all that lies there.

    A plant with a historian is read from that.
    """
    if settings.plant is None or not (place / plant_file.FILE_NAME).is_file() or plant_of([place]):
        return [place]
    named_paths = [s.settings.get("path") for s in settings.plant.sources.values() if s.connector == "files"]
    return [place / path for path in named_paths if isinstance(path, str)] or [place]


def _assess(job: _Job, data: Sequence[Path], asset: str | None) -> tuple[Dataset, Assessment]:
    job.tell(text("What can these data answer?"), "step")
    dataset = read_with_roles(data, job.settings, asset=asset, progress=job.progress)
    found = assess_dataset(dataset)
    counts = {"rows": f"{len(dataset):,}", "columns": len(dataset.columns)}
    job.tell(text("{origin}: {rows} rows, {columns} columns", origin=dataset.origin, **counts))
    job.tell(text("How far the data are ready: {score} of 100", score=found.readiness.score))
    for answer in found.tasks:
        if answer.ready != "no":
            job.tell(text("{question}: {why}", question=answer.title, why=answer.why), "good")
    for finding in [f for f in found.findings if f.level != "info"][:_FINDINGS_SHOWN]:
        job.tell(finding.text, "warning")
    job.tell(text("What would help most: {what}", what=found.missing.what))
    page = write_report(found.as_html(), job.results / "assessment.html")
    job.made.append(Made(page, text("what the data can answer, and what is odd about them")))
    return dataset, found


def _train(
    job: _Job, dataset: Dataset, assessment: Assessment, *, model: Path
) -> tuple[Judged[Outcome] | None, Text | None]:
    job.tell(text("Learning what normal running looks like, and proving it on later days"), "step")
    answer = next(answer for answer in assessment.tasks if answer.task == TASK)
    try:
        if answer.ready == "no":
            raise Refused("the machine cannot be watched with these data: {why}", why=answer.why)
        judged = train_watch(dataset, job.settings, out=model, wanted=job.wanted, progress=job.progress)
    except Refused as error:
        job.tell(error.text, "warning")
        job.tell(text("No model was made; the assessment says what the data can answer as they are."), "warning")
        return None, error.text
    judged = replace(judged, outcome=named(judged.outcome, job.known))
    job.tell_all(split_told(judged.outcome))
    job.tell(text("Is the model worth having?"), "step")
    job.tell_all(verdict_told(judged.outcome))
    report = write_report(report_of(judged), job.results / "report.html")
    job.made.insert(0, Made(report, text("the verdict with all that it rests on: alarms, sensors, money")))
    job.made.append(Made(model, text("the sealed model: what was trained is what will run")))
    return judged, None


def _next(data: Sequence[Path], judged: Judged[Outcome] | None) -> Iterator[tuple[str, Text]]:
    typed = " ".join(str(path) for path in data)
    if judged is None:
        yield f"bobae assess {typed}", text("again, once what is missing is there")
        return
    if judged.outcome.verdict is Verdict.USEFUL:
        yield f"bobae score {judged.path} NEW.csv", text("watch the next days with this model")
    else:
        yield f"bobae train {typed} --log LOG.csv", text("again, with a longer history or a table of known faults")
    yield f"bobae model show {judged.path}", text("what the model says about itself")
    yield f"bobae train {typed} --costs missed=..,false=..", text("the same at your own costs")
