"""What is asked of a training or a backtest besides its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Wanted:
    """What is asked of a training or a backtest.

    Attributes:
        alarm_budget: false alarms that one machine may raise, as written; None: the settings', or the model's own.
        costs: 'missed', 'false', 'late'; what is left out is taken from the plant file, then assumed.
        log: a table of known faults, beside the data.
        seed: where chance begins.
        budget_s: CPU seconds that may be spent.
        censored: a column that marks machines which still live, for the life left.
        horizon: how far ahead, as written: a number in units of the life left, or a time such as 4h.
        lab_delay: how late laboratory values come, as written: a time such as 8h, or a number of rows without a time.
    """

    alarm_budget: str | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    log: Path | None = None
    seed: int = 0
    budget_s: float | None = None
    censored: str | None = None
    horizon: str | None = None
    lab_delay: str | None = None
