"""The duel: the live model and the one that would replace it, on the same rows that neither has learned from.

Both run over the same rows, are held against the same faults, budget and costs, and their difference is resampled in
the same stretches of time (paired block bootstrap), so what both have in common falls out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bobae.core import Bools, Dataset, Floats, Ints, Manifest, Text, text
from bobae.evidence.budget import held_rate, lasting, rounded
from bobae.evidence.episodes import NS, STANDING_S, WEEK_S, row_at
from bobae.evidence.intervals import Figure, block_bootstrap, block_numbers
from bobae.evidence.metrics import Judged, Truth, judge
from bobae.evidence.value import LEAST_WEEKS, money, quiet, saved_per_quarter
from bobae.evidence.verdict import against_budget
from bobae.train.fitting import truth_of
from bobae.train.known import LoggedFault, known_faults
from bobae.train.proof import Terms
from bobae.train.score import Runs, rows_for
from bobae.train.timeline import LEFT_OUT, PROVE

Better = Literal["better", "same", "worse", "not_enough_evidence"]
_MADE_ROWS = 2_000  # of the held-out rows that made faults are put into
_MADE_SPREADS = 6.0
_MOST_MADE = 12
_BLIND = 0.2  # a smaller share of the made faults than the live model's by this is worse, however calm it is


@dataclass(frozen=True, eq=False)
class Fighter:
    """One sealed model: what it says about itself, and what runs its graph."""

    manifest: Manifest
    run: Runs


@dataclass(frozen=True)
class Side:
    """How one of the two did.

    Attributes:
        false_per_week: false alarms a week and asset.
        detected: known faults that it met.
        saved: money a quarter against working without alarms.
        made: share of its signals in which it notices a step of six spreads.
    """

    false_per_week: Figure
    detected: int
    saved: Figure
    made: float

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        figures = {"false_per_week": self.false_per_week.as_json(), "saved_per_quarter": self.saved.as_json()}
        return figures | {"detected": self.detected, "made_faults_noticed": self.made}


@dataclass(frozen=True)
class Duel:
    """What came of it.

    Attributes:
        outcome: of the challenger.
        figure: what was compared: 'saved_per_quarter' where faults are known, else 'false_per_week'.
        difference: how much better the challenger is by it, above zero is better; 95 %.
        champion: the live one.
        challenger: the other.
        faults: known faults in the stretch.
        weeks: how long it is, in weeks an asset.
        from_ns, until_ns: the stretch, ns UTC.
        said: the same for a person.
    """

    outcome: Better
    figure: str
    difference: Figure
    champion: Side
    challenger: Side
    faults: int
    weeks: float
    from_ns: int
    until_ns: int
    said: Text

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; the text in all languages."""
        return {
            "outcome": self.outcome,
            "figure": self.figure,
            "difference": self.difference.as_json(),
            "live": self.champion.as_json(),
            "candidate": self.challenger.as_json(),
            "faults": self.faults,
            "weeks": self.weeks,
            "from_ns": self.from_ns,
            "until_ns": self.until_ns,
            "said": self.said.as_json(),
        }


def duel(
    dataset: Dataset,
    champion: Fighter,
    challenger: Fighter,
    terms: Terms,
    *,
    from_ns: int,
    log: tuple[LoggedFault, ...] | None = None,
) -> Duel:
    """The challenger against the live model on the rows after `from_ns`, which neither has learned from.

    Both see the rows before, so that their averages are warm.

    Args:
        dataset: rows as read.
        champion: the live one.
        challenger: the other.
        terms: budget, costs and seed, the same for both.
        from_ns: rows later than this count, ns UTC.
        log: known faults.

    Raises:
        BadInput: an input of one of them is missing.
    """
    rows = rows_for(dataset, challenger.manifest.contract)
    part = np.where(rows.time_ns > from_ns, PROVE, LEFT_OUT).astype(np.int64)
    truth = truth_of(rows, known_faults(rows, log), part)
    ran = [_Ran.of(fighter, dataset, truth) for fighter in (champion, challenger)]
    told = [_side(one, truth, terms) for one in ran]
    weeks = float(truth.judged.sum()) * truth.sampling_s / WEEK_S
    figure, difference = _difference(ran, truth, terms, weeks)
    until_ns = int(rows.time_ns.max(initial=from_ns))
    outcome, said = _decided(figure, difference, told[0], told[1], terms, weeks)
    return Duel(
        outcome, figure, difference, told[0], told[1], len(truth.events), weeks, from_ns, until_ns, said
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Ran:
    judged: Judged
    made: float

    @classmethod
    def of(cls, fighter: Fighter, dataset: Dataset, truth: Truth) -> "_Ran":
        contract = fighter.manifest.contract
        rows = rows_for(dataset, contract)
        x, gap = contract.rows(rows.data), rows.gap(contract.max_gap_s)
        alarm = fighter.run(x, gap)["alarm"] > 0.5
        return cls(judge(alarm, truth), _made_noticed(fighter, x, gap, truth.judged))


def _made_noticed(fighter: Fighter, x: Floats, gap: Floats, judged: Bools) -> float:
    """The share of the signals in which a step of six spreads is noticed; a model that never alarms notices none."""
    at = np.flatnonzero(judged)[-_MADE_ROWS:]
    if len(at) < 20:
        return float("nan")
    some, begin = slice(int(at[0]), int(at[-1]) + 1), (int(at[-1]) + 1 - int(at[0])) // 2
    spread = np.nanpercentile(x[some], [16, 84], axis=0)
    size = _MADE_SPREADS * (spread[1] - spread[0]) / 2
    numbers = [i for i in range(x.shape[1]) if np.isfinite(size[i]) and size[i] > 0][:_MOST_MADE]
    plain = (fighter.run(x[some], gap[some])["alarm"] > 0.5)[begin:].mean()
    noticed = 0
    for i in numbers:
        stepped = x[some].copy()
        stepped[begin:, i] += size[i]
        noticed += bool((fighter.run(stepped, gap[some])["alarm"] > 0.5)[begin:].mean() > plain)
    return noticed / len(numbers) if numbers else float("nan")


def _side(ran: _Ran, truth: Truth, terms: Terms) -> Side:
    rate = held_rate(list(ran.judged.false), ran.judged.exposure_weeks)
    saved = saved_per_quarter(ran.judged, quiet(truth), truth, terms.prices, seed=terms.seed)
    return Side(rate, sum(ran.judged.detected), saved, ran.made)


def _difference(ran: list[_Ran], truth: Truth, terms: Terms, weeks: float) -> tuple[str, Figure]:
    champion, challenger = (one.judged for one in ran)
    if truth.events:
        return "saved_per_quarter", saved_per_quarter(challenger, champion, truth, terms.prices, seed=terms.seed)
    if weeks < LEAST_WEEKS:
        return "false_per_week", Figure(float("nan"))
    at = np.flatnonzero(truth.judged)
    block = block_numbers(truth.groups[at])
    sums = np.zeros((int(block.max()) + 1, 1))
    for judged, sign in ((champion, 1.0), (challenger, -1.0)):
        for episode in judged.false:
            for shift in range(episode.nuisance):  # one that stands annoys every shift anew, each in its own block
                begun_ns = episode.start_ns + round((shift + episode.goes_on) * STANDING_S * NS)
                row = row_at(begun_ns, truth.time_ns, (episode.first, episode.last + 1))
                sums[block[_place(at, row)], 0] += sign
    return "false_per_week", block_bootstrap(sums / weeks, lambda totals: totals[..., 0], seed=terms.seed)


def _place(at: Ints, row: int) -> int:
    return min(int(np.searchsorted(at, row)), len(at) - 1)


def _decided(
    figure: str, difference: Figure, champion: Side, challenger: Side, terms: Terms, weeks: float
) -> tuple[Better, Text]:
    values: Mapping[str, Any] = {
        "time": lasting(weeks),
        "live": rounded(champion.false_per_week.value),
        "new": rounded(challenger.false_per_week.value),
        "budget": rounded(terms.budget_per_week),
    }
    if not np.isfinite(difference.value):
        return "not_enough_evidence", text(
            "{time} that neither has learned from are too short to tell them apart", time=lasting(weeks)
        )
    broken = against_budget(challenger.false_per_week, terms.budget_per_week) == "broken"
    live_broken = against_budget(champion.false_per_week, terms.budget_per_week) == "broken"
    if broken and not live_broken:
        return "worse", text(
            "in {time} it raised {new} false alarms a week, more than the {budget} allowed; the live one raised {live}",
            **values,
        )
    if challenger.made < champion.made - _BLIND:
        return "worse", text(
            "it notices a step of six spreads in {new} % of its signals, the live one in {live} %: it is too blind",
            new=round(100 * challenger.made),
            live=round(100 * champion.made),
        )
    shown = {"figure": _shown(figure, difference, terms), **values}
    if difference.low > 0:
        if broken:
            return "same", text("{figure}, but it breaks the budget of {budget} a week as well", **shown)
        return "better", text("{figure}; the whole interval is above zero ({time})", **shown)
    if difference.high < 0:
        return "worse", text("{figure}; the whole interval is below zero ({time})", **shown)
    return "same", text("{figure}; the interval holds zero, so no difference is shown ({time})", **shown)


def _shown(figure: str, difference: Figure, terms: Terms) -> Text:
    if figure == "saved_per_quarter":
        return text(
            "it saves {value} {unit} a quarter more than the live one ({low} to {high})",
            value=money(difference.value),
            low=money(difference.low),
            high=money(difference.high),
            unit=terms.currency,
        )
    return text(
        "it raises {value} false alarms a week less than the live one ({low} to {high})",
        value=f"{difference.value:.2g}",
        low=f"{difference.low:.2g}",
        high=f"{difference.high:.2g}",
    )
