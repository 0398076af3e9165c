"""Where reports go: one folder beside the work, one file a report, never a half-written one."""

import re
from pathlib import Path

from bobae.app.judging import Judged
from bobae.train.outcome import Outcome
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.report import foretold_html, report_html

FOLDER = Path("bobae-reports")


def report_path(data: Path, kind: str) -> Path:
    """The usual place of a report on `data`, such as bobae-reports/skab-assess.html."""
    name = re.sub(r"[^\w.-]+", "-", data.resolve().stem) or "data"
    return FOLDER / f"{name}-{kind}.html"


def report_of(judged: Judged[Outcome | PredictionOutcome]) -> str:
    """The page of a training or a backtest, in the current language."""
    outcome = judged.outcome
    return foretold_html(outcome) if isinstance(outcome, PredictionOutcome) else report_html(outcome, judged.dataset)


def write_report(html: str, path: Path) -> Path:
    """Write the page, whole or not at all; folders on the way are made. The path comes back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(html, encoding="utf-8")
    return new.replace(path)
