"""Events a second against the number of machines: made job shops of equal load."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bobae.flow import Plan, Production, compiled
from bobae.flow.engine import Run, warm
from bobae.flow.kernel import words as w

_STEPS, _IN_GROUP, _LOAD = 20, 10, 0.85


def rows(quick: bool) -> Iterator[dict[str, Any]]:
    warm()
    for machines in (10, 100, 1_000, 10_000):
        run = Run.new(_shop(machines), seed=1)
        run.until(3_600.0 * 24)  # it fills
        handled, began = int(run.state.clock[w.HANDLED]), time.process_time()
        run.until(3_600.0 * 24 + (400_000 if quick else 2_000_000) / machines * 100.0)
        speed = (int(run.state.clock[w.HANDLED]) - handled) / (time.process_time() - began)
        memory = sum(part.nbytes for part in run.state) / 1e6
        yield {"figure": f"a job shop of {machines:,} machines: events a CPU second", "value": speed, "unit": "1/s"}
        yield {"figure": f"a job shop of {machines:,} machines: its state", "value": memory, "unit": "MB"}


def _shop(machines: int) -> Plan:
    """Groups of ten machines; every product goes through twenty groups thrown by chance."""
    dice, groups = np.random.default_rng(7), machines // _IN_GROUP
    products = max(1, groups // 2)
    routes = {
        f"p{k}": [
            {"machines": f"g{group}", "time": "exponential(10 min)"}
            for group in dice.integers(0, groups, _STEPS).tolist()
        ]
        for k in range(products)
    }
    visits = np.zeros(groups)
    for route in routes.values():
        for step in route:
            visits[int(step["machines"][1:])] += 1
    apart_min = 10.0 * visits.max() / (_LOAD * _IN_GROUP)
    document = {
        "machines": {f"g{k}": {"count": _IN_GROUP} for k in range(groups)},
        "routes": routes,
        "releases": [{"product": name, "every": f"exponential({apart_min} min)"} for name in routes],
    }
    return compiled(Production.model_validate(document))
