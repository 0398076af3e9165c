"""How many false alarms a plant allows and what mistakes cost it, as people write them."""

import math
import re
from collections.abc import Mapping

from bobae.core.errors import BadInput

COSTS = ("missed", "false", "late")
_PER_WEEK = {
    **dict.fromkeys(("hour", "h", "시간"), 168.0),
    **dict.fromkeys(("day", "d", "일"), 7.0),
    **dict.fromkeys(("week", "w", "wk", "주"), 1.0),
    **dict.fromkeys(("month", "mo", "월"), 7 / 30.4375),
    **dict.fromkeys(("quarter", "분기"), 7 / 91.3125),
    **dict.fromkeys(("year", "y", "a", "년"), 7 / 365.25),
}
_BUDGET = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(?:/\s*(\w+))?\s*$")
_SECONDS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_557_600.0}
_TIME = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(s|min|m|h|d|w|y)?\s*$")


def alarms_per_week(written: str | float) -> float:
    """False alarm episodes a week one asset may cost, from '1/week', '2/day', '0.5/month' or a bare number.

    Raises:
        BadInput: it is not a number above zero over a known time.
    """
    match = _BUDGET.match(str(written))
    per_week = _PER_WEEK.get((match[2] or "week").lower()) if match else None
    if match is None or per_week is None or not 0 < (rate := float(match[1]) * per_week) < math.inf:
        raise BadInput(
            "the alarm budget is {written!r}; write how many false alarms one machine may raise, such as "
            "1/week, 2/day or 0.5/month",
            written=written,
        )
    return rate


def seconds_of(written: str) -> float:
    """A stretch of time such as '120s', '2min', '1h' or '90d' in seconds; a bare number is seconds.

    Raises:
        BadInput: it is not a number above zero of a known unit.
    """
    match = _TIME.match(written)
    if match is None or (seconds := float(match[1]) * _SECONDS[match[2] or "s"]) <= 0:
        raise BadInput("the time {written!r} is not understood; write for example 120s, 2min or 1h", written=written)
    return seconds


def costs_of(written: str) -> dict[str, float]:
    """What mistakes cost, from 'missed=5000000,false=30000'; '' is no costs.

    Raises:
        BadInput: a cost that is not one of `COSTS`, or not a number of zero or more.
    """
    costs: dict[str, float] = {}
    for part in filter(None, (p.strip() for p in written.split(","))):
        name, _, value = part.partition("=")
        costs[name.strip()] = cost(name.strip(), value.strip())
    return costs


def cost(name: str, value: object) -> float:
    """One cost, checked: its name and a number of zero or more, in the plant's currency.

    Raises:
        BadInput: it is not.
    """
    if name not in COSTS:
        raise BadInput(
            "no cost is called {name!r}; write missed=.. (a fault nobody saw), false=.. (an alarm for nothing) "
            "or late=.. (an hour of delay)",
            name=name,
        )
    try:
        amount = float(str(value).replace("_", ""))
    except ValueError:
        amount = math.nan
    if not 0 <= amount < math.inf:
        raise BadInput("the cost {name} is {value!r}; write a number of zero or more", name=name, value=value)
    return amount


def checked_costs(costs: Mapping[str, object]) -> dict[str, float]:
    """All of `costs`, checked as by `cost`."""
    return {name: cost(name, value) for name, value in costs.items()}
