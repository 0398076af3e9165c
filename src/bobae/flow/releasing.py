"""What comes into a plant: sources that release lots again and again, orders, and what stands in it already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bobae.core import BadInput
from bobae.flow import layout
from bobae.flow.distributions import Distributions
from bobae.flow.layout import NONE, Records, filled
from bobae.flow.production import Production
from bobae.flow.routing import known, step_number
from bobae.flow.times import microseconds

_WORK_TO_DUE = 3.0  # where no due date is given: times the work of the lot


@dataclass(frozen=True)
class Named:
    """A production whose names have numbers.

    Attributes:
        production: what was written.
        groups: name -> number.
        products: name -> number.
        routes: (product, name of its route), by the product's number.
    """

    production: Production
    groups: Mapping[str, int]
    products: Mapping[str, int]
    routes: Sequence[tuple[str, str]]


def sources_of(named: Named, steps: Records, routes: Any, distributions: Distributions) -> Records:
    """Lots that come again and again.

    Raises:
        BadInput: a source without times feeds a group without a limit.
    """
    rows = []
    for release in named.production.releases:
        product = known(named.products, release.product, "products")
        rows.append(
            {
                "product": product,
                "pieces": release.pieces,
                "priority": release.priority,
                "lots": release.lots,
                "count": NONE if release.count is None else release.count,
                "start": round(microseconds(release.start)),
                "every": distributions.written(release.every),
                "due": _due(release.due, steps[routes[product, 0]], release.pieces),
            }
        )
        group = steps[routes[product, 0]]["group"]
        name = list(named.groups)[group]
        if release.every is None and named.production.machines[name].buffer is None:
            raise BadInput(
                "{product} comes whenever {name} has room, and {name} has no limit: give `every` or a `buffer`",
                product=release.product,
                name=name,
            )
    return filled(layout.SOURCE, rows)


def _due(text: str | None, step: Any, pieces: int) -> int:
    if text is not None:
        return round(microseconds(text))
    return round(_WORK_TO_DUE * float(step["left_lot"] + pieces * step["left_piece"]))


def orders_of(named: Named, steps: Records, routes: Any) -> Records:
    """Orders, and what stands in the plant, by time."""
    rows = []
    for order in named.production.orders:
        product = known(named.products, order.product, "products")
        first = routes[product, 0]
        name, route = named.routes[product]
        step = int(first) + (0 if order.step is None else step_number(named.production.routes[route], order.step, name))
        at = round(microseconds(order.at))
        due = at + _due(None, steps[step], order.pieces) if order.due is None else round(microseconds(order.due))
        rows.append(
            {
                "at": at,
                "due": due,
                "product": product,
                "pieces": order.pieces,
                "priority": order.priority,
                "step": step,
            }
        )
    return filled(layout.ORDER, sorted(rows, key=lambda row: row["at"]))
