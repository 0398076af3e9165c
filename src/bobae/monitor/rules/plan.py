"""The rules of a plant as arrays: a row a rule, so that one step of numpy judges all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bobae.core import Bools, Floats, Ints, Rule, seconds_of

NS = 1_000_000_000
CONDITIONS = ("high", "low", "rise", "fall", "western_electric", "stuck_for", "silent_for")


class Ruled(NamedTuple):
    """One rule on one machine: its name among the alarm points, the machine, and what the plant file says."""

    point: str
    asset: str
    rule: Rule


@dataclass(frozen=True, eq=False)
class RulePlan:
    """The rules as arrays; each is (rules,) unless said otherwise.

    Attributes:
        ruled: the rules.
        tags: every tag that is read, paths.
        column: which of them each rule is on.
        gate: which of them decides whether it means something; -1: nothing does.
        kind: place in `CONDITIONS`.
        limit: of high, low, rise and fall; NaN elsewhere.
        deadband: see `Rule`.
        gate_low, gate_high: the gate's tag must show more than the one and less than the other.
        centre, sigma: of control charts.
        window_ns, on_ns, off_ns, gate_ns: times in ns.
        held_ns: of stuck and silent sensors.
    """

    ruled: tuple[Ruled, ...]
    tags: tuple[str, ...]
    column: Ints
    gate: Ints
    kind: Ints
    limit: Floats
    deadband: Floats
    gate_low: Floats
    gate_high: Floats
    centre: Floats
    sigma: Floats
    window_ns: Ints
    on_ns: Ints
    off_ns: Ints
    gate_ns: Ints
    held_ns: Ints

    @classmethod
    def of(cls, ruled: Sequence[Ruled]) -> "RulePlan":
        """The rules, each with exactly one condition (which the plant file's check has seen to)."""
        rules = [one.rule for one in ruled]
        on = [f"{one.asset}.{one.rule.tag}" for one in ruled]
        whens = [rule.only_when for rule in rules]
        gates = [None if w is None else f"{one.asset}.{w.tag}" for one, w in zip(ruled, whens, strict=True)]
        tags = tuple(dict.fromkeys([*on, *(gate for gate in gates if gate is not None)]))
        place = {tag: i for i, tag in enumerate(tags)}
        kinds = [CONDITIONS.index(rule.conditions[0]) for rule in rules]
        given = [getattr(rule, CONDITIONS[kind]) for rule, kind in zip(rules, kinds, strict=True)]
        charts = [rule.western_electric for rule in rules]
        return cls(
            ruled=tuple(ruled),
            tags=tags,
            column=np.array([place[tag] for tag in on], dtype=np.int64),
            gate=np.array([-1 if gate is None else place[gate] for gate in gates], dtype=np.int64),
            kind=np.array(kinds, dtype=np.int64),
            limit=_numbers([one if kind < 4 else np.nan for one, kind in zip(given, kinds, strict=True)]),
            deadband=_numbers([rule.deadband for rule in rules]),
            gate_low=_numbers([-np.inf if w is None or w.above is None else w.above for w in whens]),
            gate_high=_numbers([np.inf if w is None or w.below is None else w.below for w in whens]),
            centre=_numbers([np.nan if chart is None else chart.centre for chart in charts]),
            sigma=_numbers([np.nan if chart is None else chart.sigma for chart in charts]),
            window_ns=_times([rule.window for rule in rules]),
            on_ns=_times([rule.on_delay for rule in rules]),
            off_ns=_times([rule.off_delay for rule in rules]),
            gate_ns=_times([None if w is None else w.settled_for for w in whens]),
            held_ns=_times([one if kind > 4 else None for one, kind in zip(given, kinds, strict=True)]),
        )

    def of_kind(self, *names: str) -> Ints:
        """The places of the rules with one of these conditions."""
        wanted: Bools = np.isin(self.kind, [CONDITIONS.index(name) for name in names])
        return np.flatnonzero(wanted)


def _numbers(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _times(written: Sequence[str | None]) -> Ints:
    return np.array([0 if one is None else round(seconds_of(one) * NS) for one in written], dtype=np.int64)
