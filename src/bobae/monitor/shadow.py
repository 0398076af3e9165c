"""The shadow: a version on trial is followed row by row beside the live one; what it would have raised calls nobody."""

import math
from collections.abc import Mapping

import numpy as np

from bobae.core import Floats
from bobae.evidence.episodes import HOLD_OFF_S, NS
from bobae.registry.catalogue import ShadowStore

_WRITTEN_NS = 10 * NS


class ShadowWatcher:
    """Follows one version on trial, as a `Watcher` follows the live one; not for several threads at once.

    A trial goes on after a restart where it was; time that nobody scored is not counted.

    Args:
        model: name of the model (its monitor).
        version: number of the version.
        step_ns: time that a row stands for.
        store: where its alarms are kept.
        now_ns: when the trial begins, unless it has begun before.
    """

    def __init__(self, model: str, version: int, *, step_ns: int, store: ShadowStore, now_ns: int) -> None:
        self._model, self._version, self._step_ns, self._store = model, version, step_ns, store
        self._until_ns = store.begin(model, version, now_ns).until_ns
        alarms = store.alarms(model, version)
        self._open = bool(alarms) and alarms[-1].over_ns is None
        self._peak = alarms[-1].peak if self._open else 0.0
        self._quiet_ns: int | None = None  # since when an open alarm shows nothing
        self._rows, self._written_ns = 0, 0

    def observe(self, time_ns: int, answers: Mapping[str, Floats] | None, values: Floats) -> None:
        """One row on; one that came before is not counted twice.

        Raises:
            Unreachable, Refused: the store does not take it.
        """
        if time_ns <= self._until_ns:
            return
        self._until_ns = time_ns
        if answers is not None and not np.isnan(values).all():
            self._judged(time_ns, answers)
        if time_ns - self._written_ns >= _WRITTEN_NS:
            self._store.scored(self._model, self._version, time_ns, self._rows * self._step_ns)
            self._rows, self._written_ns = 0, time_ns

    def _judged(self, time_ns: int, answers: Mapping[str, Floats]) -> None:
        self._rows += 1
        score = float(answers["score"])
        if answers["alarm"] > 0.5:
            self._peak, self._quiet_ns = max(self._peak, score if math.isfinite(score) else 0.0), None
            if not self._open:
                self._store.begins(self._model, self._version, time_ns, self._peak)
                self._open = True
        elif self._open:
            self._quiet_ns = self._quiet_ns or time_ns
            if time_ns - self._quiet_ns >= HOLD_OFF_S * NS:  # as the live one's: what comes back so soon is the same
                self._store.ends(self._model, self._version, self._quiet_ns, self._peak)
                self._open, self._peak, self._quiet_ns = False, 0.0, None
