"""The main job: from a folder of files to a verdict, a report and a sealed model, told step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bobae.app.assess import assess
from bobae.app.reports import report_of, report_path, write_report
from bobae.app.settings import Settings
from bobae.app.train import Judged, Wanted, train
from bobae.core import Progress, Text, silent, text
from bobae.train.assess import Assessment

Tell = Callable[[Text], None]


@dataclass(frozen=True, eq=False)
class MainJob:
    """What came of it: what the data can answer, what the model is worth, and where the pages and the model are."""

    assessment: Assessment
    judged: Judged
    assess_report: Path
    train_report: Path


def main_job(
    data: Sequence[Path],
    settings: Settings,
    *,
    folder: Path,
    wanted: Wanted | None = None,
    progress: Progress = silent,
    tell: Tell = lambda _: None,
) -> MainJob:
    """Assess the files, train a model that watches the machine, judge it, seal it; all results go into `folder`.

    Raises:
        BadInput: the files are not right.
        Refused: the data cannot carry an honest answer.
    """
    tell(text("1. What can these data answer?"))
    found = assess(data, settings, progress=progress)
    assessed = write_report(found.as_html(), folder / report_path(data[0], "assess").name)
    score, best = found.readiness.score, found.tasks[0].title
    tell(text("The data are ready to {score} of 100. Best question: {question}", score=score, question=best))
    tell(text("2. Can a model watch this machine?"))
    out = folder / report_path(data[0], "model").with_suffix(".bobae").name
    judged = train(found.dataset, settings, task="anomaly", out=out, wanted=wanted, progress=progress)
    reported = write_report(report_of(judged), folder / report_path(data[0], "train").name)
    tell(text("It is judged and sealed."))
    return MainJob(found, judged, assessed, reported)
