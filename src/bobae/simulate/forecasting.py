"""When what is ordered will be done: the plant from its present state on, many times over."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Floats
from bobae.flow import Plan
from bobae.flow.engine import Run
from bobae.simulate.figures import DAY_S, MICRO


@dataclass(frozen=True)
class Promise:
    """One order.

    Attributes:
        number: as it stands in `orders`, from 1, by time.
        product: what it is.
        due_days: when it should be done, days from now.
        likely_days: the middle of the runs.
        early_days: nine of ten runs are later.
        late_days: nine of ten runs are earlier; infinite where a tenth of the runs did not get there.
        on_time: share of runs that are.
        lost: share of runs that scrap it.
    """

    number: int
    product: str
    due_days: float
    likely_days: float
    early_days: float
    late_days: float
    on_time: float
    lost: float


def forecast(
    plan: Plan, *, days: float, runs: int = 100, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> list[Promise]:
    """Every order's time, from the state that `orders` describe: those with a step stand in the plant already.

    Raises:
        BadInput: nothing is ordered.
    """
    orders = plan.tables.orders
    if len(orders) == 0:
        raise BadInput("nothing is ordered: name `orders` with their due dates, and for those in the plant their step")
    done = np.full((runs, len(orders)), np.inf)
    lost = np.zeros((runs, len(orders)), bool)
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for number, (when, scrapped) in enumerate(threads.map(lambda k: _one(plan, days, seed + k), range(runs))):
            done[number], lost[number] = when, scrapped
            if progress is not None:
                progress(number + 1, runs)
    return [_promise(plan, number, done[:, number], lost[:, number]) for number in range(len(orders))]


def _one(plan: Plan, days: float, seed: int) -> tuple[Floats, Floats]:
    run = Run.new(plan, seed=seed)
    run.until(days * DAY_S)
    rows = np.concatenate(run.done) if run.done else np.zeros(0, run.state.done.dtype)
    mine = rows[rows["name"] < len(plan.tables.orders)]
    when, scrapped = np.full(len(plan.tables.orders), np.inf), np.zeros(len(plan.tables.orders), bool)
    when[mine["name"]] = np.where(mine["good"] == 1, mine["done"] * MICRO / DAY_S, np.inf)
    scrapped[mine["name"]] = mine["good"] == 0
    return when, scrapped


def _promise(plan: Plan, number: int, done: Floats, lost: Floats) -> Promise:
    order = plan.tables.orders[number]
    due = float(order["due"]) * MICRO / DAY_S
    early, likely, late = (float(np.quantile(done, q, method="nearest")) for q in (0.1, 0.5, 0.9))
    return Promise(
        number + 1,
        plan.products[order["product"]],
        due,
        likely,
        early,
        late,
        float((done <= due).mean()),
        float(lost.mean()),
    )
