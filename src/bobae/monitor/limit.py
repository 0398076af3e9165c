"""The limit as people's answers move it: too many false alarms for the budget raise it, none for long lower it again.

It never falls below the one that was proved on held-out normal time (factor 1.0), and never rises so far that an alarm
somebody called useful would not have come, whatever the budget: then the model is not good enough for it, and that is
said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bobae.core import Text, text
from bobae.registry.catalogue import Alarm, AlarmStore, Feedback, FeedbackStore, LimitMove, Outcome

WINDOW_WEEKS = 4.0
HIGHEST = 4.0
MARGIN = 1.05  # above the alarms that are to be quiet
_BACK = 1.1
_WEEK_NS = 7 * 24 * 3600 * 1_000_000_000
_PAGE = 1_000


@dataclass(frozen=True)
class Judged:
    """One alarm that somebody judged: its highest score, what came of it, when it was raised (ns UTC)."""

    peak: float
    outcome: Outcome
    time_ns: int


@dataclass(frozen=True)
class Moved:
    """Where a limit is to stand, and why; `why` is None where it stays."""

    factor: float
    why: Text | None


def moved_limit(
    judged: Sequence[Judged], *, budget_per_week: float, factor: float, watched_ns: int, now_ns: int
) -> Moved:
    """Where the limit is to stand after what people said.

    Args:
        judged: the alarms of the monitor that somebody judged.
        budget_per_week: false alarms that are allowed.
        factor: where it stands now, 1.0 or more.
        watched_ns: since when its model watches: what another one scored says nothing of this one's limit.
        now_ns: now.

    Example:
        >>> week = 7 * 24 * 3600 * 10**9
        >>> marks = [Judged(peak, Outcome.FALSE, week) for peak in (1.5, 1.8, 2.0)]
        >>> moved_limit(marks, budget_per_week=1, factor=1.0, watched_ns=0, now_ns=week).factor
        1.89
    """
    since_ns = max(watched_ns, now_ns - round(WINDOW_WEEKS * _WEEK_NS))
    weeks = max(1.0, (now_ns - since_ns) / _WEEK_NS)
    false = sorted((j.peak for j in judged if j.outcome is Outcome.FALSE and j.time_ns >= since_ns), reverse=True)
    useful = [j.peak for j in judged if j.outcome is Outcome.USEFUL and j.time_ns >= watched_ns]
    allowed = int(budget_per_week * weeks)
    over = [peak for peak in false if peak >= factor]
    if len(over) > allowed:
        return _raised(over[allowed], useful, factor, len(over), allowed)
    last_ns = max((j.time_ns for j in judged if j.outcome is Outcome.FALSE), default=watched_ns)
    quiet_weeks = (now_ns - max(last_ns, watched_ns)) / _WEEK_NS
    if factor > 1.0 and quiet_weeks >= max(2.0, 2.0 / max(budget_per_week, 0.1)):
        lower = max(1.0, factor / _BACK)
        why = text("no false alarm for {weeks:.0f} weeks: the limit comes back a little", weeks=quiet_weeks)
        return Moved(round(lower, 4), why)
    return Moved(factor, None)


def _raised(peak: float, useful: Sequence[float], factor: float, false: int, allowed: int) -> Moved:
    wanted = min(peak * MARGIN, HIGHEST)
    most = round(min(useful, default=HIGHEST * MARGIN) / MARGIN, 4)
    if most <= factor:
        return Moved(factor, None)
    values = {"false": false, "allowed": allowed}
    if wanted > most:
        why = text(
            "{false} false alarms where {allowed} are allowed; a limit that keeps to it would have missed a useful "
            "alarm, so it rises as far as it can: train the model anew, or allow more",
            **values,
        )
        return Moved(most, why)
    return Moved(round(max(wanted, factor), 4), text("{false} false alarms where {allowed} are allowed", **values))


class Limits:
    """The limits of a plant's monitors: moved when somebody says something, and asked for by who watches.

    Args:
        alarms: the alarms.
        feedback: what people say.
        clock: now, ns UTC.
    """

    def __init__(self, alarms: AlarmStore, feedback: FeedbackStore, clock: Callable[[], int]) -> None:
        self._alarms, self._feedback, self._clock = alarms, feedback, clock
        self._known: dict[str, float] = {}
        self._looked_ns: int | None = None

    def factor(self, monitor: str) -> float:
        """How far over its proved limit a monitor's score must be now; looked up every ten seconds.

        Raises:
            Unreachable, Refused: the store cannot be read.
        """
        now = self._clock()
        if self._looked_ns is None or not 0 <= now - self._looked_ns < 10 * 1_000_000_000:
            self._known, self._looked_ns = dict(self._feedback.limits()), now
        return self._known.get(monitor, 1.0)

    def consider(self, monitor: str, *, budget_per_week: float, watched_ns: int, by: str) -> LimitMove | None:
        """Move a monitor's limit if what people said of its alarms asks for it; the move, if there was one."""
        now = self._clock()
        factor = self._feedback.limits().get(monitor, 1.0)
        moved = moved_limit(
            self._judged(monitor), budget_per_week=budget_per_week, factor=factor, watched_ns=watched_ns, now_ns=now
        )
        if moved.why is None or moved.factor == factor:
            return None
        move = LimitMove(monitor, now, moved.factor, moved.why, by)
        self._feedback.move_limit(move)
        self._looked_ns = None
        return move

    def begin_anew(self, monitor: str, *, since_ns: int, by: str) -> LimitMove | None:
        """Let the limit be the proved one again, where a new version came after its last move; the move, if one."""
        moves = self._feedback.moves(monitor)
        if not moves or moves[-1].factor == 1.0 or moves[-1].time_ns >= since_ns:
            return None
        why = text("another version of the model is live: its limit stands where it was proved")
        move = LimitMove(monitor, self._clock(), 1.0, why, by)
        self._feedback.move_limit(move)
        self._looked_ns = None
        return move

    def _judged(self, monitor: str) -> list[Judged]:
        alarms: list[Alarm] = self._alarms.of_monitor(monitor, limit=_PAGE)
        said: dict[int, Feedback] = dict(self._feedback.of_alarms([alarm.id for alarm in alarms]))
        return [Judged(a.peak, said[a.id].outcome, a.active_ns) for a in alarms if a.id in said]
