"""From rows to a sealed model with its verdict, and the same judgement again on new rows."""

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bobae.app import discovery
from bobae.app.data import read
from bobae.app.models import run_of
from bobae.app.settings import Settings
from bobae.app.wanted import Wanted
from bobae.core import Dataset, Progress, alarms_per_week, silent
from bobae.registry import SealedModel, TrustList, open_sealed, own_key, seal
from bobae.train.backtest import backtest as backtest_dataset
from bobae.train.known import LoggedFault, read_log
from bobae.train.outcome import Outcome
from bobae.train.train import train as train_dataset


@dataclass(frozen=True, eq=False)
class Judged:
    """What came of a training or a backtest, the rows it rests on, and the sealed model."""

    outcome: Outcome
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
) -> Judged:
    """Train the installed learner for `task` on these rows, prove the model, and seal it into `out`.

    Raises:
        BadInput: the rows or the task are not right.
        Refused: the data cannot carry an honest answer.
    """
    wanted = wanted or Wanted()
    learner = discovery.learner_for(task)
    outcome = train_dataset(
        dataset,
        learner,
        alarm_budget=alarms_per_week(wanted.alarm_budget or settings.alarm_budget),
        costs=_costs(wanted, settings),
        currency=settings.currency,
        log=_log(wanted, settings),
        seed=wanted.seed,
        budget_s=wanted.budget_s,
        name=out.stem,
        progress=progress,
    )
    assert outcome.candidate is not None
    today = datetime.now(tz=UTC).date()
    out.parent.mkdir(parents=True, exist_ok=True)
    model = seal(outcome.candidate, out, key=own_key(settings.home, name=platform.node() or "here", today=today))
    return Judged(outcome, dataset, model, out)


def backtest(
    model: Path, dataset: Dataset, settings: Settings, *, wanted: Wanted | None = None, progress: Progress = silent
) -> Judged:
    """Judge a sealed model on new rows, as honestly as at its training.

    Raises:
        Refused: the model does not pass the import gate.
        BadInput: a column that the model needs is missing.
    """
    wanted = wanted or Wanted()
    sealed = open_sealed(model, trust=TrustList.read(settings.home))
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


def _costs(wanted: Wanted, settings: Settings) -> dict[str, float]:
    """The user's costs over the plant file's; a zero in the plant file says nothing."""
    of_plant = {name: value for name, value in settings.costs.model_dump().items() if value > 0}
    return of_plant | dict(wanted.costs)


def _log(wanted: Wanted, settings: Settings) -> tuple[LoggedFault, ...] | None:
    return None if wanted.log is None else read_log(read([wanted.log], settings))
