"""Small plants thrown together by chance: every feature of a production, in all sorts of company."""

import numpy as np

from bobae.flow import Production

_RULES = ("fifo", "edd", "cr", "spt", "lwr", "lifo", "weights", "network")


def made_plant(seed):
    """One plant; the same seed makes the same one."""
    dice = np.random.default_rng(seed)
    names = [f"g{k}" for k in range(dice.integers(1, 5))]
    setups = ["red", "blue", "green"][: dice.integers(1, 4)]
    machines = {name: _machines(dice, k) for k, name in enumerate(names)}
    routes = {f"p{k}": _route(dice, names, machines, setups) for k in range(dice.integers(1, 4))}
    sections = {
        "machines": machines,
        "routes": routes,
        "releases": [_release(dice, product, machines, routes) for product in routes],
        "orders": [_order(dice, product, routes) for product in routes for _ in range(dice.integers(0, 4))],
        "setups": [
            {"to": one, "time": f"{dice.integers(1, 9)} min", "shortest_run": int(dice.integers(0, 4))}
            for one in setups
        ],
        "crews": {"team": int(dice.integers(1, 4)), "fitters": int(dice.integers(1, 3))},
        "calendars": {
            "day": {"open": [("1 h", "11 h"), ("12 h", "22 h")]},
            "shift": {"open": [("0 h", "16 h")]},
            "night": {"open": [("16 h", "24 h")]},
            "split": {"open": [("0 h", "5 h"), ("13 h", "24 h")]},
        },
    }
    if dice.random() < 0.6:
        places = ("north", "south")
        sections["moves"] = [
            {"origin": a, "to": b, "time": "uniform(1 min, 4 min)" if a != b else "30 s"}
            for a in places
            for b in places
        ]
        if dice.random() < 0.5:
            sections["vehicles"] = int(dice.integers(1, 4))
        for group in machines.values():
            if dice.random() < 0.8:
                group["location"] = str(dice.choice(places))
    return Production.model_validate(sections)


def _machines(dice, number):
    rule = str(dice.choice(_RULES))
    made = {
        "count": int(dice.integers(1, 4)),
        "load": f"{dice.integers(0, 40)} s",
        "unload": f"{dice.integers(0, 40)} s",
        "cascade": bool(dice.random() < 0.3),
        "rule": rule,
        "by_priority": bool(dice.random() < 0.6),
        "by_setup": bool(dice.random() < 0.4),
        "wake": "least setup" if dice.random() < 0.3 else "longest idle",
        "shortest_runs": bool(dice.random() < 0.2),
        "failures": [_failure(dice) for _ in range(dice.choice([0, 1, 2], p=[0.4, 0.4, 0.2]))],
        "maintenance": [_maintenance(dice) for _ in range(dice.choice([0, 1, 2], p=[0.5, 0.3, 0.2]))],
    }
    if rule == "weights":
        made["weights"] = tuple(float(weight) for weight in dice.normal(size=6))
    if rule == "network":
        made["weights"] = tuple(float(weight) for weight in dice.normal(size=10 * dice.integers(1, 5)))
    if number == 0 or dice.random() < 0.4:
        made["buffer"] = int(dice.integers(0, 9))
    if dice.random() < 0.25:
        made["calendar"] = str(dice.choice(["day", "shift", "night", "split"]))
    if dice.random() < 0.3:
        made["crew"] = str(dice.choice(["team", "fitters"]))
    return made


def _failure(dice):
    return {
        "apart": str(dice.choice(["exponential(3 h)", "weibull(4 h, 1.5)", "erlang(2 h, 3)"])),
        "lasts": str(
            dice.choice(["exponential(10 min)", "lognormal(12 min, 8 min)", "triangular(2 min, 5 min, 30 min)"])
        ),
        "counts": str(dice.choice(["calendar", "work"])),
    }


def _maintenance(dice):
    every = f"{dice.integers(20, 200)} pieces" if dice.random() < 0.5 else f"{dice.integers(4, 30)} h"
    return {"every": every, "lasts": "uniform(5 min, 40 min)"}


def _route(dice, names, machines, setups):
    steps = []
    for k in range(dice.integers(1, 7)):
        name = str(dice.choice(names))
        step = {"name": f"s{k}", "machines": name, "time": _time(dice)}
        if not machines[name]["cascade"] and not machines[name]["shortest_runs"] and dice.random() < 0.2:
            step |= {"per": "batch", "batch": _bounds(dice)}
        elif dice.random() < 0.5:
            step["per"] = "piece"
        if machines[name]["cascade"] and dice.random() < 0.7:
            step |= {"interval": "20 s", "interval_per": str(dice.choice(["piece", "lot"]))}
        if dice.random() < 0.4 and step.get("per") != "batch":
            step["setup"] = str(dice.choice(setups))
            if dice.random() < 0.3:
                step |= {"setup_time": "uniform(1 min, 3 min)", "setup_ranked": bool(dice.random() < 0.5)}
            step["setup_always"] = bool(dice.random() < 0.1)
        step |= _odds(dice, k)
        steps.append(step)
    _tie(dice, steps)
    return steps


def _bounds(dice):
    """Wide ones, or so tight that lots of 1 to 4 pieces may wait in enough pieces and yet not fit."""
    return (8, 9) if dice.random() < 0.4 else (int(dice.integers(2, 6)), int(dice.integers(8, 14)))


def _time(dice):
    return str(
        dice.choice(
            [
                "90 s",
                "2 min +- 20 %",
                "exponential(80 s)",
                "normal(2 min, 20 s)",
                "geometric(30 s, 0.3)",
                "empirical(1 min, 3 min)",
            ]
        )
    )


def _odds(dice, k):
    step = {}
    if dice.random() < 0.2:
        step["share"] = 0.6
    if dice.random() < 0.2:
        step["scrap"] = 0.05
    if dice.random() < 0.2:
        step |= {"rework": 0.15, "rework_to": int(dice.integers(1, k + 2))}
    if dice.random() < 0.15:
        step["crew"] = str(dice.choice(["team", "fitters"]))
    return step


def _tie(dice, steps):
    """One machine for two steps, and a longest time between two."""
    tied = set()
    for i, step in enumerate(steps[:-1]):
        later = int(dice.integers(i + 1, len(steps)))
        fits = steps[later]["machines"] == step["machines"] and "batch" not in steps[later] and later not in tied
        if fits and dice.random() < 0.5:
            step["same_machine_for"] = later + 1
            tied.add(later)
        if dice.random() < 0.2:
            step |= {"limit": "20 min", "limit_to": later + 1}


def _release(dice, product, machines, routes):
    made = {
        "product": product,
        "pieces": int(dice.integers(1, 5)),
        "lots": int(dice.integers(1, 3)),
        "priority": int(dice.integers(0, 3)),
        "start": f"{dice.integers(0, 30)} min",
    }
    first = routes[product][0]
    fed = "buffer" in machines[first["machines"]] and "share" not in first and dice.random() < 0.3
    if not fed:
        made["every"] = str(dice.choice(["exponential(11 min)", "9 min", "uniform(5 min, 20 min)"]))
    if dice.random() < 0.2:
        made["count"] = int(dice.integers(20, 80))
    return made


def _order(dice, product, routes):
    return {
        "product": product,
        "pieces": int(dice.integers(1, 5)),
        "at": f"{dice.integers(0, 300)} min",
        "due": f"{dice.integers(100, 900)} min",
        "priority": int(dice.integers(0, 3)),
        "step": int(dice.integers(1, len(routes[product]) + 1)),
    }
