"""Cases kept: alarms of one machine joined into the one thing that somebody works on, until it is closed."""

from collections.abc import Callable

from bobae.core import BadInput, Refused
from bobae.registry.catalogue import AlarmStore, Case, CaseStore

FOLLOWER = "cases"
QUIET_NS = 24 * 3600 * 1_000_000_000  # after which a case all of whose alarms are over and noticed closes by itself
_AT_ONCE = 500


class CaseKeeper:
    """Joins alarms into cases as they come; several may do so at once, and each goes on where the last one was.

    Args:
        alarms: the alarms.
        cases: the cases.
        clock: now, ns UTC.
        quiet_ns: how long all must be over before a case closes by itself.
    """

    def __init__(
        self, alarms: AlarmStore, cases: CaseStore, *, clock: Callable[[], int], quiet_ns: int = QUIET_NS
    ) -> None:
        self._alarms, self._cases, self._clock, self._quiet_ns = alarms, cases, clock, quiet_ns

    def step(self) -> list[Case]:
        """Join what has changed since the last step; the cases that it is of."""
        touched: list[Case] = []
        while changed := self._alarms.changed_after(self._cases.followed(FOLLOWER), limit=_AT_ONCE):
            touched += self._cases.join(changed, changed[-1].revision, follower=FOLLOWER)
        now = self._clock()
        self._cases.close_over(now - self._quiet_ns, time_ns=now)
        return touched


def close(cases: CaseStore, number: int, *, by: str, found: str, done: str, time_ns: int) -> Case:
    """Close a case with what it was and what was done.

    Raises:
        UnknownName: there is none of that number.
        BadInput: nobody is named, or not what was found.
        Refused: it was closed before.
    """
    if not by.strip():
        raise BadInput("say who closes case {number}: 'by' is empty", number=number)
    if not found.strip():
        raise BadInput("say what case {number} was: 'found' is empty; 'nothing' is an answer too", number=number)
    cases.get(number)
    if not cases.close(number, time_ns=time_ns, by=by.strip(), found=found.strip(), done=done.strip()):
        raise Refused("case {number} was closed before; nothing was changed", number=number)
    return cases.get(number)
