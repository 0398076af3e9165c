"""A production, compiled: names become whole numbers, times microseconds, and machines are written out one by one."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import BadInput, UnknownName
from bobae.flow import layout
from bobae.flow.batching import may_fall_short
from bobae.flow.distributions import Distributions
from bobae.flow.kernel import words as w
from bobae.flow.layout import NONE, Records, Tables, filled
from bobae.flow.production import Failure, Machines, Maintenance, Production, Step
from bobae.flow.releasing import Named, orders_of, sources_of
from bobae.flow.routing import Route, known
from bobae.flow.times import microseconds, time

_RULES = {"fifo": w.FIFO, "edd": w.EDD, "cr": w.CR, "spt": w.SPT, "lwr": w.LWR, "lifo": w.LIFO}
_RULES |= {"weights": w.WEIGHTS, "network": w.WEIGHTS}
_PER = {"lot": w.LOT, "piece": w.PIECE, "batch": w.BATCH}


@dataclass(frozen=True, eq=False)
class Plan:
    """A production that can run.

    Attributes:
        tables: what the engine reads.
        groups: names, in the order of the tables.
        products: names; routes are in their order.
        steps: (product, name of the step or its number from 1), in the order of the tables.
        production: what it was made of.
        version: a hash of the tables: the same plant has the same, and any change another.
    """

    tables: Tables
    groups: tuple[str, ...]
    products: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    production: Production
    version: str


def compiled(production: Production) -> Plan:
    """The production, ready to run.

    Raises:
        UnknownName: a name stands for nothing, with the nearest one that does.
        BadInput: something contradicts itself, with the place.
    """
    return _Compiler(production).plan()


class _Compiler:
    def __init__(self, production: Production) -> None:
        self._production = production
        self._groups = {name: i for i, name in enumerate(production.machines)}
        named = production.products or dict.fromkeys(production.routes)
        self._routes = [(name, (product.route if product else None) or name) for name, product in named.items()]
        self._products = {name: i for i, (name, _) in enumerate(self._routes)}
        self._crews = {name: i for i, name in enumerate(production.crews)}
        self._calendars = {name: i for i, name in enumerate(production.calendars)}
        places = [m.location for m in production.machines.values()] + [
            e for m in production.moves for e in (m.origin, m.to)
        ]
        self._locations = {name: i for i, name in enumerate(dict.fromkeys(p for p in places if p is not None))}
        self._setups = {name: i for i, name in enumerate(dict.fromkeys(self._setup_names()))}
        self._distributions = Distributions()
        self._weights: list[float] = []

    def plan(self) -> Plan:
        production = self._production
        steps, names, routes = self._steps()
        groups, machines, downs, cares = self._machines(steps)
        named = Named(self._production, self._groups, self._products, self._routes)
        sources = sources_of(named, steps, routes, self._distributions)
        orders = orders_of(named, steps, routes)
        lots = np.concatenate([sources[["product", "pieces"]], orders[["product", "pieces"]]])
        steps["batch_short"] = may_fall_short(steps, routes, lots, names)
        setups, runs = self._setup_times()
        calendars, shifts = self._shifts()
        moves = self._moves()  # the last that may name a distribution
        tables = Tables(
            groups,
            machines,
            steps,
            routes,
            sources,
            orders,
            downs,
            cares,
            *self._distributions.tables(),
            setups,
            runs,
            moves,
            np.array([NONE if production.vehicles is None else production.vehicles]),
            np.array(list(production.crews.values()), np.int64),
            calendars,
            shifts,
            np.array(self._weights or [0.0]),
        )
        version = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in tables)).hexdigest()
        return Plan(tables, tuple(self._groups), tuple(self._products), tuple(names), production, version)

    def _setup_names(self) -> Iterable[str]:
        for setup in self._production.setups:
            yield from (setup.to, *([setup.after] if setup.after else []))
        for route in self._production.routes.values():
            yield from (step.setup for step in route if step.setup is not None)

    def _steps(self) -> tuple[Records, list[tuple[str, str]], Any]:
        rows: list[dict[str, Any]] = []
        names: list[tuple[str, str]] = []
        routes = np.zeros((len(self._routes), 2), np.int64)
        for product, (name, route) in enumerate(self._routes):
            if route not in self._production.routes:
                raise UnknownName.among(
                    "product {product}: there is no route '{name}'; nearest: {nearest}",
                    name=route,
                    known=self._production.routes,
                    product=name,
                )
            steps = self._production.routes[route]
            if not steps:
                raise BadInput("route {route} has no steps", route=route)
            routes[product] = len(rows), len(rows) + len(steps)
            rows += Route(name, steps, len(rows)).rows(self.step_row)
            names += [(name, step.name or str(i + 1)) for i, step in enumerate(steps)]
        return filled(layout.STEP, rows), names, routes

    def step_row(self, step: Step) -> dict[str, Any]:
        """What a step is, whatever the others of its route are."""
        machines = known(self._groups, step.machines, "machines")
        if step.batch is not None and step.per != "batch":
            raise BadInput(
                "step {step}: a batch of {fewest} to {most} pieces needs `per: batch`, not `per: {per}`",
                step=step.name or step.machines,
                fewest=step.batch[0],
                most=step.batch[1],
                per=step.per,
            )
        group = self._production.machines[step.machines]
        takes = time(step.time).scaled(1.0 / group.speed)
        interval = microseconds(step.interval) / group.speed if step.interval else 0.0
        handling = microseconds(group.load) + microseconds(group.unload)
        mean_lot, mean_piece = handling + takes.mean, 0.0
        if step.per == "piece":
            mean_lot, mean_piece = handling, takes.mean
            if step.interval and step.interval_per == "piece":
                mean_lot, mean_piece = handling + takes.mean - interval, interval
        return {
            "group": machines,
            "time": self._distributions.number(takes),
            "per": _PER[step.per],
            "batch_min": step.batch[0] if step.batch else 0,
            "batch_max": step.batch[1] if step.batch else 0,
            "setup": NONE if step.setup is None else self._setups[step.setup],
            "setup_always": step.setup_always,
            "setup_time": self._distributions.written(step.setup_time),
            "setup_ranked": step.setup_ranked,
            "interval_per": NONE if step.interval is None else _PER[step.interval_per],
            "interval": round(interval),
            "mean_lot": round(mean_lot),
            "mean_piece": round(mean_piece),
            "share": step.share,
            "rework": step.rework,
            "scrap": step.scrap,
            "crew": NONE if step.crew is None else known(self._crews, step.crew, "crews"),
        }

    def _machines(self, steps: Records) -> tuple[Records, Records, Records, Records]:
        groups: list[dict[str, Any]] = []
        machines: list[dict[str, int]] = []
        downs: list[dict[str, int]] = []
        cares: list[dict[str, int]] = []
        for number, (name, group) in enumerate(self._production.machines.items()):
            batches = steps["batch_max"][steps["group"] == number]
            lots = self._lots_of_batch(number, steps) if len(batches) and batches.max() > 0 else 1
            groups.append(self._group_row(name, group, len(machines), lots))
            for k in range(group.count):
                machine, first_down, first_care = len(machines), len(downs), len(cares)
                downs += [self._down(failure, machine) for failure in group.failures]
                cares += [self._care(care, machine, (k + 1) / group.count) for care in group.maintenance]
                machines.append(
                    {
                        "group": number,
                        "downs": first_down,
                        "downs_end": len(downs),
                        "cares": first_care,
                        "cares_end": len(cares),
                    }
                )
        return (
            filled(layout.GROUP, groups),
            filled(layout.MACHINE, machines),
            filled(layout.DOWN, downs),
            filled(layout.CARE, cares),
        )

    def _lots_of_batch(self, group: int, steps: Records) -> int:
        released = [release.pieces for release in self._production.releases]
        fewest = min(released + [order.pieces for order in self._production.orders], default=1)
        return max(1, int(steps["batch_max"][steps["group"] == group].max()) // fewest)

    def _group_row(self, name: str, group: Machines, first: int, lots: int) -> dict[str, Any]:
        weights, hidden = self._weights_of(name, group)
        slots = 2 if group.cascade else 1
        return {
            "first": first,
            "count": group.count,
            "slots": slots,
            "load": round(microseconds(group.load)),
            "unload": round(microseconds(group.unload)),
            "rule": _RULES[group.rule],
            "by_priority": group.by_priority,
            "by_setup": group.by_setup,
            "wake_least_setup": group.wake == "least setup",
            "places": NONE if group.buffer is None else group.buffer + group.count * slots * lots,
            "calendar": NONE if group.calendar is None else known(self._calendars, group.calendar, "calendars"),
            "location": NONE if group.location is None else self._locations[group.location],
            "weights": weights,
            "hidden": hidden,
            "runs": group.shortest_runs,
            "crew": NONE if group.crew is None else known(self._crews, group.crew, "crews"),
        }

    def _weights_of(self, name: str, group: Machines) -> tuple[int, int]:
        """Where its weights begin, and how many hidden units they are."""
        units, count = divmod(len(group.weights), w.INPUTS + 2)
        if group.rule == "weights" and len(group.weights) != w.FEATURES:
            raise BadInput("machines {name}: the rule weights takes {count} weights", name=name, count=w.FEATURES)
        if group.rule == "network" and (count or not units):
            raise BadInput(
                "machines {name}: a network has {count} weights for each of its units, and here are {all}",
                name=name,
                count=w.INPUTS + 2,
                all=len(group.weights),
            )
        if group.rule not in ("weights", "network"):
            return NONE, 0
        begins = len(self._weights)
        self._weights += group.weights
        return begins, units if group.rule == "network" else 0

    def _down(self, failure: Failure, machine: int) -> dict[str, int]:
        apart = self._distributions.written(failure.apart)
        first = apart if failure.first is None else self._distributions.written(failure.first)
        return {
            "machine": machine,
            "by_work": failure.counts == "work",
            "first": first,
            "apart": apart,
            "lasts": self._distributions.written(failure.lasts),
        }

    def _care(self, care: Maintenance, machine: int, share: float) -> dict[str, int]:
        pieces, apart = _pieces_or_time(care.every)
        first_pieces, first = _pieces_or_time(care.first) if care.first else (pieces, apart)
        if first_pieces != pieces:
            raise BadInput(
                "maintenance every {every}: its first, {first}, must be counted in the same way",
                every=care.every,
                first=care.first,
            )
        return {
            "machine": machine,
            "by_pieces": pieces,
            "lasts": self._distributions.written(care.lasts),
            "first": round(first * share),
            "apart": round(apart),
        }

    def _setup_times(self) -> tuple[Any, Any]:
        count = len(self._setups)
        times = np.zeros((count + 1, max(count, 1)), np.int64)
        runs = np.zeros(max(count, 1), np.int64)
        for setup in sorted(self._production.setups, key=lambda line: line.after is not None):
            to = self._setups[setup.to]
            takes = round(microseconds(setup.time))
            if setup.after is None:
                times[:, to] = takes
                times[to, to] = 0
            else:
                times[self._setups[setup.after], to] = takes
            runs[to] = max(runs[to], setup.shortest_run)
        return times, runs

    def _moves(self) -> Any:
        size = max(len(self._locations), 1)
        moves = np.full((size, size), NONE, np.int64)
        for move in self._production.moves:
            moves[self._locations[move.origin], self._locations[move.to]] = self._distributions.written(move.time)
        return moves

    def _shifts(self) -> tuple[Any, Records]:
        calendars: list[tuple[int, int, int]] = []
        shifts: list[dict[str, int]] = []
        for name, calendar in self._production.calendars.items():
            around = round(microseconds(calendar.round))
            first, last = len(shifts), 0
            for start, end in calendar.open:
                opens, closes = round(microseconds(start)), round(microseconds(end))
                if not last <= opens < closes <= around:
                    raise BadInput(
                        "calendar {name}: {start} to {end} does not come after the stretch before it, or leaves its "
                        "round of {round}",
                        name=name,
                        start=start,
                        end=end,
                        round=calendar.round,
                    )
                shifts.append({"at": opens, "open": 1})
                if closes < around:
                    shifts.append({"at": closes, "open": 0})
                last = closes
            if not calendar.open:
                raise BadInput("calendar {name} is never open", name=name)
            if last == around and shifts[first]["at"] > 0:  # open to the very end of a round, and closed at the next
                shifts.insert(first, {"at": 0, "open": 0})
            calendars.append((first, len(shifts), around))
        return np.array(calendars, np.int64).reshape(-1, 3), filled(layout.SHIFT, shifts)


def _pieces_or_time(text: str) -> tuple[bool, float]:
    number, _, unit = text.strip().partition(" ")
    if unit.strip() in ("piece", "pieces"):
        if not number.replace(".", "", 1).isdigit() or float(number) <= 0.0:
            raise BadInput("'{text}' is no number of pieces: write such as 5000 pieces", text=text)
        return True, float(number)
    return False, microseconds(text)
