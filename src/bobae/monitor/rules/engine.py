"""One step of all rules: which conditions hold, for how long, and which alarms are on after it.

Limits have a dead band, and every rule may delay (IEC 62682, 10.4; EEMUA 191: what keeps an alarm from chattering). A
value that is missing changes nothing but for the rules that are about missing values.
"""

import numpy as np

from bobae.core import Bools, Floats
from bobae.monitor.rules.plan import NS, RulePlan

_MINUTE_NS = 60 * NS
_CHART = 8  # the longest of the four rules of Western Electric looks at eight points
_NEVER = np.iinfo(np.int64).min


class Ruling:
    """The rules with what they remember; not for several threads at once.

    Args:
        plan: the rules.

    Attributes:
        on: which alarm (rules,).
        means: which rules mean something now, by their `only_when` (rules,).

    Example:
        >>> from bobae.core import Rule
        >>> from bobae.monitor.rules.plan import Ruled
        >>> rule = Rule(name="hot", asset="press", tag="oil", high=80, deadband=2)
        >>> ruling = Ruling(RulePlan.of([Ruled("press:hot", "press", rule)]))
        >>> rows = enumerate((79.0, 81.0, 79.0, 77.0))
        >>> [bool(ruling.step(at, np.array([oil]), np.array([True]))[0]) for at, oil in rows]
        [False, True, True, False]
    """

    def __init__(self, plan: RulePlan) -> None:
        rules = len(plan.ruled)
        self.plan = plan
        self.on: Bools = np.zeros(rules, dtype=np.bool_)
        self.means: Bools = np.ones(rules, dtype=np.bool_)
        self._since = np.full(rules, _NEVER)  # since when the condition is other than the alarm
        self._gate_since = np.full(rules, _NEVER)
        self._value = np.full(len(plan.tags), np.nan)  # the last good one
        self._came = np.full(len(plan.tags), _NEVER)
        self._moved = np.full(len(plan.tags), _NEVER)
        self._first_ns = _NEVER
        self._limits = plan.of_kind("high", "low")
        self._moves = plan.of_kind("rise", "fall")
        self._charts = plan.of_kind("western_electric")
        self._stuck, self._silent = plan.of_kind("stuck_for"), plan.of_kind("silent_for")
        self._past: list[tuple[int, Floats]] = []  # times and values of the rules on moves
        self._points = np.full((len(self._charts), _CHART), np.nan)
        self._point_ns = np.full(len(self._charts), _NEVER)

    def step(self, time_ns: int, values: Floats, fresh: Bools) -> Bools:
        """The next row.

        Args:
            time_ns: of the row, later than the one before.
            values: what each tag of the plan shows (tags,), NaN where nothing good.
            fresh: where a good value came since the row before (tags,).

        Returns:
            Which rules alarm (rules,).
        """
        self._first_ns = time_ns if self._first_ns == _NEVER else self._first_ns
        self._take(time_ns, values, fresh)
        holds, known = self._conditions(time_ns, values)
        self._gates(time_ns, values)
        holds &= self.means
        known |= ~self.means
        other = known & (holds != self.on)
        self._since = np.where(other, np.where(self._since == _NEVER, time_ns, self._since), _NEVER)
        delay = np.where(self.on, self.plan.off_ns, self.plan.on_ns)
        turns = other & ((time_ns - self._since >= delay) | ~self.means)
        self.on = np.where(turns, ~self.on, self.on)
        self._since[turns] = _NEVER
        return self.on

    def score(self) -> Floats:
        """How far over its limit each rule is (rules,), 1.0 at it: in dead bands, or in tenths of the limit."""
        plan = self.plan
        value = self._value[plan.column]
        scale = np.where(plan.deadband > 0, plan.deadband, np.maximum(np.abs(plan.limit) / 10, 1e-9))
        sign = np.where(plan.kind == 0, 1.0, -1.0)
        over = np.where(plan.kind <= 1, sign * (value - plan.limit) / scale, 0.0)
        return np.where(self.on, 1.0 + np.maximum(np.nan_to_num(over), 1e-6), 0.0)

    def values(self) -> Floats:
        """The last good value of each rule's tag (rules,), NaN if none came."""
        return np.asarray(self._value[self.plan.column])

    def _take(self, time_ns: int, values: Floats, fresh: Bools) -> None:
        good = fresh & ~np.isnan(values)
        moved = good & (values != self._value)
        self._moved[moved] = time_ns
        self._came[good] = time_ns
        self._value[good] = values[good]

    def _conditions(self, time_ns: int, values: Floats) -> tuple[Bools, Bools]:
        """Which conditions hold, and of which that can be said (rules,)."""
        plan = self.plan
        holds = np.zeros(len(plan.ruled), dtype=np.bool_)
        known = ~np.isnan(values[plan.column])
        at = self._limits
        sign = np.where(plan.kind[at] == 0, 1.0, -1.0)
        back = np.where(self.on[at], plan.deadband[at], 0.0)
        holds[at] = sign * (values[plan.column[at]] - plan.limit[at]) > -back
        if len(self._moves):
            holds[self._moves], known[self._moves] = self._moving(time_ns, values)
        if len(self._charts):
            holds[self._charts], known[self._charts] = self._charted(time_ns, values)
        for at, since in ((self._stuck, self._moved), (self._silent, self._came)):
            from_ns = np.maximum(since[plan.column[at]], self._first_ns)
            holds[at] = time_ns - from_ns >= plan.held_ns[at]
        known[self._stuck] = self._came[plan.column[self._stuck]] != _NEVER
        known[self._silent] = True
        return holds, known

    def _moving(self, time_ns: int, values: Floats) -> tuple[Bools, Bools]:
        """By how much each has moved within its window: between two values, so that a step counts at once."""
        plan, at = self.plan, self._moves
        now = values[plan.column[at]]
        window = plan.window_ns[at]
        self._past.append((time_ns, now))
        while self._past and time_ns - self._past[0][0] > int(window.max()):
            self._past.pop(0)
        low, high = np.full(len(at), np.nan), np.full(len(at), np.nan)
        for then_ns, then in self._past:
            inside = time_ns - then_ns <= window
            low = np.fmin(low, np.where(inside, then, np.nan))
            high = np.fmax(high, np.where(inside, then, np.nan))
        moved = np.where(plan.kind[at] == 2, now - low, high - now)
        return moved > plan.limit[at], ~np.isnan(moved)

    def _charted(self, time_ns: int, values: Floats) -> tuple[Bools, Bools]:
        """The four rules of Western Electric on the last value of each minute."""
        plan, at = self.plan, self._charts
        z = (values[plan.column[at]] - plan.centre[at]) / plan.sigma[at]
        due = (time_ns // _MINUTE_NS != self._point_ns // _MINUTE_NS) & ~np.isnan(z)
        self._points[due] = np.roll(self._points[due], -1, axis=1)
        self._points[due, -1] = z[due]
        self._point_ns[due] = time_ns
        return western_electric(self._points), ~np.isnan(self._points[:, -1])

    def _gates(self, time_ns: int, values: Floats) -> None:
        plan = self.plan
        gated = plan.gate >= 0
        if not gated.any():
            return
        shown = values[plan.gate]
        opened = (shown > plan.gate_low) & (shown < plan.gate_high)
        self._gate_since = np.where(opened, np.where(self._gate_since == _NEVER, time_ns, self._gate_since), _NEVER)
        held = opened & (time_ns - np.where(opened, self._gate_since, time_ns) >= plan.gate_ns)
        self.means = np.where(gated & ~np.isnan(shown), held, self.means)


def western_electric(points: Floats) -> Bools:
    """Which control charts say that something is wrong, by the four rules of Western Electric.

    Source: Western Electric, Statistical Quality Control Handbook, 1956: one point beyond three sigma; two of three
    beyond two sigma, four of five beyond one sigma, eight in a row, on the same side.

    Args:
        points: the last eight in sigmas from the centre (charts, 8), the newest last, NaN where there was none yet.
    """
    found = np.abs(points[:, -1]) > 3.0
    for side in (points, -points):
        found |= ((side[:, -3:] > 2.0).sum(axis=1) >= 2) & (side[:, -1] > 2.0)
        found |= ((side[:, -5:] > 1.0).sum(axis=1) >= 4) & (side[:, -1] > 1.0)
        found |= (side > 0.0).all(axis=1)
    return np.asarray(found)
