"""Rules of a plant at work: read with the samples as they settle, judged all at once, told like any other alarm."""

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bobae.app.ruled import ruled_in
from bobae.core import Bools, Floats, Frame, Ints, Plant, StoreReader, Text
from bobae.monitor import Desk, Hand, Points, Watched, Watcher, priority_of
from bobae.monitor.rules import RulePlan, Ruling, rule_told
from bobae.monitor.rules.plan import Ruled
from bobae.registry.catalogue import Catalogue
from bobae.serve import LiveRow

NS = 1_000_000_000
STEP_NS = NS
SETTLE_NS = 300_000_000  # a row is judged so long after its time: what the network and one group commit take
WARM_ROWS = 900
_MOST_CELLS = 5_000_000


@dataclass(frozen=True, eq=False)
class RuleWatch:
    """The rules at work: what judges their rows, and who keeps the alarm of each."""

    line: "RuleLine"
    watchers: Mapping[str, Watcher]


def watch_rules(
    plant: Plant,
    store: StoreReader,
    catalogue: Catalogue,
    *,
    settle_ns: int,
    from_ns: int,
    clock: Callable[[], int] = time.time_ns,
) -> RuleWatch | None:
    """The rules of a plant, ready to judge what settles after `from_ns`; None: it has none."""
    known = {row.path for row in store.tags()}
    ruled = [one for one in ruled_in(plant) if f"{one.asset}.{one.rule.tag}" in known]
    if not ruled:
        return None
    points = Points(catalogue.points, clock)
    units = dict(plant.tags())
    watchers = {}
    for one in ruled:
        unit = units[f"{one.asset}.{one.rule.tag}"].unit
        watched = Watched(
            monitor=one.point,
            asset=one.asset,
            model=one.rule.name,
            tags=(one.rule.tag,),
            units=(unit,),
            usual=lambda tags, _: [np.nan] * len(tags),
            priority=priority_of(one.rule),
            latching=one.rule.latching,
            holding=functools.partial(points.holding, one.point),
            told=functools.partial(_told, one, unit),
        )
        watchers[one.point] = Watcher(watched, catalogue.alarms, clock=clock)
    desk = Desk(catalogue.points, catalogue.alarms)
    line = RuleLine(RulePlan.of(ruled), desk, settle_ns=settle_ns, from_ns=from_ns)
    return RuleWatch(line, watchers)


def _told(one: Ruled, unit: str | None, values: Floats) -> Text:
    return rule_told(one.asset, one.rule, float(values[0]), unit)


class RuleLine:
    """Rows through the rules, as `bobae.serve.Line` takes them through models.

    Only a rule whose alarm is on, or has just ended, is told of: thousands that are quiet cost one step of numpy.

    Args:
        plan: the rules.
        desk: told which rules mean nothing now, by their `only_when`.
        settle_ns: how long after its time a row is taken as complete.
        from_ns: everything received until then can be read, and is history.
    """

    def __init__(self, plan: RulePlan, desk: Desk, *, settle_ns: int, from_ns: int) -> None:
        self._ruling = Ruling(plan)
        self._desk, self._settle_ns = desk, settle_ns
        self._done_ns = (from_ns - settle_ns) // STEP_NS * STEP_NS
        self._was_on: Bools = self._ruling.on
        self._meant: Bools | None = None

    def warm(self, store: StoreReader, rows: int = WARM_ROWS) -> None:
        """Show the rules the rows before the first live one, so that delays and windows begin as if never stopped."""
        for _ in self._stepped(store, self._done_ns - rows * STEP_NS, self._done_ns):
            pass
        self._was_on = self._ruling.on

    def settled(self, store: StoreReader, complete_ns: int) -> Iterator[LiveRow]:
        """What the rules say of every row that has settled by now; see `Line.settled`."""
        until_ns = (complete_ns - self._settle_ns) // STEP_NS * STEP_NS
        while until_ns > self._done_ns:
            most = max(1, _MOST_CELLS // len(self._ruling.plan.tags)) * STEP_NS
            begin_ns, self._done_ns = self._done_ns, min(until_ns, self._done_ns + most)
            for time_ns in self._stepped(store, begin_ns, self._done_ns):
                yield from self._rows(time_ns)

    def _stepped(self, store: StoreReader, begin_ns: int, end_ns: int) -> Iterator[int]:
        tags = self._ruling.plan.tags
        frame: Frame = store.frame(tags, begin_ns, end_ns, STEP_NS, aggs=("last", "count"), settle_ns=self._settle_ns)
        values, counts = (np.ascontiguousarray(frame.values[:, i].T) for i in (0, 1))
        for row, time_ns in enumerate(frame.time_ns.tolist()):
            self._ruling.step(time_ns, values[row], np.nan_to_num(counts[row]) > 0)
            yield time_ns

    def _rows(self, time_ns: int) -> Iterator[LiveRow]:
        self._suppress(time_ns)
        ruling = self._ruling
        told: Ints = np.flatnonzero(ruling.on | self._was_on)
        if len(told):
            scores, values = ruling.score(), ruling.values()
        for i in told.tolist():
            answers = {
                "score": np.array(scores[i]),
                "alarm": np.array(float(ruling.on[i])),
                "contribution": np.array([1.0]),
            }
            # a rule about a sensor that says nothing has no value, and its alarm is none the less one
            value = np.nan_to_num(values[i : i + 1])
            yield LiveRow(ruling.plan.ruled[i].point, time_ns, value, answers)
        self._was_on = ruling.on

    def _suppress(self, time_ns: int) -> None:
        means, gated = self._ruling.means, self._ruling.plan.gate >= 0
        # at the first row all that have a gate: it may have moved while nobody was there
        for i in np.flatnonzero(gated if self._meant is None else means != self._meant).tolist():
            one = self._ruling.plan.ruled[i]
            gate = one.rule.only_when
            hand = Hand("", "" if gate is None else f"only_when {gate.tag}", time_ns)
            self._desk.by_design(one.point, one.asset, hand, holds=not means[i])
        self._meant = means
