"""Better values for what a plant can decide: buffers, batches, maintenance, releases, rules, weights.

A search (optuna's tree of Parzen estimators) tries values on few runs with the same chance; what it finds looks better
than it is, as the best of many always does. So the best is set against the plant as it is once more, on runs that the
search never saw, and only that difference is told. If its interval holds 0, the search found noise, and says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import BadInput, Missing
from bobae.evidence.intervals import Figure
from bobae.flow import Plan, Production, compiled
from bobae.flow.engine import Stuck
from bobae.flow.line import is_plain, line_times
from bobae.simulate.changing import changed
from bobae.simulate.comparing import Comparison, whatif
from bobae.simulate.figures import DAY_S, HOUR_S, MICRO, Key
from bobae.simulate.study import Span, study

AIMS: Mapping[str, int] = {"throughput": 1, "good_pieces": 1, "margin": 1, "on_time": 1, "cycle_time": -1, "wip": -1}
_OF_PARTS = ("throughput", "cycle_time")  # what the times of the parts alone say
_PATIENCE = 40  # tries without a better one, after which a search ends
_WORST = -1e300  # of a plant that gets stuck, or never makes what counts
_FRESH = 1_000_003  # how far the seeds of the proof lie from those of the search


@dataclass(frozen=True)
class Knob:
    """Something that can be decided.

    Attributes:
        place: where it stands in the production.
        choices: the values that it may have, in their order.
    """

    place: str
    choices: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Optimum:
    """What a search found.

    Attributes:
        values: place -> the best value tried.
        tries: how many different plants were run.
        searched: the aim's figure of the best one as the search saw it: too good.
        proof: the best one against the plant as it is, on fresh chance.
        gain: how much the aim's figure differs there, better is above 0.
        is_real: whether the interval of the gain lies above 0.
    """

    values: Mapping[str, Any]
    tries: int
    searched: float
    proof: Comparison
    gain: Figure
    is_real: bool


def knob(written: str) -> Knob:
    """A knob as it is written: `machines.oven.buffer=0..20`, `releases[0].every=10 min|12 min|15 min`.

    Raises:
        BadInput: there is no value to choose from.
    """
    place, equals, values = written.partition("=")
    if not equals or not values.strip():
        raise BadInput(
            "'{written}' names nothing to choose from; write such as machines.oven.buffer=0..20, or values between |",
            written=written,
        )
    low, dots, high = values.partition("..")
    if dots and low.strip().lstrip("-").isdigit() and high.strip().lstrip("-").isdigit():
        return Knob(place.strip(), tuple(range(int(low), int(high) + 1)))
    return Knob(place.strip(), tuple(_value(value.strip()) for value in values.split("|")))


def optimise(
    plan: Plan,
    knobs: Sequence[Knob],
    span: Span,
    *,
    aim: str,
    tries: int = 100,
    runs: int = 5,
    proof_runs: int = 20,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Optimum:
    """Search for the best values, then prove the best on fresh runs.

    Args:
        plan: the plant as it is.
        knobs: what may be decided.
        span: how long each run is.
        aim: one of `AIMS`.
        tries: different plants at the most.
        runs: a try.
        proof_runs: of the proof.
        seed: of the search and its runs.
        progress: told after each try.

    Raises:
        BadInput: nothing may be decided, or the aim is none.
    """
    if not knobs:
        raise BadInput("there is nothing to decide: name at least one place and its values")
    if aim not in AIMS:
        raise BadInput("'{aim}' is no aim; the aims are {aims}", aim=aim, aims=", ".join(AIMS))
    search = _Search(plan.production, tuple(knobs), lambda made: worth(made, span, aim, runs, seed))
    best = search.best(tries, seed, progress)
    proof, gain = proved(plan, compiled(search.production(best)), span, aim=aim, runs=proof_runs, seed=seed)
    values = {one.place: one.choices[choice] for one, choice in zip(knobs, best, strict=True)}
    return Optimum(values, len(search.seen), search.seen[best] * AIMS[aim], proof, gain, gain.low > 0.0)


def proved(before: Plan, after: Plan, span: Span, *, aim: str, runs: int, seed: int) -> tuple[Comparison, Figure]:
    """Both set against each other on chance that a search with this seed never saw; the gain is better above 0."""
    proof = whatif(before, after, span, runs=runs, seed=seed + _FRESH)
    told = proof.figures[Key(aim)][2]
    return proof, told if AIMS[aim] > 0 else Figure(-told.value, -told.high, -told.low)


def worth(plan: Plan, span: Span, aim: str, runs: int, seed: int) -> float:
    """What a plant is worth to an aim, more is better; next to nothing where it gets stuck."""
    try:
        found = _tried(plan, span, aim, runs, seed)
    except Stuck:
        return _WORST
    return found if np.isfinite(found) else _WORST


class _Search:
    """Asks optuna's sampler for choices, runs them, and never runs one twice."""

    def __init__(self, production: Production, knobs: tuple[Knob, ...], worth: Callable[[Plan], float]) -> None:
        self._production, self._knobs, self._worth_of = production, knobs, worth
        self.seen: dict[tuple[int, ...], float] = {}

    def production(self, choice: tuple[int, ...]) -> Production:
        """The plant with these choices."""
        made = self._production
        for one, number in zip(self._knobs, choice, strict=True):
            made = changed(made, one.place, one.choices[number])
        return made

    def best(self, tries: int, seed: int, progress: Callable[[int, int], None] | None) -> tuple[int, ...]:
        """The best choice of so many, or of those tried when nothing better had come for long."""
        optuna = _optuna()
        possible = int(min(np.prod([len(one.choices) for one in self._knobs], dtype=float), tries))
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
        asked = optuna.create_study(direction="maximize", sampler=sampler)
        leader: tuple[int, ...] | None = None
        since = again = 0
        while len(self.seen) < possible and since < _PATIENCE and again < _PATIENCE * len(self._knobs):
            trial = asked.ask()
            choice = tuple(self._chosen(trial, one) for one in self._knobs)
            again = again + 1 if choice in self.seen else 0
            if choice not in self.seen:
                self.seen[choice] = self._worth_of(compiled(self.production(choice)))
                better = leader is None or self.seen[choice] > self.seen[leader]
                since, leader = (0, choice) if better else (since + 1, leader)
                if progress is not None:
                    progress(len(self.seen), possible)
            asked.tell(trial, self.seen[choice])
        assert leader is not None
        return leader

    def _chosen(self, trial: Any, one: Knob) -> int:
        """Numbers are in order, so a step from one to the next is small; words are not."""
        if all(isinstance(choice, (int, float)) and not isinstance(choice, bool) for choice in one.choices):
            return int(trial.suggest_int(one.place, 0, len(one.choices) - 1))
        return int(trial.suggest_categorical(one.place, list(range(len(one.choices)))))


def _tried(plan: Plan, span: Span, aim: str, runs: int, seed: int) -> float:
    """What a plant is worth, more is better; a plain line without the engine, which comes to the same."""
    if aim in _OF_PARTS and is_plain(plan):
        told = [_of_parts(plan, span, aim, seed + number) for number in range(runs)]
        return float(np.mean(told)) * AIMS[aim]
    return study(plan, span, runs=runs, seed=seed).figure(Key(aim)).value * AIMS[aim]


def _of_parts(plan: Plan, span: Span, aim: str, seed: int) -> float:
    warm, end = span.warm_up_days * DAY_S / MICRO, (span.warm_up_days + span.days) * DAY_S / MICRO
    released, left = line_times(plan, seed=seed, until_us=round(end))
    counted = left > warm
    if aim == "throughput":
        return float(counted.sum()) / span.days
    return float((left - released)[counted].mean()) * MICRO / HOUR_S if counted.any() else np.nan


def _optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise Missing(
            "searching for better values needs {package}: pip install 'bobae[twin]'", package=error.name
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)
