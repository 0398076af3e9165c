"""A rule that is learned: a small network says which lot goes first, and evolution finds its weights.

The network is the same at all machines it is learned for, and sees what `flow/README.md` says under *The best lot*. Its
weights are found by evolution with an adapted covariance (N. Hansen, A. Ostermeier, Evolutionary Computation 9, 2001;
the library cmaes): each generation runs with the same chance, and the next with other chance, so that what is learned
is no single fortune. What is told in the end is the difference to the plant as it is on chance that was never seen.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bobae.core import BadInput, Floats, Missing, UnknownName
from bobae.flow import Plan, Production, compiled
from bobae.flow.kernel import words as w
from bobae.simulate.optimising import AIMS, Optimum, proved, worth
from bobae.simulate.study import Span

_STEP = 0.5  # of the first generation, in units of what the inputs usually are
_HOUR = 3.6e9


def learn(
    plan: Plan,
    machines: Sequence[str],
    span: Span,
    *,
    aim: str,
    units: int = 3,
    tries: int = 300,
    runs: int = 3,
    proof_runs: int = 20,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Optimum:
    """Learn which lot goes first, beginning with first come first served.

    Args:
        plan: the plant as it is.
        machines: groups that shall work by what is learned.
        span: how long each run is.
        aim: one of `AIMS`.
        units: of the network's hidden layer.
        tries: networks at the most.
        runs: a network.
        proof_runs: of the proof.
        seed: of the search and its runs.
        progress: told after each network.

    Raises:
        UnknownName: there are no such machines.
        BadInput: no machines are named, or the aim is none.
    """
    _check(plan, machines, aim)
    scale = _usual(plan)
    first = np.zeros((units, w.INPUTS + 2))
    first[0, 0] = first[0, -1] = 1.0  # the longest waiting
    search = _cma()(mean=first.ravel(), sigma=_STEP, seed=seed)
    tried = generation = 0
    while tried < tries and not search.should_stop():
        told = []
        for _ in range(search.population_size):
            asked = search.ask()
            made = compiled(with_network(plan.production, machines, _weights(asked, scale)))
            told.append((asked, -worth(made, span, aim, runs, seed + generation * runs)))
            tried += 1
            if progress is not None:
                progress(min(tried, tries), tries)
        search.tell(told)
        generation += 1
    weights = _weights(search.mean, scale)
    made = compiled(with_network(plan.production, machines, weights))
    proof, gain = proved(plan, made, span, aim=aim, runs=proof_runs, seed=seed)
    values = {f"machines.{name}.weights": weights for name in machines}
    searched = worth(made, span, aim, runs, seed) * AIMS[aim]
    return Optimum(values, tried, searched, proof, gain, gain.low > 0.0)


def with_network(production: Production, machines: Sequence[str], weights: tuple[float, ...]) -> Production:
    """The plant in which these machines work by a network; priorities and setups are for it to weigh."""
    rule = {"rule": "network", "weights": weights, "by_priority": False, "by_setup": False}
    changed = {name: production.machines[name].model_copy(update=rule) for name in machines}
    return production.model_copy(update={"machines": {**production.machines, **changed}})


def _check(plan: Plan, machines: Sequence[str], aim: str) -> None:
    if not machines:
        raise BadInput("there is nothing to learn for: name at least one group of machines")
    for name in machines:
        if name not in plan.production.machines:
            raise UnknownName.among(
                "there is no '{name}' in `{section}`; nearest: {nearest}",
                name=name,
                known=plan.production.machines,
                section="machines",
            )
    if aim not in AIMS:
        raise BadInput("'{aim}' is no aim; the aims are {aims}", aim=aim, aims=", ".join(AIMS))


def _usual(plan: Plan) -> Floats:
    """What each input usually is, so that a step of the search means as much for each."""
    t = plan.tables
    pieces = max([*t.sources["pieces"].tolist(), *t.orders["pieces"].tolist(), 1])
    work = max(float(t.steps["left_lot"].max() + pieces * t.steps["left_piece"].max()) / _HOUR, 1e-6)
    step = max(float((t.steps["mean_lot"] + pieces * t.steps["mean_piece"]).mean()) / _HOUR, 1e-6)
    setup = float(t.setups.max()) / _HOUR or 1.0
    urgent = max([*t.sources["priority"].tolist(), *t.orders["priority"].tolist(), 1])
    return np.array([3.0 * work, 3.0 * work, step, work, setup, urgent, 4.0 * pieces, 5.0])


def _weights(found: Floats, scale: Floats) -> tuple[float, ...]:
    units = found.reshape(-1, w.INPUTS + 2).copy()
    units[:, : w.INPUTS] /= scale
    return tuple(units.ravel().tolist())


def _cma() -> Any:
    try:
        import cmaes
    except ModuleNotFoundError as error:
        raise Missing(
            "searching for better values needs {package}: pip install 'bobae[twin]'", package=error.name
        ) from error
    return cmaes.CMA
