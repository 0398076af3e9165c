"""Rows scored as they settle: what the models of a plant say is watched, how late it is, and where it goes on."""

import asyncio
import contextlib
import functools
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bobae.app.live_wishes import WatchedModel
from bobae.app.ruling import SETTLE_NS, RuleWatch
from bobae.app.telemetry import Tracing
from bobae.app.watching import Watch
from bobae.core import BobaeError, StoreReader, Text
from bobae.historian import warm
from bobae.monitor import ShadowWatcher, Watcher
from bobae.serve import Line

_LOOK_S = 0.02
_TAKEN_UP_NS = 1_000_000_000
_STORE, _VERSIONS, _RULES = "", "versions", "rules"
Observer = Watcher | ShadowWatcher
_log = logging.getLogger("bobae.app")


class Committed(Protocol):
    """Knows how far everything received is on the disk."""

    @property
    def committed_ns(self) -> int:
        """Every sample received up to this time can be read, ns UTC."""
        ...


class ScoredSoFar:
    """A file that says up to when each monitor's rows are scored, for the next process of the same run.

    What another run has left there is not gone on with: meanwhile nothing was collected.

    Args:
        path: of the file.
        run: names the run.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path, self._run = path, run
        self._lock = threading.Lock()

    def read(self) -> Mapping[str, int]:
        """Monitor -> ns UTC; none in a new run."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        found: Mapping[str, int] = kept["until_ns"] if kept["run"] == self._run else {}
        return found

    def keep(self, until_ns: Mapping[str, int]) -> None:
        """Keep how far it is: whole, or as it was."""
        with self._lock:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps({"run": self._run, "until_ns": until_ns}), "utf-8")
            fresh.replace(self._path)


@dataclass(frozen=True, eq=False)
class Change:
    """Whose rows are no longer scored, and whose are from the next one on."""

    gone: Sequence[str]
    new: Sequence[Watch]


class Versions(Protocol):
    """Knows which models are to be at work."""

    def changes(self, watches: Sequence[Watch]) -> Change | None:
        """What is to change about these; None: nothing."""
        ...


class Scoring:
    """Scores what is watched.

    Attributes:
        late_s: how long after they were on the disk the newest rows were scored; None: nothing is scored yet.
        rows: how many were scored.

    Args:
        store: where the rows are read.
        committed: knows how far everything is there.
        so_far: where it goes on after a process that died; None: it is not gone on with.
        tracing: of this process; None: nothing is traced.
        clock: ns UTC.
    """

    def __init__(
        self,
        store: StoreReader,
        committed: Committed,
        *,
        so_far: ScoredSoFar | None = None,
        tracing: Tracing | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.late_s: float | None = None
        self.rows = 0
        self._store, self._committed, self._so_far, self._clock = store, committed, so_far, clock
        self._tracing = tracing or Tracing("bobae", "", endpoint="")
        self._before = {} if so_far is None else dict(so_far.read())
        self._until_ns: dict[str, int] = {}
        self._watches: list[Watch] = []
        self._troubles: dict[str, Text] = {}  # monitor (or _STORE) -> why its rows get no further

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        return [
            WatchedModel(w.monitor, w.asset, w.model.task, w.model.name, w.version)
            for w in self._watches
            if not w.silent
        ]

    def troubles(self) -> Sequence[Text]:
        """Why rows get no further; nothing if they do."""
        return list(self._troubles.values())

    async def watch(self, watches: Sequence[Watch], versions: Versions | None = None) -> None:
        """Score every row as it settles, and keep the alarms, until cancelled; may be called for others later.

        A monitor that a process before this one has scored goes on where that one was.

        Args:
            watches: what is scored.
            versions: says which models come and go meanwhile; None: none do.
        """
        if not watches and versions is None:
            return
        began_ns = self._clock()
        await in_thread(warm)
        anew = any(w.monitor not in self._before for w in watches)
        # until the collectors have said, and the disk has, that nothing was collected before
        while self._committed.committed_ns < (began_ns + _TAKEN_UP_NS if anew else 1):
            await asyncio.sleep(_LOOK_S)
        from_ns = {w.monitor: self._before.get(w.monitor, self._committed.committed_ns) for w in watches}
        lines = [
            Line([w.live for w in watches if from_ns[w.monitor] == begin], settle_ns=SETTLE_NS, from_ns=begin)
            for begin in sorted(set(from_ns.values()) or {self._committed.committed_ns})
        ]
        for line in lines:
            await in_thread(functools.partial(line.warm, self._store))
        self._watches += watches
        mine, watchers = list(watches), {w.monitor: w.watcher for w in watches}
        scored_ns = 0
        while True:
            await asyncio.sleep(_LOOK_S)
            if (committed_ns := self._committed.committed_ns) > scored_ns:
                scored_ns = committed_ns
                # in a thread: a thousand models, or a flood of alarms, must not hold up what is collected
                await in_thread(functools.partial(self._score, lines, watchers, committed_ns))
                if versions is not None:
                    await in_thread(functools.partial(self._change, lines, mine, watchers, versions))

    async def rule(self, made: Callable[[int], RuleWatch | None]) -> None:
        """Judge the rules of the plant on every row as it settles, until cancelled.

        Args:
            made: (everything received until then can be read) -> the rules at work; None: there are none.
        """
        while self._committed.committed_ns < 1:
            await asyncio.sleep(_LOOK_S)
        from_ns = self._before.get(_RULES, self._committed.committed_ns)
        if (ruled := await asyncio.to_thread(made, from_ns)) is None:
            return
        await in_thread(functools.partial(ruled.line.warm, self._store))
        judged_ns = 0
        while True:
            await asyncio.sleep(_LOOK_S)
            if (committed_ns := self._committed.committed_ns) > judged_ns:
                judged_ns = committed_ns
                await in_thread(functools.partial(self._judge, ruled, committed_ns))

    def _judge(self, ruled: RuleWatch, until_ns: int) -> None:
        with self._telling(_RULES):
            for row in ruled.line.settled(self._store, until_ns):
                with self._telling(row.model):
                    ruled.watchers[row.model].observe(row.time_ns, row.answers, row.x)
            self._until_ns[_RULES] = until_ns

    def _change(
        self, lines: Sequence[Line], mine: list[Watch], watchers: dict[str, Observer], versions: Versions
    ) -> None:
        """Between two rows: what one model has scored, the next does not score again, and none is left out."""
        with self._telling(_VERSIONS):
            if (change := versions.changes(mine)) is None:
                return
            for line in lines:
                line.remove(change.gone)
            lines[0].add([w.live for w in change.new], self._store)
            self._watches = [w for w in self._watches if w.monitor not in change.gone or w not in mine]
            mine[:] = [w for w in mine if w.monitor not in change.gone]
            for name in change.gone:
                del watchers[name]
            mine += change.new
            self._watches += change.new
            watchers |= {w.monitor: w.watcher for w in change.new}

    def _score(self, lines: Sequence[Line], watchers: Mapping[str, Observer], until_ns: int) -> None:
        done = False
        with self._telling(_STORE):
            for line in lines:
                for row in line.settled(self._store, until_ns):
                    self.rows += 1
                    with self._telling(row.model):
                        watchers[row.model].observe(row.time_ns, row.answers, row.x)
                    if self._tracing.is_chosen(row.time_ns):
                        now = self._clock()
                        self._tracing.span("score", until_ns, now, moment_ns=row.time_ns, monitor=row.model)
            done = True
        if done:
            self.late_s = (self._clock() - until_ns) / 1e9
            self._until_ns |= dict.fromkeys(watchers, until_ns)
            if self._so_far is not None:
                with contextlib.suppress(OSError):  # a full disk: what it costs is told by who keeps samples
                    self._so_far.keep(self._until_ns)

    @contextlib.contextmanager
    def _telling(self, of: str) -> Iterator[None]:
        """An error is a reason for not being ready until it is over, and logged once; the next row tries again."""
        try:
            yield
        except BobaeError as error:
            if of not in self._troubles:
                _log.error("%s", error)
            self._troubles[of] = error.text
        else:
            self._troubles.pop(of, None)


async def in_thread(call: Callable[[], None]) -> None:
    """Let a thread do it; one that is cancelled waits for its end, since the stores are closed after it."""
    done = asyncio.create_task(asyncio.to_thread(call))
    try:
        await asyncio.shield(done)
    finally:
        await done
