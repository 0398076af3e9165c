"""From rows to a sealed model with its verdict, and the same judgement again on new rows."""

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from bobae.app import discovery
from bobae.app.data import read
from bobae.app.models import run_of
from bobae.app.settings import Settings
from bobae.app.wanted import Wanted
from bobae.core import Dataset, NotEnoughEvidence, Progress, Role, alarms_per_week, seconds_of, silent
from bobae.registry import SealedModel, TrustList, open_sealed, own_key, seal
from bobae.train.assess import assess
from bobae.train.backtest import backtest as backtest_dataset
from bobae.train.known import LoggedFault, read_log
from bobae.train.outcome import Outcome
from bobae.train.predicting.backtest import backtest_prediction
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.predicting.posed import Asked
from bobae.train.predicting.questions import QUESTIONS
from bobae.train.predicting.train import train_prediction
from bobae.train.proven import Proven
from bobae.train.train import train as train_dataset

TASKS = ("anomaly", *QUESTIONS)


Found = TypeVar("Found", bound=Outcome | PredictionOutcome, covariant=True)


@dataclass(frozen=True, eq=False)
class Judged(Generic[Found]):
    """What came of a training or a backtest, the rows it rests on, and the sealed model with its place."""

    outcome: Found
    dataset: Dataset
    model: SealedModel
    path: Path


def train(
    dataset: Dataset,
    settings: Settings,
    *,
    task: str,
    out: Path,
    wanted: Wanted | None = None,
    progress: Progress = silent,
) -> Judged[Outcome | PredictionOutcome]:
    """Train the installed learner for `task` on these rows, prove the model, and seal it into `out`.

    Args:
        dataset: the rows.
        settings: of the plant, or of this computer.
        task: the question; 'auto': the one that the rows answer best.
        out: where the sealed model goes.
        wanted: what else is asked.
        progress: told how far it is.

    Raises:
        BadInput: the rows or the task are not right.
        Refused: the data cannot carry an honest answer.
    """
    wanted = wanted or Wanted()
    task = answered_best(dataset) if task == "auto" else task
    if task == "anomaly":
        return train_watch(dataset, settings, out=out, wanted=wanted, progress=progress)
    outcome = train_prediction(
        dataset,
        discovery.learner_for(task),
        asked=_asked(wanted, settings),
        currency=settings.currency,
        budget_s=wanted.budget_s,
        name=out.stem,
        progress=progress,
    )
    return Judged(outcome, dataset, _sealed(outcome, out, settings), out)


def train_watch(
    dataset: Dataset, settings: Settings, *, out: Path, wanted: Wanted | None = None, progress: Progress = silent
) -> Judged[Outcome]:
    """As `train`, for the task 'anomaly'."""
    wanted = wanted or Wanted()
    outcome = train_dataset(
        dataset,
        discovery.learner_for("anomaly"),
        alarm_budget=alarms_per_week(wanted.alarm_budget or settings.alarm_budget),
        costs=_costs(wanted, settings),
        currency=settings.currency,
        log=_log(wanted, settings),
        seed=wanted.seed,
        budget_s=wanted.budget_s,
        name=out.stem,
        progress=progress,
    )
    return Judged(outcome, dataset, _sealed(outcome, out, settings), out)


def answered_best(dataset: Dataset) -> str:
    """The question that the rows answer best, of those that a learner is installed for.

    Raises:
        NotEnoughEvidence: they are ready for none; what is nearest is said.
    """
    target = dataset.name_of(Role.TARGET)
    chosen = {} if target is None else {Role.TARGET: target}
    answers = [one for one in assess(dataset, chosen=chosen).tasks if one.task in TASKS]
    if answers[0].ready == "no":
        raise NotEnoughEvidence(
            "the rows answer no question yet; nearest: {task} ({why})", task=answers[0].title, why=answers[0].why
        )
    return answers[0].task


def backtest(
    model: Path, dataset: Dataset, settings: Settings, *, wanted: Wanted | None = None, progress: Progress = silent
) -> Judged[Outcome | PredictionOutcome]:
    """Judge a sealed model on new rows, as honestly as at its training.

    Raises:
        Refused: the model does not pass the import gate.
        BadInput: a column that the model needs is missing.
    """
    wanted = wanted or Wanted()
    sealed = open_sealed(model, trust=TrustList.read(settings.home))
    if sealed.manifest.task != "anomaly":
        foretold = backtest_prediction(
            dataset,
            sealed.manifest,
            run_of(sealed),
            asked=_asked(wanted, settings),
            currency=settings.currency,
            progress=progress,
        )
        return Judged(foretold, dataset, sealed, model)
    outcome = backtest_dataset(
        dataset,
        sealed.manifest,
        run_of(sealed),
        alarm_budget=alarms_per_week(wanted.alarm_budget) if wanted.alarm_budget else None,
        costs=_costs(wanted, settings),
        currency=settings.currency,
        log=_log(wanted, settings),
        seed=wanted.seed,
        progress=progress,
    )
    return Judged(outcome, dataset, sealed, model)


def _sealed(outcome: Proven, out: Path, settings: Settings) -> SealedModel:
    assert outcome.candidate is not None
    today = datetime.now(tz=UTC).date()
    out.parent.mkdir(parents=True, exist_ok=True)
    return seal(outcome.candidate, out, key=own_key(settings.home, name=platform.node() or "here", today=today))


def _asked(wanted: Wanted, settings: Settings) -> Asked:
    costs = _costs(wanted, settings)
    given = (costs["missed"], costs["false"]) if {"missed", "false"} <= set(costs) else None
    ahead, ahead_s = _number_or_time(wanted.horizon)
    late, late_s = _number_or_time(wanted.lab_delay)
    return Asked(
        censored=wanted.censored,
        horizon=ahead,
        horizon_s=ahead_s,
        lab_delay=late,
        lab_delay_s=late_s,
        timezone=settings.timezone or "UTC",
        costs=given,
        seed=wanted.seed,
    )


def _number_or_time(written: str | None) -> tuple[float | None, float | None]:
    """What was written as a bare number, or in seconds where it has a unit."""
    if written is None:
        return None, None
    return (float(written), None) if written.replace(".", "", 1).isdigit() else (None, seconds_of(written))


def _costs(wanted: Wanted, settings: Settings) -> dict[str, float]:
    """The user's costs over the plant file's; a zero in the plant file says nothing."""
    of_plant = {name: value for name, value in settings.costs.model_dump().items() if value > 0}
    return of_plant | dict(wanted.costs)


def _log(wanted: Wanted, settings: Settings) -> tuple[LoggedFault, ...] | None:
    return None if wanted.log is None else read_log(read([wanted.log], settings))
