"""Which version of a model is live, and since when; and which was, when an alarm was raised."""

from bobae.registry.catalogue import Alias, AliasMove, VersionStore


class LiveVersions:
    """Which version of a model was live at a time, out of its history.

    Args:
        versions: the versions of each model, and which was live when.
    """

    def __init__(self, versions: VersionStore) -> None:
        self._versions = versions
        self._revision = -1
        self._known: dict[str, tuple[list[AliasMove], dict[int, str]]] = {}

    def since_ns(self, monitor: str) -> int:
        """Since when the version that is live now is so, ns UTC; 0: nobody wrote it down."""
        moves, _ = self._of(monitor)
        return moves[-1].time_ns if moves else 0

    def at(self, monitor: str, time_ns: int) -> str:
        """The first digits of the digest of the version that was live then; empty: nobody wrote it down."""
        moves, digests = self._of(monitor)
        number = next((move.becomes for move in reversed(moves) if move.time_ns <= time_ns), None)
        return "" if number is None else digests.get(number, "")

    def _of(self, monitor: str) -> tuple[list[AliasMove], dict[int, str]]:
        if (revision := self._versions.revision()) != self._revision:
            self._known, self._revision = {}, revision
        if monitor not in self._known:
            moves = [move for move in self._versions.history(monitor) if move.alias is Alias.LIVE]
            digests = {one.number: one.sha256[:12] for one in self._versions.versions(monitor)}
            self._known[monitor] = moves, digests
        return self._known[monitor]
